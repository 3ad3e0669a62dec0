// SPDX-License-Identifier: Apache-2.0
// Byte-pair encoding: a word is cut into its characters, or bytes, and neighbours are merged in the order of a list.
// Sennrich, Haddow & Birch 2016; tokenizers/src/models/bpe of the Hugging Face library.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/byte_alphabet.hpp>
#include <encore/text/merge_table.hpp>
#include <encore/text/token_span.hpp>
#include <encore/text/utf8.hpp>
#include <encore/text/vocabulary.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

class BytePairEncoding {
 public:
  // What "model" of a tokenizer.json says beside vocabulary and merges.
  struct Options {
    // The tokens of the vocabulary are spelt with the characters that stand for bytes, and words are cut into bytes.
    bool byte_level = false;
    std::optional<std::string> unknown_token = std::nullopt;  // none: unknown characters are dropped
    std::string continuing_subword_prefix = {};
    std::string end_of_word_suffix = {};
    bool fuse_unknown = false;   // unknown neighbours are one token
    bool byte_fallback = false;  // an unknown character is its bytes, "<0x0A>"
    bool ignore_merges = false;  // a word that is a token is not cut
  };
  // Tokens, the left and the right one.
  using MergeList = std::vector<std::pair<std::string, std::string>>;

  // Scratch space, to be reused.
  struct Memory {
    // A token of the word so far, in a list by place.
    struct Symbol {
      std::int32_t id;
      std::uint32_t size;  // bytes; 0: merged into the one before
      std::int32_t previous, next;
    };
    // A merge that waits in the heap, and where it would be made.
    struct Candidate {
      std::uint32_t rank;
      std::uint32_t place;
      std::int32_t id;
    };
    std::vector<Symbol> symbols;
    std::vector<MergeTable::Merge> merges;  // of each symbol with the next
    std::vector<Candidate> queue;
  };

  BytePairEncoding() = default;
  // Throws ConfigError, beginning with `source`, for a merge of what are no tokens, or into what is none, and for an
  // unknown token that is not in the vocabulary.
  BytePairEncoding(const Vocabulary& vocabulary, const MergeList& merges, Options options, const std::string& source)
      : options_(std::move(options)), merges_(merges.size()) {
    const auto id_of = [&](const std::string& token, const std::pair<std::string, std::string>& merge) {
      const std::int32_t id = vocabulary.id_of(token);
      if (id < 0)
        throw ConfigError(source + ": the merge of " + in_quotes(merge.first) + " and " + in_quotes(merge.second) +
                          " needs the token " + in_quotes(token) + ", which is not in the vocabulary");
      return id;
    };
    const std::size_t prefix = options_.continuing_subword_prefix.size();
    std::uint32_t rank = 0;
    for (const auto& merge : merges) {
      const std::int32_t left = id_of(merge.first, merge);
      const std::int32_t right = id_of(merge.second, merge);
      if (merge.second.size() < prefix)
        throw ConfigError(source + ": the merge of " + in_quotes(merge.first) + " and " + in_quotes(merge.second) +
                          " is shorter than the continuing_subword_prefix");
      merges_.insert(left, right, {rank++, id_of(merge.first + merge.second.substr(prefix), merge)});
    }
    if (options_.unknown_token) {
      unknown_ = vocabulary.id_of(*options_.unknown_token);
      if (unknown_ < 0)
        throw ConfigError(source + ": the unknown token " + in_quotes(*options_.unknown_token) +
                          " is not in the vocabulary");
    }
    if (options_.byte_fallback && (prefix || !options_.end_of_word_suffix.empty()))
      throw UnsupportedError(source +
                             ": byte_fallback with a continuing_subword_prefix or an end_of_word_suffix is not "
                             "supported");
    if (options_.byte_level && affixes())
      throw UnsupportedError(source +
                             ": a byte-level vocabulary with a continuing_subword_prefix or an end_of_word_suffix is "
                             "not supported");
    for (unsigned byte = 0; byte < 256; ++byte) {
      char character[4];
      byte_ids_[byte] = vocabulary.id_of(
          {character, std::size_t(encode(options_.byte_level ? byte_characters[byte] : byte, character))});
      fallback_ids_[byte] = options_.byte_fallback ? vocabulary.id_of(byte_token(byte)) : -1;
    }
    if (options_.byte_fallback && options_.byte_level)
      throw UnsupportedError(source + ": byte_fallback with a byte-level vocabulary is not supported");
    if (options_.byte_fallback)
      falls_back_ = std::all_of(fallback_ids_.begin(), fallback_ids_.end(), [](std::int32_t id) { return id >= 0; });
    if (options_.byte_level || affixes() == 0) find_whole_words(vocabulary);
  }

