// SPDX-License-Identifier: Apache-2.0
// Texts to token ids, as the Hugging Face tokenizers library makes them: ids, type ids, tokens, offsets, word ids.
#pragma once

#include <encore/config.hpp>
#include <encore/core/encode_options.hpp>
#include <encore/core/encoding.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/vocabulary_options.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace encore {

namespace text {

// tokenizer_parts.hpp and post_processor.hpp have them.
struct TokenizerParts;
class TextPipeline;
struct TokenSequence;
class Template;
struct TemplatePiece;

}  // namespace text

// Scratch memory of Tokenizer::encode_ids, to be kept from one text to the next. One for each thread.
class TokenizerWorkspace {
 public:
  TokenizerWorkspace();
  TokenizerWorkspace(TokenizerWorkspace&&) noexcept;
  TokenizerWorkspace& operator=(TokenizerWorkspace&&) noexcept;
  ~TokenizerWorkspace();

 private:
  friend class Tokenizer;
  struct State;
  std::unique_ptr<State> state_;
};

// Immutable, cheap to copy, and usable from any number of threads at once. Time is linear in the length of a text; for
// byte-pair encoding, n log n in that of a word.
//
// Texts are UTF-8. What is not (a stray byte, a surrogate, a sequence cut short) counts as one U+FFFD for each maximal
// subpart, as in Python's decode(errors="replace"); byte offsets refer to the bytes as they were given. NUL is a
// character like others (BertNormalizer drops it). An empty text gives the special tokens alone.
//
// The padding and the length that a tokenizer.json stores are checked and not applied: EncodeOptions say what is
// wanted.
class Tokenizer {
 public:
  // From tokenizer.json; else from vocab.json with merges.txt (RoBERTa, DeBERTa), vocab.txt (BERT, MPNet), or
  // spiece.model, spm.model or sentencepiece.bpe.model (ALBERT, CamemBERT, DeBERTa-v3, T5, XLM-RoBERTa), with
  // tokenizer_config.json, special_tokens_map.json and added_tokens.json. A tokenizer.json alone gives what the
  // tokenizers library gives; beside a tokenizer_config.json what transformers 5 gives, whose classes take little more
  // than the vocabulary from it; a SentencePiece model what SentencePiece does. Throws FileError where a file is
  // missing or malformed, ConfigError where a key is, and UnsupportedError for a valid tokenizer of a kind that is not
  // supported, naming the part and what is. Texts are made lower case first where a sentence-transformers folder says
  // so.
  static Tokenizer from(const ModelFolder& folder);
  static Tokenizer from_folder(const std::filesystem::path& path);
  // `file_name` is for messages.
  static Tokenizer from_json(std::string_view tokenizer_json, const std::string& file_name = "tokenizer.json");
  // The content of a vocab.txt: one token a line.
  static Tokenizer from_vocabulary(std::string_view vocabulary, const VocabularyOptions& options = {},
                                   const std::string& file_name = "vocab.txt");

  // Throws ArgumentError where max_length is negative or has no room for the special tokens, InputError for a text of 2
  // GiB.
  Encoding encode(std::string_view text, const EncodeOptions& options = {}) const;
  Encoding encode(std::string_view first, std::string_view second, const EncodeOptions& options = {}) const;
  // An Encoding for each text, or pair.
  std::vector<Encoding> operator()(std::span<const std::string> texts, const EncodeOptions& options = {}) const;
  std::vector<Encoding> operator()(std::span<const std::string_view> texts, const EncodeOptions& options = {}) const;
  std::vector<Encoding> operator()(std::span<const TextPair> pairs, const EncodeOptions& options = {}) const;
  std::vector<Encoding> operator()(std::initializer_list<std::string_view> texts,
                                   const EncodeOptions& options = {}) const;

  // The ids, type ids and `truncated` of encode(), and nothing else: for embedding texts in bulk. Replaces what is in
  // out, whose memory is reused as the workspace's is; no allocation once both have grown to the longest text.
  void encode_ids(std::string_view text, Encoding& out, TokenizerWorkspace& workspace,
                  const EncodeOptions& options = {}) const;
  void encode_ids(std::string_view first, std::string_view second, Encoding& out, TokenizerWorkspace& workspace,
                  const EncodeOptions& options = {}) const;

  // One more than the greatest id: as many rows as an embedding table must have. Published tables may have more.
  std::int64_t vocabulary_size() const;
  std::optional<std::int32_t> id_of(std::string_view token) const;
  // Throws ArgumentError where no token has the id.
  const std::string& token_of(std::int32_t id) const;
  // Text of ids, special tokens included, as transformers decodes them; ids without a token are passed over. Bytes that
  // are no UTF-8 become U+FFFD. Throws UnsupportedError for a tokenizer.json with a decoder that there is none of here.
  std::string decode(std::span<const std::int32_t> ids) const;
  std::string decode(std::initializer_list<std::int32_t> ids) const;
  // The same of tokens as they are written; spaces before punctuation stay, as far as the decoder lets them.
  std::string join(std::vector<std::string> tokens) const;
  // What a token begins with that continues a word ("##"); empty where the vocabulary has no such mark.
  const std::string& continuing_prefix() const;
  // Whether the token's id says something to programs rather than about the text ([CLS], [PAD], ...).
  bool is_special(std::int32_t id) const;

  // The ids of special tokens; nothing where the vocabulary lacks one.
  std::optional<std::int32_t> cls_id() const;
  std::optional<std::int32_t> sep_id() const;
  std::optional<std::int32_t> pad_id() const;
  std::optional<std::int32_t> mask_id() const;
  std::optional<std::int32_t> unk_id() const;
  // The folder's model_max_length, special tokens included; nothing where it sets no limit. EncodeOptions do not know
  // it.
  std::optional<std::int64_t> model_max_length() const;
  // Whether a text that is too long loses its beginning (truncation_side).
  bool truncates_left() const;
  // How many special tokens a text, or a pair, gets.
  std::int64_t special_tokens(bool pair = false) const;

 private:
  explicit Tokenizer(text::TokenizerParts parts);

  const text::Template& processor(bool pair) const;
  template <class Texts>
  std::vector<Encoding> encode_all(const Texts& texts, const EncodeOptions& options) const;

  void run(std::string_view first, const std::string_view* second, const EncodeOptions& options, bool details,
           TokenizerWorkspace& workspace, Encoding& out) const;
  std::int64_t prompt_tokens(const EncodeOptions& options, TokenizerWorkspace& workspace) const;
  void append(const text::TextPipeline& from, const text::TokenSequence& tokens, std::size_t count, int sequence,
              std::int32_t type_id, bool details, Encoding& out) const;
  static void append(const text::TemplatePiece& special, bool details, Encoding& out);

  std::shared_ptr<const text::TokenizerParts> parts_;
};

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/text/impl/tokenizer.hpp>
#endif
