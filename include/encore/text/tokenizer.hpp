// SPDX-License-Identifier: Apache-2.0
// Texts to token ids, as the Hugging Face tokenizers library makes them: ids, type ids, tokens, offsets, word ids.
#pragma once

#include <encore/core/encoding.hpp>
#include <encore/core/error.hpp>
#include <encore/io/file.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/tokenizer_json.hpp>
#include <encore/text/tokenizer_parts.hpp>
#include <encore/text/vocabulary_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore {

struct EncodeOptions {
  bool add_special_tokens = true;
  // Longest result, special tokens included; 0: no limit. What is over it is cut from the end of the text, or of the
  // longer text of a pair ("longest_first").
  std::int64_t max_length = 0;
};

// Scratch memory of Tokenizer::encode_ids, to be kept from one text to the next. One for each thread.
class TokenizerWorkspace {
  friend class Tokenizer;
  text::TextPipeline first_;
  text::TextPipeline second_;
  text::TokenSequence first_tokens_;
  text::TokenSequence second_tokens_;
};

// Immutable, cheap to copy, and usable from any number of threads at once. Time is linear in the length of a text.
//
// Texts are UTF-8. What is not (a stray byte, a surrogate, a sequence cut short) counts as one U+FFFD for each maximal
// subpart, as in Python's decode(errors="replace"); byte offsets refer to the bytes as they were given. NUL is a
// character like others (BertNormalizer drops it). An empty text gives the special tokens alone.
//
// The padding and truncation that a tokenizer.json stores are checked and not applied: EncodeOptions say what is
// wanted.
class Tokenizer {
 public:
  // From tokenizer.json, else from vocab.txt; with tokenizer_config.json, special_tokens_map.json and
  // added_tokens.json. Throws FileError where a file is missing or malformed, ConfigError where a key is, and
  // UnsupportedError for a valid tokenizer of a kind that is not supported, naming the part and what is.
  static Tokenizer from(const ModelFolder& folder);
  static Tokenizer from_folder(const std::filesystem::path& path) { return from(ModelFolder::open(path)); }
  // `file_name` is for messages.
  static Tokenizer from_json(std::string_view tokenizer_json, const std::string& file_name = "tokenizer.json") {
    return Tokenizer(text::read_tokenizer_json(tokenizer_json, file_name));
  }
  // The content of a vocab.txt: one token a line.
  static Tokenizer from_vocabulary(std::string_view vocabulary, const VocabularyOptions& options = {},
                                   const std::string& file_name = "vocab.txt") {
    return Tokenizer(text::read_bert_vocabulary(vocabulary, options, file_name));
  }

  // Throws ArgumentError where max_length is negative or has no room for the special tokens, InputError for a text of 2
  // GiB.
  Encoding encode(std::string_view text, const EncodeOptions& options = {}) const {
    TokenizerWorkspace workspace;
    Encoding out;
    run(text, nullptr, options, true, workspace, out);
    return out;
  }
  Encoding encode(std::string_view first, std::string_view second, const EncodeOptions& options = {}) const {
    TokenizerWorkspace workspace;
    Encoding out;
    run(first, &second, options, true, workspace, out);
    return out;
  }
  // An Encoding for each text.
  std::vector<Encoding> operator()(std::span<const std::string> texts, const EncodeOptions& options = {}) const {
    return encode_all(texts, options);
  }
  std::vector<Encoding> operator()(std::initializer_list<std::string_view> texts,
                                   const EncodeOptions& options = {}) const {
    return encode_all(texts, options);
  }

  // The ids, type ids and `truncated` of encode(), and nothing else: for embedding texts in bulk. Replaces what is in
  // out, whose memory is reused as the workspace's is; no allocation once both have grown to the longest text.
  void encode_ids(std::string_view text, Encoding& out, TokenizerWorkspace& workspace,
                  const EncodeOptions& options = {}) const {
    run(text, nullptr, options, false, workspace, out);
  }
  void encode_ids(std::string_view first, std::string_view second, Encoding& out, TokenizerWorkspace& workspace,
                  const EncodeOptions& options = {}) const {
    run(first, &second, options, false, workspace, out);
  }

