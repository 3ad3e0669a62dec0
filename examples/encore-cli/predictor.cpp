// SPDX-License-Identifier: Apache-2.0
#include "predictor.hpp"

#include "embedder.hpp"
#include "errors.hpp"

#include <encore/models/predict/sparse.hpp>

namespace encore::cli {

namespace {

// The task that goes with the checkpoint's head, or the one asked for. Throws UsageError where they do not fit.
Task task_of(Task asked, Head head) {
  if (asked == Task::by_head) {
    if (predicts_words(head)) return Task::fill_mask;
    for (const Task task : {Task::classify, Task::tag, Task::answer})
      if (head == head_of(task)) return task;
    throw UsageError("--task: the checkpoint's head is '" + std::string(name_of(head)) + "', which no task reads");
  }
  if (head_of(asked) == head || (head_of(asked) == Head::masked_lm && predicts_words(head))) return asked;
  throw UsageError("--task: " + task_names[std::size_t(asked) - 1] + " reads a head for " +
                   std::string(name_of(head_of(asked))) + ", the checkpoint's is '" + std::string(name_of(head)) + "'");
}

}  // namespace

Head head_of(Task task) {
  switch (task) {
    case Task::fill_mask:
    case Task::sparse: return Head::masked_lm;
    case Task::tag: return Head::token_classification;
    case Task::answer: return Head::question_answering;
    default: return Head::sequence_classification;
  }
}

Predictor::Predictor(const ModelFolder& folder, const Tokenizer& tokenizer, const HeadOptions& heads,
                     const TaskOptions& options)
    : tokenizer_(tokenizer), options_(options), task_(task_of(options.task, heads.head)) {
  if (task_ == Task::classify || task_ == Task::tag || task_ == Task::rerank)
    labels_ = Labels::from(folder.config(), heads.labels);
  if (task_ == Task::fill_mask && !tokenizer.mask_id())
    throw UnsupportedError(folder.name() + ": the tokenizer has no mask token");
  if (options.ranks && task_ != Task::rerank) throw UsageError("--query: only rerank takes one");
  if (options.ranks && heads.labels != 1)
    throw UsageError("--query: texts are ranked by one score, the checkpoint has " + std::to_string(heads.labels) +
                     " labels");
  if (task_ == Task::rerank) {
    const CrossEncoder how = folder.cross_encoder();
    activation_ = ScoreActivation::of(how, heads.labels);
    choose_prompt(how.prompts);
  } else if (task_ == Task::sparse) {
    sparse_ = folder.sparse_encoder();
    choose_prompt(sparse_.prompts);
  } else if (options.prompt) {
    throw UsageError("--prompt: only rerank and sparse take one");
  }
}

void Predictor::choose_prompt(const Prompts& prompts) {
  prompt_ = options_.prompt ? prompt_named(prompts, *options_.prompt) : std::string(prompts.default_text());
}

void Predictor::answer(const TextItem& item, const Encoding& window, MatrixView<const float> logits,
                       std::vector<Answer>& answers) const {
  add_answers(answers, window, logits, *item.second, {.top = top(1), .longest = 15, .cls = tokenizer_.cls_id()});
}

Predictor::Json Predictor::answers(const TextItem& item, std::vector<Answer> of_windows) const {
  Json found = Json::array();
  for (const Answer& one : best_answers(std::move(of_windows), top(1)))
    found.push_back(
        {{"score", one.score},
         {"start", one.characters.begin},
         {"end", one.characters.end},
         {"answer", item.second->substr(std::size_t(one.bytes.begin), std::size_t(one.bytes.end - one.bytes.begin))}});
  return found;
}

Predictor::Json Predictor::operator()(const TextItem& item, const Encoding& encoding,
                                      MatrixView<const float> logits) const {
  switch (task_) {
    case Task::fill_mask: return fill_mask(encoding, logits);
    case Task::tag: return tag(item, encoding, logits);
    case Task::sparse: return sparse(logits);
    case Task::rerank: return rerank(logits);
    default: return classify(logits);
  }
}

Predictor::Json Predictor::classify(MatrixView<const float> logits) const {
  const auto scores = scores_of({logits.row(0), std::size_t(logits.cols)}, labels_.function);
  Json classes = Json::array();
  for (const std::size_t i : highest(scores, top(1))) classes.push_back({{"label", label(i)}, {"score", scores[i]}});
  return classes;
}

// All labels, in their order; with --top-k the highest.
Predictor::Json Predictor::rerank(MatrixView<const float> logits) const {
  std::vector<double> scores(logits.row(0), logits.row(0) + logits.cols);
  activation_(scores);
  Json labels = Json::array();
  const auto add = [&](std::size_t i) { labels.push_back({{"label", label(i)}, {"score", scores[i]}}); };
  if (options_.top)
    for (const std::size_t i : highest(scores, top(1))) add(i);
  else
    for (std::size_t i = 0; i < scores.size(); ++i) add(i);
  return labels;
}

// A list for the one mask, a list of lists for several.
Predictor::Json Predictor::fill_mask(const Encoding& encoding, MatrixView<const float> logits) const {
  Json masks = Json::array();
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    if (encoding.ids[i] != *tokenizer_.mask_id()) continue;
    const auto scores = scores_of({logits.row(std::int64_t(i)), std::size_t(logits.cols)}, ScoreFunction::softmax);
    Json words = Json::array();
    for (const std::size_t id : highest(scores, top(5)))
      words.push_back({{"score", scores[id]}, {"token", id}, {"token_str", tokenizer_.decode({std::int32_t(id)})}});
    masks.push_back(std::move(words));
  }
  if (masks.empty()) throw InputError("holds no mask token, '" + tokenizer_.token_of(*tokenizer_.mask_id()) + "'");
  return masks.size() == 1 ? Json(masks[0]) : masks;
}

// Of a pair the entities of both texts, each with its own: "sequence" tells which.
Predictor::Json Predictor::tag(const TextItem& item, const Encoding& encoding, MatrixView<const float> logits) const {
  Json found = Json::array();
  for (const std::int32_t sequence : {0, 1}) {
    if (sequence == 1 && !item.second) break;
    const std::string& text = sequence == 0 ? item.first : *item.second;
    for (const Entity& entity : entities_of(tokenizer_, encoding, text, logits, labels_,
                                            {.aggregation = options_.aggregation, .sequence = sequence})) {
      Json one;
      one[options_.aggregation == Aggregation::none ? "entity" : "entity_group"] = entity.label;
      one["score"] = entity.score;
      if (options_.aggregation == Aggregation::none) one["index"] = entity.token;
      one["word"] = entity.word;
      if (item.second) one["sequence"] = sequence;
      one["start"] = entity.characters.begin;
      one["end"] = entity.characters.end;
      found.push_back(std::move(one));
    }
  }
  return found;
}

Predictor::Json Predictor::sparse(MatrixView<const float> logits) const {
  Json weights = Json::object();
  std::size_t left = options_.top ? std::size_t(options_.top) : std::size_t(logits.cols);
  for (const TokenWeight& one : sparse_vector(logits, sparse_)) {
    if (left-- == 0) break;
    if (one.token < tokenizer_.vocabulary_size()) weights[tokenizer_.token_of(one.token)] = one.weight;
  }
  return weights;
}

}  // namespace encore::cli
