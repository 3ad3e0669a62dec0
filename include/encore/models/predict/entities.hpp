// SPDX-License-Identifier: Apache-2.0
// From the scores of tokens to entities: the aggregation strategies of transformers' token-classification pipeline.
#pragma once

#include <encore/core/encoding.hpp>
#include <encore/core/tensor.hpp>
#include <encore/models/predict/classes.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace encore {

// How the tokens of an entity come together: not at all; neighbours of one class; the same after the tokens of a word
// have taken the class of its first token, of its most certain one, or of their average.
enum class Aggregation : std::uint8_t { none, simple, first, max, average };

struct Entity {
  std::string label;  // "B-PER" of a token, "PER" of a group
  double score = 0;
  Span characters;         // code points of the text
  Span bytes;              // the same in UTF-8
  std::int64_t token = 0;  // the first, among the encoding's
};

namespace detail {

struct TokenScores {
  std::vector<double> scores;
  Span characters, bytes;
  std::int64_t token = 0;
  bool continues = false;  // the word that the token before began
};

inline std::size_t best_class(const std::vector<double>& scores) {
  return std::size_t(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

// "B-PER" -> {true, "PER"}; without a prefix a class continues.
inline std::pair<bool, std::string_view> tag_of(std::string_view label) {
  if (label.starts_with("B-")) return {true, label.substr(2)};
  return {false, label.starts_with("I-") ? label.substr(2) : label};
}

// Whether a token that begins at that byte begins a word: at the text's beginning, and where a space stands before it or
// in it.
inline bool after_space(std::string_view text, std::int64_t begin) {
  const std::size_t at = std::size_t(begin);
  return at == 0 || at >= text.size() || text[at - 1] == ' ' || text[at] == ' ';
}

// One word, or one token, with the class it takes.
inline Entity entity_of(std::span<const TokenScores> word, Aggregation aggregation, const Labels& labels) {
  const TokenScores* chosen = &word.front();
  std::vector<double> average;
  if (aggregation == Aggregation::max) {
    for (const TokenScores& token : word)
      if (token.scores[best_class(token.scores)] > chosen->scores[best_class(chosen->scores)]) chosen = &token;
  } else if (aggregation == Aggregation::average) {
    average.assign(chosen->scores.size(), 0.0);
    for (const TokenScores& token : word)
      for (std::size_t c = 0; c < average.size(); ++c) average[c] += token.scores[c] / double(word.size());
  }
  const std::vector<double>& scores = average.empty() ? chosen->scores : average;
  const std::size_t best = best_class(scores);
  return {labels.names[best],
          scores[best],
          {word.front().characters.begin, word.back().characters.end},
          {word.front().bytes.begin, word.back().bytes.end},
          word.front().token};
}

}  // namespace detail

struct EntityOptions {
  Aggregation aggregation = Aggregation::none;
  bool marks_words = false;         // the vocabulary marks the pieces that continue a word ("##"); else spaces tell
  std::optional<std::int32_t> unk;  // never continues a word
  std::string ignored = "O";        // a label that is left out
};

// logits [tokens, classes] of an encoding of `text` with its details.
inline std::vector<Entity> entities_of(const Encoding& encoding, std::string_view text, MatrixView<const float> logits,
                                       const Labels& labels, const EntityOptions& options = {}) {
  const Aggregation aggregation = options.aggregation;
  std::vector<detail::TokenScores> tokens;
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    if (encoding.sequence_ids[i] < 0) continue;  // special
    detail::TokenScores token;
    token.scores = scores_of({logits.row(std::int64_t(i)), std::size_t(logits.cols)}, ScoreFunction::softmax);
    token.characters = encoding.offsets[i];
    token.bytes = encoding.byte_offsets[i];
    token.token = std::int64_t(i);
    if (encoding.ids[i] == options.unk)
      token.continues = false;
    else if (options.marks_words)
      token.continues = encoding.tokens[i].starts_with("##");
    else
      token.continues = !detail::after_space(text, token.bytes.begin);
    tokens.push_back(std::move(token));
  }

  std::vector<Entity> entities;
  const bool by_words = aggregation != Aggregation::none && aggregation != Aggregation::simple;
  for (std::size_t first = 0; first < tokens.size();) {
    std::size_t last = first + 1;
    while (by_words && last < tokens.size() && tokens[last].continues) ++last;
    entities.push_back(detail::entity_of(std::span(tokens).subspan(first, last - first), aggregation, labels));
    first = last;
  }
  if (aggregation != Aggregation::none) {
    std::vector<Entity> groups;
    std::string previous;
    std::size_t members = 0;
    for (const Entity& entity : entities) {
      const auto [begins, tag] = detail::tag_of(entity.label);
      if (!groups.empty() && !begins && tag == previous) {
        Entity& group = groups.back();
        group.score += (entity.score - group.score) / double(++members);
        group.characters.end = entity.characters.end;
        group.bytes.end = entity.bytes.end;
        continue;
      }
      groups.push_back(entity);
      const std::size_t dash = entity.label.find('-');
      groups.back().label = dash == std::string::npos ? entity.label : entity.label.substr(dash + 1);
      previous = tag;
      members = 1;
    }
    entities = std::move(groups);
  }
  std::erase_if(entities, [&](const Entity& entity) { return entity.label == options.ignored; });
  return entities;
}

}  // namespace encore