  // As they were given.
  const Options& options() const { return options_; }

  // Appends the tokens of a word, which is not empty.
  void operator()(const Vocabulary& vocabulary, std::string_view text, ByteRange word, Memory& memory,
                  std::vector<TokenSpan>& out) const {
    const std::string_view bytes = text.substr(word.begin, word.size());
    if (const std::int32_t id = whole_.find(bytes); id >= 0) return out.push_back({id, word});
    if (options_.ignore_merges && affixes())
      if (const std::int32_t id = vocabulary.id_of(bytes); id >= 0) return out.push_back({id, word});
    memory.symbols.clear();
    if (options_.byte_level)
      cut_into_bytes(bytes, memory);
    else
      cut_into_characters(vocabulary, bytes, memory);
    if (memory.symbols.size() <= shortest_queue)
      merge_by_search(memory);
    else
      merge_by_queue(memory);
    std::uint32_t at = word.begin;
    for (const auto& symbol : memory.symbols) {
      if (symbol.size == 0) continue;
      out.push_back({symbol.id, {at, at + symbol.size}});
      at += symbol.size;
    }
  }

 private:
  // From here on a queue beats looking at all neighbours for each merge.
  static constexpr std::size_t shortest_queue = 40;

  static std::string byte_token(unsigned byte) {
    static constexpr char digits[] = "0123456789ABCDEF";
    return std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + ">";
  }
  std::size_t affixes() const { return options_.continuing_subword_prefix.size() + options_.end_of_word_suffix.size(); }

  // The words that merging makes one token of: most words of most texts.
  void find_whole_words(const Vocabulary& vocabulary) {
    std::vector<std::pair<std::string, std::int32_t>> words;
    Memory memory;
    std::vector<TokenSpan> tokens;
    vocabulary.for_each([&](const std::string& token, std::int32_t id) {
      std::string bytes = token;
      if (options_.byte_level) {
        auto decoded = bytes_of_token(token);
        if (!decoded) return;
        bytes = std::move(*decoded);
      }
      if (bytes.empty() || bytes.size() > longest_whole_word) return;
      if (!options_.ignore_merges) {
        tokens.clear();
        (*this)(vocabulary, bytes, {0, std::uint32_t(bytes.size())}, memory, tokens);
        if (tokens.size() != 1 || tokens.front().id != id) return;
      }
      words.emplace_back(std::move(bytes), id);
    });
    std::sort(words.begin(), words.end());
    std::vector<Trie::Entry> entries(words.begin(), words.end());
    whole_ = Trie(entries);
  }

  static void add(Memory& memory, std::int32_t id, std::size_t size) {
    const auto place = std::int32_t(memory.symbols.size());
    memory.symbols.push_back({id, std::uint32_t(size), place - 1, place + 1});
  }

  void cut_into_bytes(std::string_view bytes, Memory& memory) const {
    std::size_t unknown = 0;  // bytes of the unknown token that is growing
    for (const char c : bytes) add_or_fall_back(byte_ids_[static_cast<unsigned char>(c)], {&c, 1}, unknown, memory);
    if (unknown) add(memory, unknown_, unknown);
  }

  void cut_into_characters(const Vocabulary& vocabulary, std::string_view bytes, Memory& memory) const {
    std::size_t unknown = 0;
    std::string affixed;
    const char* const end = bytes.data() + bytes.size();
    for (const char* at = bytes.data(); at != end;) {
      const char* const begin = at;
      const char32_t c = decode(at);
      const std::string_view character(begin, std::size_t(at - begin));
      std::int32_t id;
      const bool prefixed = begin != bytes.data() && !options_.continuing_subword_prefix.empty();
      const bool suffixed = at == end && !options_.end_of_word_suffix.empty();
      if (prefixed || suffixed) {
        affixed.clear();
        if (prefixed) affixed += options_.continuing_subword_prefix;
        affixed += character;
        if (suffixed) affixed += options_.end_of_word_suffix;
        id = vocabulary.id_of(affixed);
      } else {
        id = c < 0x80 ? byte_ids_[c] : vocabulary.id_of(character);
      }
      add_or_fall_back(id, character, unknown, memory);
    }
    if (unknown) add(memory, unknown_, unknown);
  }

