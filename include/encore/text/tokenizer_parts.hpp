// SPDX-License-Identifier: Apache-2.0
// The parts that a tokenizer is made of, and the way of a text through them. A part of another kind is a further
// alternative of its variant.
#pragma once

#include <encore/text/added_tokens.hpp>
#include <encore/text/byte_pair_encoding.hpp>
#include <encore/text/character_classes.hpp>
#include <encore/text/decoder.hpp>
#include <encore/text/normalizer.hpp>
#include <encore/text/post_processor.hpp>
#include <encore/text/pre_tokenizer.hpp>
#include <encore/text/special_token_names.hpp>
#include <encore/text/unigram.hpp>
#include <encore/text/vocabulary.hpp>
#include <encore/text/word_level.hpp>
#include <encore/text/word_piece.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace encore::text {

// Unigram<float> is that of SentencePiece's own files.
using Model = std::variant<WordPiece, BytePairEncoding, Unigram<double>, Unigram<float>, WordLevel>;
using ModelMemory = std::tuple<WordPiece::Memory, BytePairEncoding::Memory, Unigram<double>::Memory,
                               Unigram<float>::Memory, WordLevel::Memory>;

struct TokenizerParts {
  CharacterClasses classes;
  Vocabulary vocabulary;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  Model model;
  AddedTokens added;
  PostProcessor post_processor;
  SpecialTokenNames names;
  bool token_types = true;                       // false: the model is given none, so all are 0
  bool truncates_left = false;                   // what is too long loses its beginning
  std::optional<std::int64_t> model_max_length;  // in tokens, special ones included
  Decoder decoder;
  bool cleans_up_spaces = false;  // of decoded text, in front of punctuation
};

// The tokens of one text, before anything is put around them.
struct TokenSequence {
  std::vector<std::int32_t> ids;
  // With details only:
  std::vector<ByteRange> code_points;  // of the text, not bytes
  std::vector<std::int32_t> words;
  std::vector<std::pair<std::size_t, std::string>>
      spellings;  // of tokens that are not written as the vocabulary has them

  // No tokens; the memory stays.
  void clear() {
    ids.clear();
    code_points.clear();
    words.clear();
    spellings.clear();
  }
};

// Takes texts through the parts; keeps its memory from one to the next. Not to be used by two threads at once.
class TextPipeline {
 public:
  // Replaces what is in out; `text` must outlive the use of source(). Once there are `enough` tokens (0: never) no
  // further word is looked at.
  void operator()(const TokenizerParts& parts, std::string_view text, std::size_t enough, bool details,
                  TokenSequence& out) {
    out.clear();
    const bool origins = details || parts.pre_tokenizer.needs_origins();
    source_.set(text, details);
    word_ = 0;
    full_ = false;
    cut_ = false;
    std::uint32_t first = 0;  // of the stretch, in code points
    parts.added.split(source_.valid(), false, parts.classes, [&](ByteRange range, const AddedToken* token) {
      if (cut_) return;
      const std::string_view stretch = source_.valid().substr(range.begin, range.size());
      const std::uint32_t count = !origins          ? 0
                                  : source_.ascii() ? range.size()
                                                    : std::uint32_t(count_code_points(stretch));
      if (token) {
        add(*token, stretch, {first, first + count}, details, out);
      } else {
        parts.normalizer({stretch, nullptr, first}, parts.classes, origins, memory_, normalized_);
        add_normalized(parts, enough, details, out);
      }
      first += count;
    });
  }

  // The text as it was repaired, whose offsets the tokens have.
  const SourceText& source() const { return source_; }
  // Words were left because there were enough tokens.
  bool cut() const { return cut_; }

 private:
  void add(const AddedToken& token, std::string_view spelling, ByteRange code_points, bool details,
           TokenSequence& out) {
    if (full_) {
      cut_ = true;
      return;
    }
    if (details) {
      if (spelling != token.content) out.spellings.emplace_back(out.ids.size(), spelling);
      out.code_points.push_back(code_points);
      out.words.push_back(word_++);
    }
    out.ids.push_back(*token.id);
  }

  void add_normalized(const TokenizerParts& parts, std::size_t enough, bool details, TokenSequence& out) {
    if (!parts.added.any_normalized()) return add_words(parts, {0, normalized_.size()}, enough, details, out);
    parts.added.split(normalized_.bytes(), true, parts.classes, [&](ByteRange range, const AddedToken* token) {
      if (cut_) return;
      if (token)
        add(*token, normalized_.bytes(range), details ? normalized_.origins(range) : ByteRange{}, details, out);
      else
        add_words(parts, range, enough, details, out);
    });
  }

  void add_words(const TokenizerParts& parts, ByteRange range, std::size_t enough, bool details, TokenSequence& out) {
    const NormalizedText& text = parts.pre_tokenizer(normalized_, range, parts.classes, pre_tokenizer_memory_, words_);
    for (const ByteRange one : words_) {
      tokens_.clear();
      std::visit(
          [&](const auto& model) {
            using Memory = typename std::decay_t<decltype(model)>::Memory;
            model(parts.vocabulary, text.bytes(), one, std::get<Memory>(model_memory_), tokens_);
          },
          parts.model);
      if (full_ && !tokens_.empty()) {
        cut_ = true;
        return;
      }
      if (details) spell(parts.model, text, out);
      for (const TokenSpan& token : tokens_) {
        out.ids.push_back(token.id);
        if (!details) continue;
        out.code_points.push_back(text.origins(token.range));
        out.words.push_back(word_);
      }
      ++word_;
      full_ = enough && out.ids.size() >= enough;
    }
  }

  // Notes the tokens_ that are written as the text has them.
  void spell(const Model& model, const NormalizedText& text, TokenSequence& out) const {
    std::visit(
        [&](const auto& one) {
          if constexpr (requires { one.spells(0); })
            for (std::size_t i = 0; i < tokens_.size(); ++i)
              if (one.spells(tokens_[i].id))
                out.spellings.emplace_back(out.ids.size() + i, text.bytes(tokens_[i].range));
        },
        model);
  }

  SourceText source_;
  NormalizedText normalized_;
  Normalizer::Memory memory_;
  std::vector<ByteRange> words_;
  PreTokenizer::Memory pre_tokenizer_memory_;
  ModelMemory model_memory_;
  std::vector<TokenSpan> tokens_;
  std::int32_t word_ = 0;
  bool full_ = false;  // there are enough tokens
  bool cut_ = false;
};

}  // namespace encore::text
