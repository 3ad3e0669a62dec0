// SPDX-License-Identifier: Apache-2.0
// From the scores of tokens to entities: the aggregation strategies of transformers' token-classification pipeline.
#pragma once

#include <encore/core/encoding.hpp>
#include <encore/core/tensor.hpp>
#include <encore/models/predict/classes.hpp>
#include <encore/text/tokenizer.hpp>
#include <encore/text/utf8.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace encore {

// How the tokens of an entity come together: not at all; neighbours of one class; the same after the tokens of a word
// have taken the class of its first token, of its most certain one, or of their average.
enum class Aggregation : std::uint8_t { none, simple, first, max, average };

// A token, or neighbours that an Aggregation joined, with the class found.
struct Entity {
  std::string label;       // "B-PER" of a token, "PER" of a group
  double score = 0;        // probability of that class; of a group: the mean of its members'
  std::string word;        // the tokens as the tokenizer joins them; a token as the vocabulary has it
  Span characters;         // code points of the text
  Span bytes;              // the same in UTF-8
  std::int64_t token = 0;  // the first, among the encoding's
};

namespace detail {

struct TokenScores {
  std::vector<double> scores;
  std::string word;
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

// Whether a token that begins at that byte continues a word where nothing but spaces tells: no space stands before it
// or in it, and it does not begin the text.
inline bool continues_by_spaces(std::string_view text, std::int64_t begin) {
  const std::size_t at = std::size_t(begin);
  return at > 0 && text[at - 1] != ' ' && (at >= text.size() || text[at] != ' ');
}

// One word, or one token, with the class it takes.
inline Entity entity_of(const Tokenizer& tokenizer, std::span<const TokenScores> word, Aggregation aggregation,
                        const Labels& labels) {
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
  const bool whole = aggregation != Aggregation::none && aggregation != Aggregation::simple;
  std::vector<std::string> pieces;
  for (const TokenScores& token : word) pieces.push_back(token.word);
  return {labels.names[best],
          scores[best],
          whole ? tokenizer.join(std::move(pieces)) : pieces.front(),
          {word.front().characters.begin, word.back().characters.end},
          {word.front().bytes.begin, word.back().bytes.end},
          word.front().token};
}

}  // namespace detail

// How entities_of() joins tokens, of which text, and which label it leaves out.
struct EntityOptions {
  Aggregation aggregation = Aggregation::none;
  std::int32_t sequence = 0;  // the text: 1 is the second of a pair
  std::string ignored = "O";  // a label that is left out
};

// logits [tokens, classes] of an encoding of `text`, alone or one of a pair, with its details. Where the tokenizer
// marks tokens that continue a word, those are told by their length, as the pipeline tells them: the mark makes a token
// longer than what it stands for. (So do characters that normalisation makes longer or shorter.)
inline std::vector<Entity> entities_of(const Tokenizer& tokenizer, const Encoding& encoding, std::string_view text,
                                       MatrixView<const float> logits, const Labels& labels,
                                       const EntityOptions& options = {}) {
  const Aggregation aggregation = options.aggregation;
  const bool marks = !tokenizer.continuing_prefix().empty();
  std::vector<detail::TokenScores> tokens;
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    if (encoding.sequence_ids[i] != options.sequence) continue;  // special, or of the other text
    detail::TokenScores token;
    token.scores = scores_of({logits.row(std::int64_t(i)), std::size_t(logits.cols)}, ScoreFunction::softmax);
    token.word = tokenizer.token_of(encoding.ids[i]);
    token.characters = encoding.offsets[i];
    token.bytes = encoding.byte_offsets[i];
    token.token = std::int64_t(i);
    if (encoding.ids[i] == tokenizer.unk_id())
      token.word = text.substr(std::size_t(token.bytes.begin), std::size_t(token.bytes.end - token.bytes.begin));
    else if (marks)
      token.continues =
          std::int64_t(text::count_code_points(token.word)) != token.characters.end - token.characters.begin;
    else
      token.continues = detail::continues_by_spaces(text, token.bytes.begin);
    tokens.push_back(std::move(token));
  }

  std::vector<Entity> entities;
  const bool by_words = aggregation != Aggregation::none && aggregation != Aggregation::simple;
  for (std::size_t first = 0; first < tokens.size();) {
    std::size_t last = first + 1;
    while (by_words && last < tokens.size() && tokens[last].continues) ++last;
    entities.push_back(
        detail::entity_of(tokenizer, std::span(tokens).subspan(first, last - first), aggregation, labels));
    first = last;
  }
  if (aggregation != Aggregation::none) {
    std::vector<Entity> groups;
    std::vector<std::vector<std::string>> words;  // of each group
    std::string previous;
    std::size_t members = 0;
    for (const Entity& entity : entities) {
      const auto [begins, tag] = detail::tag_of(entity.label);
      if (!groups.empty() && !begins && tag == previous) {
        Entity& group = groups.back();
        group.score += (entity.score - group.score) / double(++members);
        group.characters.end = entity.characters.end;
        group.bytes.end = entity.bytes.end;
        words.back().push_back(entity.word);
        continue;
      }
      groups.push_back(entity);
      words.push_back({entity.word});
      const std::size_t dash = entity.label.find('-');
      groups.back().label = dash == std::string::npos ? entity.label : entity.label.substr(dash + 1);
      previous = tag;
      members = 1;
    }
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i].word = tokenizer.join(std::move(words[i]));
    entities = std::move(groups);
  }
  std::erase_if(entities, [&](const Entity& entity) { return entity.label == options.ignored; });
  return entities;
}

}  // namespace encore
