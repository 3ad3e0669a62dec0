// SPDX-License-Identifier: Apache-2.0
// encore predict: what a model's head says about texts, as transformers' pipelines say it.
#include "choose.hpp"
#include "errors.hpp"
#include "input.hpp"
#include "output.hpp"
#include "parallel.hpp"
#include "progress.hpp"

#include <encore/models/any_encoder.hpp>
#include <encore/models/predict/answers.hpp>
#include <encore/models/predict/classes.hpp>
#include <encore/models/predict/entities.hpp>
#include <encore/models/predict/sparse.hpp>
#include <encore/models/predict/windows.hpp>
#include <encore/text/tokenizer.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

namespace encore::cli {

namespace {

enum class Task : std::uint8_t { by_head, fill_mask, classify, tag, answer, rerank, sparse };
const std::vector<std::string> task_names{"fill-mask", "classify", "tag", "answer", "rerank", "sparse"};
const std::vector<std::string> aggregation_names{"none", "simple", "first", "max", "average"};

struct PredictOptions {
  ModelOptions model;
  std::string input;
  std::string output = "-";
  std::string query;
  bool json_lines = false;
  bool by_name = true;
  Task task = Task::by_head;
  Aggregation aggregation = Aggregation::simple;
  std::int64_t top = 0;  // 0: the task's own
  std::int64_t max_length = 0;
};

using Json = nlohmann::ordered_json;

Head head_of(Task task) {
  switch (task) {
    case Task::fill_mask:
    case Task::sparse: return Head::masked_lm;
    case Task::tag: return Head::token_classification;
    case Task::answer: return Head::question_answering;
    default: return Head::sequence_classification;
  }
}

// The task that goes with the checkpoint's head, or the one asked for. Throws UsageError where they do not fit.
Task task_of(Task asked, Head head) {
  const bool words = head == Head::masked_lm || head == Head::pretraining || head == Head::sentence_order;
  if (asked == Task::by_head) {
    if (words) return Task::fill_mask;
    for (const Task task : {Task::classify, Task::tag, Task::answer})
      if (head == head_of(task)) return task;
    throw UsageError("--task: the checkpoint's head is '" + std::string(name_of(head)) + "', which no task reads");
  }
  if (head_of(asked) == head || (head_of(asked) == Head::masked_lm && words)) return asked;
  throw UsageError("--task: " + task_names[std::size_t(asked) - 1] + " reads a head for " +
                   std::string(name_of(head_of(asked))) + ", the checkpoint's is '" + std::string(name_of(head)) + "'");
}

// Turns the logits of one text into what is printed.
class Predictor {
 public:
  Predictor(const ModelFolder& folder, const Tokenizer& tokenizer, const HeadOptions& heads,
            const PredictOptions& options)
      : tokenizer_(tokenizer), options_(options), task_(task_of(options.task, heads.head)) {
    if (task_ == Task::classify || task_ == Task::tag || task_ == Task::rerank)
      labels_ = Labels::from(folder.config(), heads.labels);
    if (task_ == Task::rerank && heads.labels != 1)
      throw UsageError("--task: rerank reads one score, the checkpoint has " + std::to_string(heads.labels) +
                       " labels");
    if (task_ == Task::fill_mask && !tokenizer.mask_id())
      throw UnsupportedError(folder.name() + ": the tokenizer has no mask token");
    entities_ = {.aggregation = options.aggregation,
                 .marks_words = tokenizer.id_of("##s").has_value(),
                 .unk = tokenizer.unk_id()};
  }

  Task task() const { return task_; }

  // One window of a context.
  void answer(const TextItem& item, const Encoding& window, MatrixView<const float> logits,
              std::vector<Answer>& answers) const {
    add_answers(answers, window, logits, *item.second, {.top = top(1), .longest = 15, .cls = tokenizer_.cls_id()});
  }
  Json answers(const TextItem& item, std::vector<Answer> of_windows) const {
    Json found = Json::array();
    for (const Answer& one : best_answers(std::move(of_windows), top(1)))
      found.push_back({{"score", one.score},
                       {"start", one.characters.begin},
                       {"end", one.characters.end},
                       {"answer", item.second->substr(std::size_t(one.bytes.begin),
                                                      std::size_t(one.bytes.end - one.bytes.begin))}});
    return found;
  }
  Json operator()(const TextItem& item, const Encoding& encoding, MatrixView<const float> logits) const {
    switch (task_) {
      case Task::fill_mask: return fill_mask(encoding, logits);
      case Task::tag: return tag(item, encoding, logits);
      case Task::sparse: return sparse(logits);
      default: return classify(logits);
    }
  }

