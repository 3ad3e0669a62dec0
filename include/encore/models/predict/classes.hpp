// SPDX-License-Identifier: Apache-2.0
// From logits to probabilities and the best classes, as transformers' pipelines have them.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace encore {

// What logits go through.
enum class ScoreFunction : std::uint8_t { none, sigmoid, softmax };

// In double; softmax over all of them.
inline std::vector<double> scores_of(std::span<const float> logits, ScoreFunction function) {
  std::vector<double> scores(logits.begin(), logits.end());
  if (function == ScoreFunction::sigmoid)
    for (double& score : scores) score = 1 / (1 + std::exp(-score));
  if (function != ScoreFunction::softmax || scores.empty()) return scores;
  const double highest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score - highest);
  for (double& score : scores) score /= sum;
  return scores;
}

// Indices of the k highest scores, the highest first, equal ones in order.
inline std::vector<std::size_t> highest(std::span<const double> scores, std::size_t k) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  k = std::min(k, order.size());
  std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(k), order.end(), [&](std::size_t a, std::size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  });
  order.resize(k);
  return order;
}

// The names of classes and how their logits are to be read, from config.json: id2label (LABEL_i where it is missing) and
// problem_type.
struct Labels {
  std::vector<std::string> names;  // a number, true, false or null as JSON writes it
  std::vector<bool> is_text;       // false: a name is such a literal and no string
  ScoreFunction function = ScoreFunction::softmax;

  // Throws ConfigError where id2label does not name each class once, by a string or another scalar.
  static Labels from(const JsonObject& json, std::int64_t count) {
    Labels labels;
    for (std::int64_t i = 0; i < count; ++i) labels.names.push_back("LABEL_" + std::to_string(i));
    labels.is_text.assign(labels.names.size(), true);
    if (const auto names = json.nullable().optional_object("id2label"))
      for (std::size_t i = 0; i < labels.names.size(); ++i) {
        const std::optional<std::string> literal = names->literal(std::to_string(i));
        labels.is_text[i] = !literal;
        labels.names[i] = literal ? *literal : names->text(std::to_string(i));
      }
    const std::string problem = json.nullable().text("problem_type", "");
    if (problem == "regression")
      labels.function = ScoreFunction::none;
    else if (problem == "multi_label_classification" || count == 1)
      labels.function = ScoreFunction::sigmoid;
    return labels;
  }
};

}  // namespace encore
