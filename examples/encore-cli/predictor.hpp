// SPDX-License-Identifier: Apache-2.0
// What each task of `encore predict` says of the logits of one text, as transformers' pipelines say it, and
// cross-encoders and sparse encoders of sentence-transformers.
#pragma once

#include "input.hpp"
#include "options.hpp"

#include <encore/core/encoding.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/predict/answers.hpp>
#include <encore/models/predict/classes.hpp>
#include <encore/models/predict/entities.hpp>
#include <encore/models/predict/score_activation.hpp>
#include <encore/text/tokenizer.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace encore::cli {

enum class Task : std::uint8_t { by_head, fill_mask, classify, tag, answer, rerank, sparse };  // as task_names
inline const std::vector<std::string> aggregation_names{"none", "simple", "first", "max", "average"};

struct TaskOptions {
  Task task = Task::by_head;
  Aggregation aggregation = Aggregation::simple;
  std::int64_t top = 0;               // 0: the task's own
  std::optional<std::string> prompt;  // of the folder instead of its default; "" is none
  bool ranks = false;                 // rerank: texts against one query
};

// The head that a task reads.
Head head_of(Task task);

// Turns the logits of one text into what is printed.
class Predictor {
 public:
  using Json = nlohmann::ordered_json;

  // Throws UsageError where the checkpoint's head and the task do not fit.
  Predictor(const ModelFolder& folder, const Tokenizer& tokenizer, const HeadOptions& heads,
            const TaskOptions& options);

  Task task() const { return task_; }
  // What is put before a text, or the first of a pair.
  const std::string& prompt() const { return prompt_; }

  // One window of a context.
  void answer(const TextItem& item, const Encoding& window, MatrixView<const float> logits,
              std::vector<Answer>& answers) const;
  Json answers(const TextItem& item, std::vector<Answer> of_windows) const;
  Json operator()(const TextItem& item, const Encoding& encoding, MatrixView<const float> logits) const;

 private:
  std::size_t top(std::size_t usual) const { return options_.top ? std::size_t(options_.top) : usual; }
  // A class's name: the number, true, false or null that id2label may have, else a string.
  Json label(std::size_t i) const {
    return labels_.is_text[i] ? Json(labels_.names[i]) : Json::parse(labels_.names[i]);
  }
  Json classify(MatrixView<const float> logits) const;
  Json rerank(MatrixView<const float> logits) const;
  Json fill_mask(const Encoding& encoding, MatrixView<const float> logits) const;
  Json tag(const TextItem& item, const Encoding& encoding, MatrixView<const float> logits) const;
  Json sparse(MatrixView<const float> logits) const;
  void choose_prompt(const Prompts& prompts);

  const Tokenizer& tokenizer_;
  TaskOptions options_;
  Task task_;
  Labels labels_;
  ScoreActivation activation_;  // rerank
  SparseEncoder sparse_;
  std::string prompt_;
};

}  // namespace encore::cli