  // One more than the greatest id: as many rows as an embedding table must have. Published tables may have more.
  std::int64_t vocabulary_size() const {
    return std::int64_t(std::max(parts_->vocabulary.last_id(), parts_->added.last_id())) + 1;
  }
  std::optional<std::int32_t> id_of(std::string_view token) const {
    if (const auto* added = parts_->added.find(token)) return added->id;
    const std::int32_t id = parts_->vocabulary.id_of(token);
    return id < 0 ? std::nullopt : std::optional(id);
  }
  // Throws ArgumentError where no token has the id.
  const std::string& token_of(std::int32_t id) const {
    if (const auto* added = parts_->added.find(id)) return added->content;
    if (const auto* token = parts_->vocabulary.token_of(id)) return *token;
    throw ArgumentError("tokenizer: no token has the id " + std::to_string(id));
  }
  // Whether the token's id says something to programs rather than about the text ([CLS], [PAD], ...).
  bool is_special(std::int32_t id) const {
    const auto* added = parts_->added.find(id);
    return added && added->special;
  }

  std::optional<std::int32_t> cls_id() const { return id_of(parts_->names.cls); }
  std::optional<std::int32_t> sep_id() const { return id_of(parts_->names.sep); }
  std::optional<std::int32_t> pad_id() const { return id_of(parts_->names.pad); }
  std::optional<std::int32_t> mask_id() const { return id_of(parts_->names.mask); }
  std::optional<std::int32_t> unk_id() const { return id_of(parts_->names.unk); }
  // How many special tokens a text, or a pair, gets.
  std::int64_t special_tokens(bool pair = false) const { return std::int64_t(processor(pair).special()); }

 private:
  explicit Tokenizer(text::TokenizerParts parts)
      : parts_(std::make_shared<const text::TokenizerParts>(std::move(parts))) {}

  const text::Template& processor(bool pair) const {
    return pair ? parts_->post_processor.pair : parts_->post_processor.single;
  }
  template <class Texts>
  std::vector<Encoding> encode_all(const Texts& texts, const EncodeOptions& options) const {
    TokenizerWorkspace workspace;
    std::vector<Encoding> all(texts.size());
    std::size_t i = 0;
    for (const auto& one : texts) run(one, nullptr, options, true, workspace, all[i++]);
    return all;
  }

  void run(std::string_view first, const std::string_view* second, const EncodeOptions& options, bool details,
           TokenizerWorkspace& workspace, Encoding& out) const;
  void append(const text::TextPipeline& from, const text::TokenSequence& tokens, std::size_t count, int sequence,
              std::int32_t type_id, bool details, Encoding& out) const;
  static void append(const text::TemplatePiece& special, bool details, Encoding& out);

  std::shared_ptr<const text::TokenizerParts> parts_;
};

inline Tokenizer Tokenizer::from(const ModelFolder& folder) {
  if (folder.has("tokenizer.json")) {
    auto parts = text::read_tokenizer_json(folder.read("tokenizer.json"), folder.label("tokenizer.json"));
    text::apply_tokenizer_config(folder, parts);
    return Tokenizer(std::move(parts));
  }
  if (folder.has("vocab.txt"))
    return from_vocabulary(folder.read("vocab.txt"), text::read_vocabulary_options(folder), folder.label("vocab.txt"));
  for (const char* other : {"spiece.model", "spm.model", "sentencepiece.bpe.model", "vocab.json", "merges.txt"})
    if (folder.has(other))
      throw UnsupportedError(folder.label(other) +
                             ": tokenizers of this kind are not supported; supported: tokenizer.json with a "
                             "WordPiece model, vocab.txt");
  throw FileError(folder.name() + ": no tokenizer: neither tokenizer.json nor vocab.txt is there");
}