 private:
  std::size_t top(std::size_t usual) const { return options_.top ? std::size_t(options_.top) : usual; }

  Json label(std::size_t i) const {
    return labels_.is_text[i] ? Json(labels_.names[i]) : Json::parse(labels_.names[i]);
  }
  Json classify(MatrixView<const float> logits) const {
    const auto scores = scores_of({logits.row(0), std::size_t(logits.cols)}, labels_.function);
    Json classes = Json::array();
    for (const std::size_t i : highest(scores, top(1))) classes.push_back({{"label", label(i)}, {"score", scores[i]}});
    return classes;
  }
  // A list for the one mask, a list of lists for several.
  Json fill_mask(const Encoding& encoding, MatrixView<const float> logits) const {
    Json masks = Json::array();
    for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
      if (encoding.ids[i] != *tokenizer_.mask_id()) continue;
      const auto scores = scores_of({logits.row(std::int64_t(i)), std::size_t(logits.cols)}, ScoreFunction::softmax);
      Json words = Json::array();
      for (const std::size_t id : highest(scores, top(5)))
        words.push_back(
            {{"score", scores[id]},
             {"token", id},
             {"token_str", std::int64_t(id) < tokenizer_.vocabulary_size() ? tokenizer_.token_of(std::int32_t(id))
                                                                           : std::string()}});
      masks.push_back(std::move(words));
    }
    if (masks.empty()) throw InputError("holds no mask token, '" + tokenizer_.token_of(*tokenizer_.mask_id()) + "'");
    return masks.size() == 1 ? Json(masks[0]) : masks;
  }
  Json tag(const TextItem& item, const Encoding& encoding, MatrixView<const float> logits) const {
    Json found = Json::array();
    for (const Entity& entity : entities_of(encoding, item.first, logits, labels_, entities_)) {
      Json one;
      one[options_.aggregation == Aggregation::none ? "entity" : "entity_group"] = entity.label;
      one["score"] = entity.score;
      if (options_.aggregation == Aggregation::none) one["index"] = entity.token;
      one["word"] =
          item.first.substr(std::size_t(entity.bytes.begin), std::size_t(entity.bytes.end - entity.bytes.begin));
      one["start"] = entity.characters.begin;
      one["end"] = entity.characters.end;
      found.push_back(std::move(one));
    }
    return found;
  }
  Json sparse(MatrixView<const float> logits) const {
    Json weights = Json::object();
    std::size_t left = options_.top ? std::size_t(options_.top) : std::size_t(logits.cols);
    for (const TokenWeight& one : sparse_vector(logits)) {
      if (left-- == 0) break;
      if (one.token < tokenizer_.vocabulary_size()) weights[tokenizer_.token_of(one.token)] = one.weight;
    }
    return weights;
  }

  const Tokenizer& tokenizer_;
  const PredictOptions& options_;
  Task task_;
  Labels labels_;
  EntityOptions entities_;
};

// Texts by the block: read, tokenized, run, and handed on with their logits.
template <class B>
class TextRunner {
 public:
  // windows: contexts that do not fit are cut into overlapping windows, of 384 tokens where nothing else is asked for.
  TextRunner(const Context<B>& context, const AnyEncoder<B>& model, const Tokenizer& tokenizer, std::int64_t max_length,
             bool windows)
      : context_(context),
        model_(model),
        tokenizer_(tokenizer),
        parallel_(parallel_of(context)),
        longest_(std::min(model.shape().max_positions, max_length ? max_length
                                                       : windows  ? std::int64_t{384}
                                                                  : model.shape().max_positions)),
        windows_(windows) {}
  std::size_t cut() const { return cut_; }

