// SPDX-License-Identifier: Apache-2.0
// Unigram language model: of all the ways to cut a word into tokens the one whose scores have the greatest sum, found
// by dynamic programming over the places where tokens may end (Viterbi). Kudo 2018; tokenizers/src/models/unigram of
// the Hugging Face library, and unigram_model.cc of SentencePiece, which do the same in double and in single precision.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/token_span.hpp>
#include <encore/text/trie.hpp>
#include <encore/text/utf8.hpp>
#include <encore/text/vocabulary.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace encore::text {

// `Score`: the type that sums are made in.
template <class Score>
class Unigram {
 public:
  // What the files say beside the pieces.
  struct Options {
    std::int32_t unknown_id = -1;  // negative: there is no unknown token, and unknown characters are errors
    bool byte_fallback = false;    // what is unknown is its bytes, "<0x0A>"
    bool fuse_unknown = true;      // unknown neighbours are one token
  };
  // One token: what is not found in texts (control and unused tokens) is not listed.
  struct Piece {
    std::string text;
    std::int32_t id;
    Score score;
    bool always = false;  // wins over any other way (SentencePiece's user-defined symbols)
  };
  // Scratch space, to be reused.
  struct Memory {
    // How the best way to a place ends.
    struct Place {
      Score score;
      std::uint32_t begin;  // of the token that ends here; itself: none does
      std::int32_t id;
    };
    std::vector<Place> places;
    std::vector<TokenSpan> tokens;
  };
  // A character is looked at once for every token that it might belong to; this bounds how many can be.
  static constexpr std::size_t max_bytes = 1000;

  Unigram() = default;
  // Throws UnsupportedError, beginning with `source`, for a token of more than max_bytes.
  Unigram(const Vocabulary& vocabulary, std::vector<Piece> pieces, const Options& options, const std::string& source)
      : options_(options), source_(source) {
    std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.text < b.text; });
    std::vector<Trie::Entry> entries;
    Score least = std::numeric_limits<Score>::infinity();
    Score most = -std::numeric_limits<Score>::infinity();
    for (const Piece& piece : pieces) {
      if (piece.always) continue;
      least = std::min(least, piece.score);
      most = std::max(most, piece.score);
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const Piece& piece = pieces[i];
      if (piece.text.size() > max_bytes)
        throw UnsupportedError(source + ": token " + in_quotes(piece.text) + " has " +
                               std::to_string(piece.text.size()) + " bytes; supported: at most " +
                               std::to_string(max_bytes));
      if (i + 1 < pieces.size() && pieces[i + 1].text == piece.text) continue;  // the last of equals counts
      entries.emplace_back(piece.text, std::int32_t(scores_.size()));
      const Score score = piece.always ? Score(piece.text.size()) * most - Score(0.1) : piece.score;
      scores_.push_back({score, piece.id});
    }
    trie_ = Trie(entries);
    unknown_score_ = least - Score(10);
    for (unsigned byte = 0; byte < 256; ++byte) {
      static constexpr char digits[] = "0123456789ABCDEF";
      byte_ids_[byte] = vocabulary.id_of(std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + ">");
    }
  }

  // As they were given.
  const Options& options() const { return options_; }
  // Whether a token is written as the text has it.
  bool spells(std::int32_t id) const { return id == options_.unknown_id; }

  // Appends the tokens of a word, which is not empty. Throws InputError for a character that no token has where there
  // is no unknown token.
  void operator()(const Vocabulary& vocabulary, std::string_view text, ByteRange word, Memory& memory,
                  std::vector<TokenSpan>& out) const {
    find_best(text, word, memory);
    auto& tokens = memory.tokens;  // from the last to the first, unknown neighbours as one
    tokens.clear();
    for (std::uint32_t end = word.end; end != word.begin;) {
      const auto& place = memory.places[end - word.begin];
      const std::uint32_t begin = word.begin + place.begin;
      if (options_.fuse_unknown && place.id == options_.unknown_id && !tokens.empty() &&
          tokens.back().id == options_.unknown_id)
        tokens.back().range.begin = begin;
      else
        tokens.push_back({place.id, {begin, end}});
      end = begin;
    }
    for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
      if (token->id == options_.unknown_id && options_.byte_fallback)
        fall_back(vocabulary, text, token->range, out);
      else
        out.push_back(*token);
    }
  }

 private:
  struct Scored {
    Score score;
    std::int32_t id;
  };

  void find_best(std::string_view text, ByteRange word, Memory& memory) const {
    constexpr std::uint32_t nowhere = 0xffffffff;
    auto& places = memory.places;
    places.clear();
    places.resize(word.size() + 1, {0, nowhere, -1});
    const char* const start = text.data() + word.begin;
    const char* const end = text.data() + word.end;
    const auto reach = [&](const char* to, const char* from, Score score, std::int32_t id) {
      auto& place = places[std::size_t(to - start)];
      if (place.begin == nowhere || score > place.score) place = {score, std::uint32_t(from - start), id};
    };
    for (const char* at = start; at != end;) {
      const Score before = places[std::size_t(at - start)].score;
      const char* next = at;  // behind the character
      decode(next);
      bool single = false;  // the character by itself is a token
      std::uint32_t node = Trie::root;
      for (const char* to = at; to != end;) {
        node = trie_.child(node, *to++);
        if (node == Trie::none) break;
        const std::int32_t value = trie_.value(node);
        if (value < 0) continue;
        const Scored& token = scores_[std::size_t(value)];
        reach(to, at, token.score + before, token.id);
        single = single || to == next;
      }
      if (!single) {
        reach(next, at, unknown_score_ + before, options_.unknown_id);
        if (options_.unknown_id < 0 && places[std::size_t(next - start)].id < 0)
          throw InputError(source_ + ": the text has " + in_quotes({at, std::size_t(next - at)}) +
                           ", which no token has, and the model has no unknown token");
      }
      at = next;
    }
  }

  // Where a byte has no token, the unknown one stays.
  void fall_back(const Vocabulary& vocabulary, std::string_view text, ByteRange range,
                 std::vector<TokenSpan>& out) const {
    const std::string_view bytes = text.substr(range.begin, range.size());
    const std::int32_t known = vocabulary.id_of(bytes);
    const auto id = [&](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
    if (known >= 0 || std::any_of(bytes.begin(), bytes.end(), [&](char byte) { return id(byte) < 0; }))
      return out.push_back({known >= 0 ? known : options_.unknown_id, range});
    for (const char byte : bytes) out.push_back({id(byte), range});
  }

  Options options_;
  std::string source_;
  Trie trie_;
  std::vector<Scored> scores_;
  std::array<std::int32_t, 256> byte_ids_{};
  Score unknown_score_ = 0;
};

}  // namespace encore::text