  void add_or_fall_back(std::int32_t id, std::string_view character, std::size_t& unknown, Memory& memory) const {
    if (id >= 0) {
      if (unknown) add(memory, unknown_, std::exchange(unknown, 0));
      return add(memory, id, character.size());
    }
    if (options_.byte_fallback) {
      const bool all = falls_back_ || std::all_of(character.begin(), character.end(), [&](char byte) {
                         return fallback_ids_[static_cast<unsigned char>(byte)] >= 0;
                       });
      // As in the library, an unknown token that is still growing stays behind these.
      if (all) {
        for (const char byte : character) add(memory, fallback_ids_[static_cast<unsigned char>(byte)], 1);
        return;
      }
    }
    if (unknown_ < 0) return;
    if (unknown && !options_.fuse_unknown) add(memory, unknown_, std::exchange(unknown, 0));
    unknown += character.size();
  }

  // The best merge is looked for among all neighbours; symbols close up. For short words.
  void merge_by_search(Memory& memory) const {
    auto& symbols = memory.symbols;
    auto& merges = memory.merges;
    std::size_t count = symbols.size();
    if (count < 2) return;
    merges.resize(count);
    for (std::size_t i = 0; i + 1 < count; ++i) merges[i] = merges_.find(symbols[i].id, symbols[i + 1].id);
    while (count > 1) {
      std::size_t best = 0;
      for (std::size_t i = 1; i + 1 < count; ++i)
        if (merges[i].rank < merges[best].rank) best = i;
      if (merges[best].rank == MergeTable::none) break;
      symbols[best].id = merges[best].id;
      symbols[best].size += symbols[best + 1].size;
      --count;
      for (std::size_t i = best + 1; i < count; ++i) {
        symbols[i] = symbols[i + 1];
        merges[i - 1] = merges[i];
      }
      if (best) merges[best - 1] = merges_.find(symbols[best - 1].id, symbols[best].id);
      if (best + 1 < count) merges[best] = merges_.find(symbols[best].id, symbols[best + 1].id);
    }
    symbols.resize(count);
  }

  // Merges wait in a heap by rank and place; n log n. Those that a merge before them made void are skipped.
  void merge_by_queue(Memory& memory) const {
    auto& symbols = memory.symbols;
    auto& queue = memory.queue;
    queue.clear();
    const auto later = [](const Memory::Candidate& a, const Memory::Candidate& b) {
      return a.rank != b.rank ? a.rank > b.rank : a.place > b.place;
    };
    const auto count = std::int32_t(symbols.size());
    const auto candidate = [&](std::int32_t left, std::int32_t right) {
      const auto merge = merges_.find(symbols[std::size_t(left)].id, symbols[std::size_t(right)].id);
      if (merge.rank == MergeTable::none) return false;
      queue.push_back({merge.rank, std::uint32_t(left), merge.id});
      return true;
    };
    for (std::int32_t i = 0; i + 1 < count; ++i) candidate(i, i + 1);
    std::make_heap(queue.begin(), queue.end(), later);
    while (!queue.empty()) {
      std::pop_heap(queue.begin(), queue.end(), later);
      const auto top = queue.back();
      queue.pop_back();
      auto& symbol = symbols[top.place];
      if (symbol.size == 0 || symbol.next >= count) continue;
      auto& right = symbols[std::size_t(symbol.next)];
      const auto now = merges_.find(symbol.id, right.id);
      if (now.rank == MergeTable::none || now.id != top.id) continue;
      symbol.id = top.id;
      symbol.size += right.size;
      symbol.next = right.next;
      right.size = 0;
      if (symbol.next < count) symbols[std::size_t(symbol.next)].previous = std::int32_t(top.place);
      if (symbol.previous >= 0 && candidate(symbol.previous, std::int32_t(top.place)))
        std::push_heap(queue.begin(), queue.end(), later);
      if (symbol.next < count && candidate(std::int32_t(top.place), symbol.next))
        std::push_heap(queue.begin(), queue.end(), later);
    }
  }

  static constexpr std::size_t longest_whole_word = 200;

  Options options_;
  MergeTable merges_;
  Trie whole_;
  std::array<std::int32_t, 256> byte_ids_{};      // of bytes, or of ASCII characters
  std::array<std::int32_t, 256> fallback_ids_{};  // of "<0x00>" and so on
  std::int32_t unknown_ = -1;
  bool falls_back_ = false;  // every byte has a token
};

}  // namespace encore::text