  // f(i, encoding, logits [rows, ..]) for every item, or for every window of it, in no order.
  template <class F>
  void operator()(std::span<const TextItem> items, std::size_t before, F&& f) {
    std::vector<std::vector<Encoding>> cut(items.size());
    const EncodeOptions encode{.max_length = windows_ ? 0 : longest_};
    const auto at_line = [&](std::size_t i) { return "text " + std::to_string(before + i + 1) + ": "; };
    for_each_index(parallel_, items.size(), [&](std::size_t i, std::size_t) {
      Encoding whole = items[i].second ? tokenizer_.encode(items[i].first, *items[i].second, encode)
                                       : tokenizer_.encode(items[i].first, encode);
      try {
        if (windows_)
          cut[i] = windows_of(whole, longest_, std::min<std::int64_t>(longest_ / 2, 128));
        else
          cut[i].push_back(std::move(whole));
      } catch (const InputError& error) {
        throw InputError(at_line(i) + error.what());
      }
    });
    std::vector<Encoding> encodings;
    std::vector<std::size_t> items_of;  // by encoding
    for (std::size_t i = 0; i < cut.size(); ++i)
      for (Encoding& encoding : cut[i]) {
        cut_ += encoding.truncated ? 1 : 0;
        encodings.push_back(std::move(encoding));
        items_of.push_back(i);
      }
    // Logits over a vocabulary are wide: packs stay small.
    const RunOptions packs{.tokens_per_pack = 512, .progress = {}, .stop = {}};
    Tensor<float> logits;
    for_each_pack(context_.workspace(), encodings, packs, [&](const Batch& batch, std::span<const std::size_t> which) {
      numbers_.resize(which.size());
      for (std::size_t i = 0; i < which.size(); ++i) numbers_[i] = before + items_of[which[i]] + 1;
      model_.run(
          context_, batch,
          [&](std::string_view name, Rows kind, MatrixView<const scalar_t<B>> rows) {
            if (name != "logits" && name != "prediction_logits") return;
            for (std::size_t i = 0; i < which.size(); ++i) {
              const std::int64_t s = std::int64_t(i);
              const std::int64_t begin = kind == Rows::tokens ? batch.segments().begin(s) : s;
              const std::int64_t count = kind == Rows::tokens ? batch.segments().length(s) : 1;
              logits = Tensor<float>(Shape{count, rows.cols});
              for (std::int64_t r = 0; r < count; ++r)
                for (std::int64_t c = 0; c < rows.cols; ++c) logits.matrix()(r, c) = float(rows(begin + r, c));
              try {
                f(items_of[which[i]], encodings[which[i]], MatrixView<const float>(logits.matrix()));
              } catch (const InputError& error) {
                throw InputError(at_line(items_of[which[i]]) + error.what());
              }
            }
          },
          {}, numbers_);
    });
  }

