// SPDX-License-Identifier: Apache-2.0
// From the start and end logits of question answering to spans of the context.
#pragma once

#include <encore/core/encoding.hpp>
#include <encore/core/tensor.hpp>
#include <encore/models/predict/classes.hpp>

#include <vector>

namespace encore {

struct Answer {
  double score = 0;  // probability of the start times that of the end, over the context's tokens
  Span characters;   // code points of the context
  Span bytes;
};

// The best answers, highest first, that do not begin after they end and span at most `longest` tokens. logits [tokens,
// 2] of an encoded pair (question, context).
inline std::vector<Answer> answers_of(const Encoding& encoding, MatrixView<const float> logits, std::size_t top,
                                      std::size_t longest = 15) {
  std::vector<std::size_t> context;
  for (std::size_t i = 0; i < encoding.ids.size(); ++i)
    if (encoding.sequence_ids[i] == 1) context.push_back(i);
  std::vector<float> starts, ends;
  for (const std::size_t i : context) {
    starts.push_back(logits(std::int64_t(i), 0));
    ends.push_back(logits(std::int64_t(i), 1));
  }
  const std::vector<double> start = scores_of(starts, ScoreFunction::softmax);
  const std::vector<double> end = scores_of(ends, ScoreFunction::softmax);
  std::vector<double> scores;
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  for (std::size_t s = 0; s < context.size(); ++s)
    for (std::size_t e = s; e < context.size() && e < s + longest; ++e) {
      scores.push_back(start[s] * end[e]);
      spans.emplace_back(context[s], context[e]);
    }
  std::vector<Answer> answers;
  for (const std::size_t best : highest(scores, top))
    answers.push_back(
        {scores[best],
         {encoding.offsets[spans[best].first].begin, encoding.offsets[spans[best].second].end},
         {encoding.byte_offsets[spans[best].first].begin, encoding.byte_offsets[spans[best].second].end}});
  return answers;
}

}  // namespace encore