inline void Tokenizer::run(std::string_view first, const std::string_view* second, const EncodeOptions& options,
                           bool details, TokenizerWorkspace& workspace, Encoding& out) const {
  const text::Template& pieces = processor(second != nullptr);
  const std::size_t special = options.add_special_tokens ? pieces.special() : 0;
  if (options.max_length < 0) throw ArgumentError("tokenizer: max_length is " + std::to_string(options.max_length));
  const auto limit = std::size_t(options.max_length);
  if (limit && limit < special)
    throw ArgumentError("tokenizer: max_length " + std::to_string(limit) + " has no room for the " +
                        std::to_string(special) + " special tokens");

  auto& a = workspace.first_tokens_;
  auto& b = workspace.second_tokens_;
  // Which text of a pair is the longer one decides what is cut, so only a single text need not be looked at to its end.
  const std::size_t enough = limit && !second ? std::max<std::size_t>(limit - special, 1) : 0;
  workspace.first_(*parts_, first, enough, details, a);
  if (second)
    workspace.second_(*parts_, *second, 0, details, b);
  else
    b.clear();
  const auto [a_count, b_count] = limit ? text::truncate_longest_first(a.ids.size(), b.ids.size(), limit - special)
                                        : text::Truncation{a.ids.size(), b.ids.size()};

  out.ids.clear();
  out.type_ids.clear();
  out.tokens.clear();
  out.offsets.clear();
  out.byte_offsets.clear();
  out.sequence_ids.clear();
  out.word_ids.clear();
  out.truncated = a_count < a.ids.size() || b_count < b.ids.size() || workspace.first_.cut();
  if (details) {
    const std::size_t count = special + a_count + b_count;
    out.ids.reserve(count);
    out.type_ids.reserve(count);
    out.tokens.reserve(count);
    out.offsets.reserve(count);
    out.byte_offsets.reserve(count);
    out.sequence_ids.reserve(count);
    out.word_ids.reserve(count);
  }
  for (const auto& piece : pieces.pieces()) {
    using Kind = text::TemplatePiece::Kind;
    if (piece.kind == Kind::first)
      append(workspace.first_, a, a_count, 0, piece.type_id, details, out);
    else if (piece.kind == Kind::second)
      append(workspace.second_, b, b_count, 1, piece.type_id, details, out);
    else if (options.add_special_tokens)
      append(piece, details, out);
  }
}

inline void Tokenizer::append(const text::TextPipeline& from, const text::TokenSequence& tokens, std::size_t count,
                              int sequence, std::int32_t type_id, bool details, Encoding& out) const {
  const auto end = [&](const auto& items) { return items.begin() + std::ptrdiff_t(count); };
  out.ids.insert(out.ids.end(), tokens.ids.begin(), end(tokens.ids));
  out.type_ids.insert(out.type_ids.end(), count, type_id);
  if (!details) return;
  const std::size_t before = out.tokens.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto [begin, behind] = tokens.code_points[i];
    out.tokens.push_back(token_of(tokens.ids[i]));
    out.offsets.push_back({begin, behind});
    out.byte_offsets.push_back({from.source().byte_of(begin), from.source().byte_of(behind)});
  }
  for (const auto& [i, spelling] : tokens.spellings)
    if (i < count) out.tokens[before + i] = spelling;
  out.sequence_ids.insert(out.sequence_ids.end(), count, sequence);
  out.word_ids.insert(out.word_ids.end(), tokens.words.begin(), end(tokens.words));
}

inline void Tokenizer::append(const text::TemplatePiece& special, bool details, Encoding& out) {
  const std::size_t count = special.ids.size();
  out.ids.insert(out.ids.end(), special.ids.begin(), special.ids.end());
  out.type_ids.insert(out.type_ids.end(), count, special.type_id);
  if (!details) return;
  out.tokens.insert(out.tokens.end(), special.tokens.begin(), special.tokens.end());
  out.offsets.insert(out.offsets.end(), count, Span{});
  out.byte_offsets.insert(out.byte_offsets.end(), count, Span{});
  out.sequence_ids.insert(out.sequence_ids.end(), count, -1);
  out.word_ids.insert(out.word_ids.end(), count, -1);
}

}  // namespace encore
