// SPDX-License-Identifier: Apache-2.0
// From the start and end logits of question answering to spans of the context, as the pipeline of transformers 4 does.
#pragma once

#include <encore/core/encoding.hpp>
#include <encore/core/tensor.hpp>
#include <encore/models/predict/classes.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace encore {

// A span of the context that may answer the question.
struct Answer {
  // Probability of the start times that of the end, over the context's tokens and the first one; of all spans with this
  // text, so it may exceed 1.
  double score = 0;
  Span characters;  // code points of the context
  Span bytes;
};

// How many answers are kept, and which spans are looked at.
struct AnswerOptions {
  std::size_t top = 1;
  std::size_t longest = 15;           // tokens of an answer
  std::optional<std::int32_t> cls{};  // the token that stands for "no answer" in the softmax
};

namespace detail {
// The whole words that tokens `first` to `last` touch.
inline Answer words_around(const Encoding& encoding, std::size_t first, std::size_t last) {
  const auto same_word = [&](std::size_t a, std::size_t b) {
    return encoding.sequence_ids[a] == encoding.sequence_ids[b] && encoding.word_ids[a] == encoding.word_ids[b];
  };
  while (first > 0 && same_word(first - 1, first)) --first;
  while (last + 1 < encoding.ids.size() && same_word(last, last + 1)) ++last;
  return {0,
          {encoding.offsets[first].begin, encoding.offsets[last].end},
          {encoding.byte_offsets[first].begin, encoding.byte_offsets[last].end}};
}
// The answer's text; letters of ASCII small.
inline std::string answer_text(const Answer& answer, std::string_view context) {
  std::string text(context.substr(std::size_t(answer.bytes.begin), std::size_t(answer.bytes.end - answer.bytes.begin)));
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return text;
}
}  // namespace detail

// Adds the likeliest spans of one window to the answers: whole words that begin no later than they end. A text that is an
// answer already gains their probability. logits [tokens, 2] of an encoded pair (question, context).
inline void add_answers(std::vector<Answer>& answers, const Encoding& encoding, MatrixView<const float> logits,
                        std::string_view context, const AnswerOptions& options) {
  std::vector<std::size_t> tokens;  // that the softmax is over
  std::vector<float> starts, ends;
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    if (encoding.sequence_ids[i] != 1 && encoding.ids[i] != options.cls) continue;
    tokens.push_back(i);
    starts.push_back(logits(std::int64_t(i), 0));
    ends.push_back(logits(std::int64_t(i), 1));
  }
  const std::vector<double> start = scores_of(starts, ScoreFunction::softmax);
  const std::vector<double> end = scores_of(ends, ScoreFunction::softmax);
  std::vector<double> scores;
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  const auto answers_with = [&](std::size_t i) { return encoding.sequence_ids[tokens[i]] == 1; };
  for (std::size_t s = 0; s < tokens.size(); ++s)
    for (std::size_t e = s; e < tokens.size() && tokens[e] < tokens[s] + options.longest; ++e)
      if (answers_with(s) && answers_with(e)) {
        scores.push_back(start[s] * end[e]);
        spans.emplace_back(tokens[s], tokens[e]);
      }
  // More than are wanted: some become one when words are made whole.
  for (const std::size_t best : highest(scores, 2 * options.top + 10)) {
    Answer answer = detail::words_around(encoding, spans[best].first, spans[best].second);
    answer.score = scores[best];
    const std::string text = detail::answer_text(answer, context);
    const auto known = std::find_if(answers.begin(), answers.end(),
                                    [&](const Answer& other) { return detail::answer_text(other, context) == text; });
    if (known == answers.end())
      answers.push_back(answer);
    else
      known->score += answer.score;
  }
}

// The highest of them.
inline std::vector<Answer> best_answers(std::vector<Answer> answers, std::size_t top) {
  std::stable_sort(answers.begin(), answers.end(), [](const Answer& a, const Answer& b) { return a.score > b.score; });
  if (answers.size() > top) answers.resize(top);
  return answers;
}

}  // namespace encore