 private:
  const Context<B>& context_;
  const AnyEncoder<B>& model_;
  const Tokenizer& tokenizer_;
  Parallel parallel_;
  std::int64_t longest_;
  bool windows_;
  std::vector<std::size_t> numbers_;
  std::size_t cut_ = 0;
};

std::string line_of(const Json& result) {
  return result.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// One line of input as an item of the task. Throws FileError naming the line.
TextItem read_item(const std::string& line, const std::string& where, bool json, Task task, const std::string& query) {
  TextItem item = json ? parse_text_item(line, where) : TextItem{line, {}};
  if (task == Task::rerank && !query.empty()) {
    if (item.second) throw FileError(where + ": found a pair, want a text to rank against --query");
    return {query, std::move(item.first)};
  }
  if ((task == Task::answer || task == Task::rerank) && !item.second)
    throw FileError(where + (task == Task::answer ? ": want a pair, [\"question\", \"context\"]"
                                                  : ": want a pair, or --query and a text"));
  return item;
}

template <class B>
void predict(const Context<B>& context, const ModelFolder& folder, const PredictOptions& options) {
  const Tokenizer tokenizer = Tokenizer::from(folder);
  const Head unnamed = options.task == Task::by_head ? Head::none : head_of(options.task);
  const auto model = AnyEncoder<B>::open(context, folder, {.unnamed = unnamed});
  const Predictor predictor(folder, tokenizer, model->heads(), options);
  const bool ranks = predictor.task() == Task::rerank && !options.query.empty();
  if (!options.query.empty() && !ranks) throw UsageError("--query: only rerank takes one");
  const bool json = options.by_name ? options.input.ends_with(".jsonl") : options.json_lines;
  LineReader reader(options.input);
  TextOutput out(options.output);
  const bool answers = predictor.task() == Task::answer;
  TextRunner<B> run(context, *model, tokenizer, options.max_length, answers);

  struct Ranked {
    double score;
    std::size_t index;
    std::string text;
  };
  std::vector<Ranked> ranking;
  std::size_t done = 0;
  const Stopwatch watch;
  {
    Progress progress;
    constexpr std::size_t lines_per_block = 256;
    std::string line;
    for (bool more = true; more;) {
      std::vector<TextItem> items;
      for (std::size_t bytes = 0; items.size() < lines_per_block && bytes < (1U << 20); bytes += line.size()) {
        if (!(more = reader.next(line))) break;
        items.push_back(read_item(line, reader.where(), json, predictor.task(), options.query));
      }
      std::vector<std::string> results(items.size());
      std::vector<std::vector<Answer>> found(items.size());
      run(items, done, [&](std::size_t i, const Encoding& encoding, MatrixView<const float> logits) {
        if (answers)
          predictor.answer(items[i], encoding, logits, found[i]);
        else if (const Json result = predictor(items[i], encoding, logits); ranks)
          ranking.push_back({result[0]["score"].get<double>(), done + i, *items[i].second});
        else
          results[i] = line_of(result);
        progress.update(done + i);
      });
      for (std::size_t i = 0; answers && i < items.size(); ++i)
        results[i] = line_of(predictor.answers(items[i], std::move(found[i])));
      done += items.size();
      if (!ranks)
        for (const std::string& result : results) out.write(result);
    }
    std::sort(ranking.begin(), ranking.end(), [](const Ranked& a, const Ranked& b) {
      return a.score != b.score ? a.score > b.score : a.index < b.index;
    });
    if (options.top && ranking.size() > std::size_t(options.top)) ranking.resize(std::size_t(options.top));
    for (const Ranked& one : ranking)
      out.write(line_of({{"score", one.score}, {"index", one.index}, {"text", one.text}}));
    out.commit();
  }
  std::string report = grouped(done) + " texts in " + std::to_string(watch.seconds()).substr(0, 5) + " s on " +
                       machine_of(context) + "\n";
  if (run.cut())
    report += grouped(run.cut()) + (run.cut() == 1 ? " text was" : " texts were") + " cut to fit the model\n";
  std::fputs(report.c_str(), stderr);
}

}  // namespace

void add_predict(CLI::App& program, Action& action) {
  const auto options = std::make_shared<PredictOptions>();
  CLI::App* command = add_command(
      program, "predict", "What the model's head says: fill masks, classify, tag, answer, rerank",
      "One line of JSON for each line of input, in order; rerank with --query prints the texts, the best first.\n"
      "Offsets are in code points. Input: text, one a line; or .jsonl: a string, or [\"a\", \"b\"] for a pair.",
      "encore predict ner-model --task tag --input news.txt --aggregation first", options->model);
  command->add_option("-i,--input", options->input, "Texts or pairs; - is stdin")->required()->type_name("FILE");
  command->add_option("-o,--output", options->output, "Where to write; default stdout")->type_name("FILE");
  add_choice(
      *command, "--task", task_names, [options](std::size_t i) { options->task = Task(i + 1); },
      "fill-mask classify tag answer rerank sparse; default: the head's", "TASK");
  command->add_option("--query", options->query, "rerank: what the texts are ranked against")->type_name("TEXT");
  add_integer(*command, "--top-k", options->top, 1, 1 << 24,
              "Results; default 5 for fill-mask, all for rerank and sparse, else 1");
  add_choice(
      *command, "--aggregation", aggregation_names, [options](std::size_t i) { options->aggregation = Aggregation(i); },
      "tag: none simple first max average; default simple", "HOW");
  add_integer(*command, "--max-length", options->max_length, 1, 1 << 30, "Cut to N tokens; default: the model's most");
  add_choice(
      *command, "--input-format", {"text", "jsonl"},
      [options](std::size_t i) {
        options->by_name = false;
        options->json_lines = i == 1;
      },
      "text or jsonl; default: by the name, stdin is text", "FORMAT");
  add_model_options(*command, options->model);
  command->callback([options, &action] {
    action = [options] {
      catch_interrupts();
      const ModelFolder folder = ModelFolder::open(options->model.model);
      with_backend(options->model, [&](const auto& context) { predict(context, folder, *options); });
    };
  });
}

}  // namespace encore::cli
