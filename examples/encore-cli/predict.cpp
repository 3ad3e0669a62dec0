// SPDX-License-Identifier: Apache-2.0
// encore predict: what a model's head says about texts, as transformers' pipelines say it.
#include "choose.hpp"
#include "errors.hpp"
#include "input.hpp"
#include "output.hpp"
#include "parallel.hpp"
#include "predictor.hpp"
#include "progress.hpp"

#include <encore/models/any_encoder.hpp>
#include <encore/models/predict/windows.hpp>
#include <encore/models/text_limit.hpp>
#include <encore/models/text_rows.hpp>

#include <algorithm>
#include <cstdio>

namespace encore::cli {

namespace {

struct PredictOptions {
  ModelOptions model;
  std::string input;
  std::string output = "-";
  std::string query;
  bool json_lines = false;
  bool by_name = true;
  TaskOptions task;
  std::int64_t max_length = 0;
};

using Json = Predictor::Json;

// Texts by the block: read, tokenized, run, and handed on with their logits.
template <class B>
class TextRunner {
 public:
  // longest: in tokens; 0: no limit. windows: contexts that do not fit are cut into overlapping windows.
  TextRunner(Context<B>& context, const AnyEncoder<B>& model, const Tokenizer& tokenizer, std::string prompt,
             std::int64_t longest, bool windows)
      : context_(context),
        model_(model),
        tokenizer_(tokenizer),
        prompt_(std::move(prompt)),
        parallel_(parallel_of(context)),
        longest_(longest),
        windows_(windows) {}
  std::size_t cut() const { return cut_; }

  // f(i, encoding, logits [rows, ..]) for every item, or for every window of it, in no order.
  template <class F>
  void operator()(std::span<const TextItem> items, std::size_t before, F&& f) {
    std::vector<std::vector<Encoding>> cut(items.size());
    const EncodeOptions encode{.max_length = windows_ ? 0 : longest_, .prompt = prompt_};
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
              const auto own = text_rows(batch.segments(), std::int64_t(i), kind, rows);
              logits = copied_rows(own, Shape{own.rows, own.cols});
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
  Context<B>& context_;
  const AnyEncoder<B>& model_;
  const Tokenizer& tokenizer_;
  std::string prompt_;
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
                                                  : ": is one text; rerank wants --query TEXT, or pairs, lines of JSON "
                                                    "[\"query\", \"text\"], by --input-format jsonl"));
  return item;
}

// Tokens that a text, or a window of one, is cut to; 0: it is not cut.
template <class B>
std::int64_t longest_text(const ModelFolder& folder, const AnyEncoder<B>& model, const PredictOptions& options,
                          Task task) {
  const bool of_sentences = task == Task::rerank || task == Task::sparse;
  std::int64_t longest = options.max_length ? model.position_limit().value_or(0)
                                            : text_limit(folder, model.shape(), model.position_limit(),
                                                         of_sentences ? LimitRule::sentence : LimitRule::pipeline);
  constexpr std::int64_t usual_window = 384;
  const std::int64_t asked = options.max_length ? options.max_length : task == Task::answer ? usual_window : 0;
  return longest && asked ? std::min(longest, asked) : longest + asked;
}

template <class B>
void predict(Context<B>& context, const ModelFolder& folder, const PredictOptions& options) {
  const Tokenizer tokenizer = Tokenizer::from(folder);
  const Head unnamed = options.task.task == Task::by_head ? Head::none : head_of(options.task.task);
  const auto model = AnyEncoder<B>::open(context, folder, {.unnamed = unnamed});
  TaskOptions task = options.task;
  const bool ranks = task.ranks = !options.query.empty();
  const Predictor predictor(folder, tokenizer, model->heads(), task);
  const bool json = options.by_name ? options.input.ends_with(".jsonl") : options.json_lines;
  LineReader reader(options.input);
  reader.refuse_as_output(options.output);
  refuse_model_file(options.output, options.model.model);
  TextOutput out(options.output);
  const bool answers = predictor.task() == Task::answer;
  TextRunner<B> run(context, *model, tokenizer, predictor.prompt(),
                    longest_text(folder, *model, options, predictor.task()), answers);

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
    if (task.top && ranking.size() > std::size_t(task.top)) ranking.resize(std::size_t(task.top));
    for (const Ranked& one : ranking)
      out.write(line_of({{"score", one.score}, {"index", one.index}, {"text", one.text}}));
    out.commit();
  }
  std::string report = counted(done, "text") + " in " + std::to_string(watch.seconds()).substr(0, 5) + " s on " +
                       machine_of(context) + "\n";
  if (run.cut())
    report += grouped(run.cut()) + (run.cut() == 1 ? " text was" : " texts were") + " cut to fit the model\n";
  std::fputs((report + reader.remark()).c_str(), stderr);
}

}  // namespace

void add_predict(CLI::App& program, Action& action) {
  const auto options = std::make_shared<PredictOptions>();
  CLI::App* command =
      add_command(program, "predict", "What the model's head says: fill masks, classify, tag, answer, rerank",
                  "A line of JSON for each of input; with --query the texts, best first. Offsets are in code points.",
                  "encore predict ner-model --task tag --input news.txt --aggregation first", options->model);
  command
      ->add_option("-i,--input", options->input,
                   "Text, one a line; or .jsonl, a string or [\"a\", \"b\"] a line; - is stdin")
      ->required()
      ->type_name("FILE");
  command->add_option("-o,--output", options->output, "Where to write; default stdout")->type_name("FILE");
  add_choice(
      *command, "--task", task_names, [options](std::size_t i) { options->task.task = Task(i + 1); },
      "fill-mask classify tag answer rerank sparse; default: the head's", "TASK");
  command->add_option("--query", options->query, "What texts are ranked against: --task rerank goes without saying")
      ->check([](const std::string& text) { return std::string(text.empty() ? "is empty" : ""); })
      ->type_name("TEXT");
  const auto set_prompt = [options](const std::string& name) { options->task.prompt = name; };
  command
      ->add_option_function<std::string>("--prompt", set_prompt,
                                         "rerank, sparse: a prompt instead of the folder's default; '' is none")
      ->type_name("NAME");
  add_integer(*command, "--top-k", options->task.top, 1, 1 << 24,
              "Results; default 5 for fill-mask, all for rerank and sparse, else 1");
  add_choice(
      *command, "--aggregation", aggregation_names,
      [options](std::size_t i) { options->task.aggregation = Aggregation(i); },
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
      if (options->task.task == Task::by_head && !options->query.empty()) options->task.task = Task::rerank;
      const ModelFolder folder = ModelFolder::open(options->model.model);
      with_backend(options->model, [&](auto&& context) { predict(context, folder, *options); });
    };
  });
}

}  // namespace encore::cli
