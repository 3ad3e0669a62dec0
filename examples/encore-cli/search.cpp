// SPDX-License-Identifier: Apache-2.0
// encore search: the lines of a corpus that mean what a query means. The corpus streams through; what stays in memory
// is the best lines so far.
#include "embedder.hpp"
#include "errors.hpp"
#include "input.hpp"
#include "output.hpp"
#include "progress.hpp"

#include <encore/text/utf8.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace encore::cli {

namespace {

struct SearchOptions {
  ModelOptions model;
  std::string corpus;
  TextFormat corpus_format = TextFormat::by_name;
  std::vector<std::string> queries;
  std::int64_t top = 5;
};

struct Hit {
  double score;
  std::size_t line;  // from 1
  std::string text;
};
// Ties go to the line that comes first.
bool better(const Hit& a, const Hit& b) { return a.score != b.score ? a.score > b.score : a.line < b.line; }

// The best `most` hits of what was offered, as a heap with the worst on top.
class BestHits {
 public:
  explicit BestHits(std::size_t most) : most_(most) {}
  void offer(double score, std::size_t line, const std::string& text) {
    if (heap_.size() == most_) {
      if (!better({score, line, {}}, heap_.front())) return;
      std::pop_heap(heap_.begin(), heap_.end(), better);
      heap_.pop_back();
    }
    heap_.push_back({score, line, text});
    std::push_heap(heap_.begin(), heap_.end(), better);
  }
  std::vector<Hit> sorted() && {
    std::sort_heap(heap_.begin(), heap_.end(), better);
    return std::move(heap_);
  }

 private:
  std::size_t most_;
  std::vector<Hit> heap_;
};

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += double(a[i]) * double(b[i]);
  return sum;
}

// sentence_transformers.util: distances count negative, so that more is better.
double similarity(const std::string& kind, std::span<const float> a, std::span<const float> b) {
  if (kind == "dot") return dot(a, b);
  if (kind == "cosine") return dot(a, b) / std::max(std::sqrt(dot(a, a) * dot(b, b)), 1e-12);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = double(a[i]) - double(b[i]);
    sum += kind == "euclidean" ? difference * difference : std::abs(difference);
  }
  return kind == "euclidean" ? -std::sqrt(sum) : -sum;
}

// A JSON string may hold line ends and tabs; a result is one line.
std::string shown(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

// As LineReader's, for the queries.
std::string remark_on(const std::vector<std::string>& queries) {
  const auto malformed =
      std::count_if(queries.begin(), queries.end(), [](const auto& q) { return !text::is_valid_utf8(q); });
  return malformed ? "a query holds bytes that are not UTF-8; these were read as U+FFFD, the replacement character\n"
                   : "";
}

void search(const SearchOptions& options) {
  catch_interrupts();
  TextReader reader(options.corpus, options.corpus_format);
  reader.lines().refuse_as_output("-");
  const auto embedder = Embedder::open(options.model);
  const std::string kind =
      embedder->settings() && embedder->settings()->similarity ? *embedder->settings()->similarity : "cosine";
  const std::string corpus_prompt = embedder->first_prompt({"document", "passage", "corpus"});

  const Stopwatch watch;
  std::vector<BestHits> best(options.queries.size(), BestHits(std::size_t(options.top)));
  std::size_t line = 0;
  {
    Progress progress;
    const Tensor<float> queries =
        embedder->embed(options.queries, embedder->first_prompt({"query"}), [](std::size_t) {});
    while (true) {
      const std::optional<double> from = reader.lines().fraction();
      const std::vector<std::string> texts = reader.block(block_texts, block_bytes);
      if (texts.empty()) break;
      const std::optional<double> to = reader.lines().fraction();
      const Tensor<float> vectors = embedder->embed(texts, corpus_prompt, [&](std::size_t done) {
        progress.update(line + done, between(from, to, double(done) / double(texts.size())));
      });
      for (std::size_t i = 0; i < texts.size(); ++i, ++line)
        for (std::size_t q = 0; q < best.size(); ++q)
          best[q].offer(similarity(kind, queries[std::int64_t(q)], vectors[std::int64_t(i)]), line + 1, texts[i]);
    }
  }
  const double seconds = watch.seconds();
  if (line == 0) {
    std::fputs(("the corpus, " + reader.lines().name() + ", is empty\n").c_str(), stderr);
    return;
  }

  Stdout out;
  for (std::size_t q = 0; q < best.size(); ++q) {
    if (best.size() > 1) out.write((q ? "\n" : "") + shown(options.queries[q]) + "\n");
    for (const Hit& hit : std::move(best[q]).sorted()) {
      char score[64];
      std::snprintf(score, sizeof score, "%.4f\t%zu\t", hit.score, hit.line);
      out.write(score + shown(hit.text) + "\n");
    }
  }
  out.finish();
  std::fputs((embedder->report(seconds) + reader.lines().remark() + remark_on(options.queries)).c_str(), stderr);
}

}  // namespace

void add_search(CLI::App& program, Action& action) {
  const auto options = std::make_shared<SearchOptions>();
  CLI::App* command = add_command(
      program, "search", "The lines of a corpus nearest in meaning to a query",
      "Prints score, line number and text, tabs between, the best first. The score is the cosine, or the\n"
      "similarity that the folder names; its prompts for queries and documents are applied.",
      "encore search all-MiniLM-L6-v2 --corpus sentences.txt --query \"why is snow white\"", options->model);
  command->add_option("-c,--corpus", options->corpus, "Text, one a line; or .jsonl, a JSON string a line; - is stdin")
      ->required()
      ->type_name("FILE");
  add_choice(
      *command, "--corpus-format", {"text", "jsonl"},
      [options](std::size_t i) { options->corpus_format = i == 0 ? TextFormat::lines : TextFormat::jsonl; },
      "text or jsonl; default: by the name, stdin is text", "FORMAT");
  // Not a vector option: CLI11 would take "[a, b]" apart.
  const auto add_query = [options](const std::string& text) { options->queries.push_back(text); };
  command->add_option_function<std::string>("-q,--query", add_query, "What to look for; may be given several times")
      ->required()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->trigger_on_parse()
      ->type_name("TEXT");
  add_integer(*command, "-k,--top", options->top, 1, 1000000, "How many lines for each query; default 5");
  add_model_options(*command, options->model);
  command->callback([options, &action] { action = [options] { search(*options); }; });
}

}  // namespace encore::cli
