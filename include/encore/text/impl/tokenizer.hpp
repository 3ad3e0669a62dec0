// SPDX-License-Identifier: Apache-2.0
// The bodies of text/tokenizer.hpp.
#pragma once

#include <encore/text/tokenizer.hpp>
#include <encore/text/tokenizer_folder.hpp>
#include <encore/text/tokenizer_parts.hpp>

#include <algorithm>
#include <cstddef>

namespace encore {

struct TokenizerWorkspace::State {
  text::TextPipeline first;
  text::TextPipeline second;
  text::TokenSequence first_tokens;
  text::TokenSequence second_tokens;
  std::string prompted;  // a prompt and the text behind it
  std::string prompt;    // the last one, under which options, and how many tokens it took
  EncodeOptions prompt_options;
  std::int64_t prompt_tokens = 0;
};

ENCORE_INLINE TokenizerWorkspace::TokenizerWorkspace() : state_(std::make_unique<State>()) {}
ENCORE_INLINE TokenizerWorkspace::TokenizerWorkspace(TokenizerWorkspace&&) noexcept = default;
ENCORE_INLINE TokenizerWorkspace& TokenizerWorkspace::operator=(TokenizerWorkspace&&) noexcept = default;
ENCORE_INLINE TokenizerWorkspace::~TokenizerWorkspace() = default;

ENCORE_INLINE Tokenizer::Tokenizer(text::TokenizerParts parts)
    : parts_(std::make_shared<const text::TokenizerParts>(std::move(parts))) {}

ENCORE_INLINE Tokenizer Tokenizer::from(const ModelFolder& folder) {
  return Tokenizer(text::read_tokenizer_folder(folder));
}
ENCORE_INLINE Tokenizer Tokenizer::from_folder(const std::filesystem::path& path) {
  return from(ModelFolder::open(path));
}
ENCORE_INLINE Tokenizer Tokenizer::from_json(std::string_view tokenizer_json, const std::string& file_name) {
  return Tokenizer(text::read_tokenizer_json(text::parse_tokenizer_json(tokenizer_json, file_name)));
}
ENCORE_INLINE Tokenizer Tokenizer::from_vocabulary(std::string_view vocabulary, const VocabularyOptions& options,
                                                   const std::string& file_name) {
  return Tokenizer(text::word_piece_parts(text::read_vocabulary_file(vocabulary, file_name), options,
                                          text::TokenizerRecipe::bert, file_name));
}

ENCORE_INLINE Encoding Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  TokenizerWorkspace workspace;
  Encoding out;
  run(text, nullptr, options, true, workspace, out);
  return out;
}
ENCORE_INLINE Encoding Tokenizer::encode(std::string_view first, std::string_view second,
                                         const EncodeOptions& options) const {
  TokenizerWorkspace workspace;
  Encoding out;
  run(first, &second, options, true, workspace, out);
  return out;
}

template <class Texts>
std::vector<Encoding> Tokenizer::encode_all(const Texts& texts, const EncodeOptions& options) const {
  TokenizerWorkspace workspace;
  std::vector<Encoding> all(texts.size());
  std::size_t i = 0;
  for (const auto& one : texts) {
    if constexpr (requires { one.second; })
      run(one.first, &one.second, options, true, workspace, all[i++]);
    else
      run(one, nullptr, options, true, workspace, all[i++]);
  }
  return all;
}
ENCORE_INLINE std::vector<Encoding> Tokenizer::operator()(std::span<const std::string_view> texts,
                                                          const EncodeOptions& options) const {
  return encode_all(texts, options);
}
ENCORE_INLINE std::vector<Encoding> Tokenizer::operator()(std::span<const TextPair> pairs,
                                                          const EncodeOptions& options) const {
  return encode_all(pairs, options);
}
ENCORE_INLINE std::vector<Encoding> Tokenizer::operator()(std::span<const std::string> texts,
                                                          const EncodeOptions& options) const {
  return encode_all(texts, options);
}
ENCORE_INLINE std::vector<Encoding> Tokenizer::operator()(std::initializer_list<std::string_view> texts,
                                                          const EncodeOptions& options) const {
  return encode_all(texts, options);
}

ENCORE_INLINE void Tokenizer::encode_ids(std::string_view text, Encoding& out, TokenizerWorkspace& workspace,
                                         const EncodeOptions& options) const {
  run(text, nullptr, options, false, workspace, out);
}
ENCORE_INLINE void Tokenizer::encode_ids(std::string_view first, std::string_view second, Encoding& out,
                                         TokenizerWorkspace& workspace, const EncodeOptions& options) const {
  run(first, &second, options, false, workspace, out);
}

ENCORE_INLINE std::int64_t Tokenizer::vocabulary_size() const {
  return std::int64_t(std::max(parts_->vocabulary.last_id(), parts_->added.last_id())) + 1;
}
ENCORE_INLINE std::optional<std::int32_t> Tokenizer::id_of(std::string_view token) const {
  if (const auto* added = parts_->added.find(token)) return added->id;
  const std::int32_t id = parts_->vocabulary.id_of(token);
  return id < 0 ? std::nullopt : std::optional(id);
}
ENCORE_INLINE const std::string& Tokenizer::token_of(std::int32_t id) const {
  if (const auto* added = parts_->added.find(id)) return added->content;
  if (const auto* token = parts_->vocabulary.token_of(id)) return *token;
  throw ArgumentError("tokenizer: no token has the id " + std::to_string(id));
}
ENCORE_INLINE std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
  std::vector<std::string> tokens;
  for (const std::int32_t id : ids) {
    if (const auto* added = parts_->added.find(id))
      tokens.push_back(added->content);
    else if (const auto* token = parts_->vocabulary.token_of(id))
      tokens.push_back(*token);
  }
  std::string text = join(std::move(tokens));
  if (parts_->cleans_up_spaces) text::clean_up_spaces(text, false);
  return text;
}
ENCORE_INLINE std::string Tokenizer::decode(std::initializer_list<std::int32_t> ids) const {
  return decode(std::span<const std::int32_t>(ids.begin(), ids.size()));
}
ENCORE_INLINE std::string Tokenizer::join(std::vector<std::string> tokens) const {
  return parts_->decoder(std::move(tokens));
}
ENCORE_INLINE const std::string& Tokenizer::continuing_prefix() const {
  static const std::string none;
  return std::visit(
      [](const auto& model) -> const std::string& {
        if constexpr (requires { model.options().continuing_subword_prefix; })
          return model.options().continuing_subword_prefix;
        else
          return none;
      },
      parts_->model);
}
ENCORE_INLINE bool Tokenizer::is_special(std::int32_t id) const {
  const auto* added = parts_->added.find(id);
  return added && added->special;
}

ENCORE_INLINE std::optional<std::int32_t> Tokenizer::cls_id() const { return id_of(parts_->names.cls); }
ENCORE_INLINE std::optional<std::int32_t> Tokenizer::sep_id() const { return id_of(parts_->names.sep); }
ENCORE_INLINE std::optional<std::int32_t> Tokenizer::pad_id() const { return id_of(parts_->names.pad); }
ENCORE_INLINE std::optional<std::int32_t> Tokenizer::mask_id() const { return id_of(parts_->names.mask); }
ENCORE_INLINE std::optional<std::int32_t> Tokenizer::unk_id() const { return id_of(parts_->names.unk); }
ENCORE_INLINE std::optional<std::int64_t> Tokenizer::model_max_length() const { return parts_->model_max_length; }
ENCORE_INLINE bool Tokenizer::truncates_left() const { return parts_->truncates_left; }
ENCORE_INLINE std::int64_t Tokenizer::special_tokens(bool pair) const {
  return std::int64_t(processor(pair).special());
}

ENCORE_INLINE const text::Template& Tokenizer::processor(bool pair) const {
  return pair ? parts_->post_processor.pair : parts_->post_processor.single;
}

ENCORE_INLINE void Tokenizer::run(std::string_view first, const std::string_view* second, const EncodeOptions& options,
                                  bool details, TokenizerWorkspace& workspace, Encoding& out) const {
  if (!options.prompt.empty()) {
    EncodeOptions plain = options;
    plain.prompt = {};
    std::string& prompted = workspace.state_->prompted;
    prompted.assign(options.prompt);
    prompted += first;
    const std::int64_t tokens = prompt_tokens(options, workspace);
    run(prompted, second, plain, details, workspace, out);
    out.prompt_tokens = tokens;
    return;
  }
  const text::Template& pieces = processor(second != nullptr);
  const std::size_t special = options.add_special_tokens ? pieces.special() : 0;
  if (options.max_length < 0) throw ArgumentError("tokenizer: max_length is " + std::to_string(options.max_length));
  const auto limit = std::size_t(options.max_length);
  if (limit && limit < special)
    throw ArgumentError("tokenizer: max_length " + std::to_string(limit) + " has no room for the " +
                        std::to_string(special) + " special tokens");

  auto& a = workspace.state_->first_tokens;
  auto& b = workspace.state_->second_tokens;
  // Which text of a pair is the longer one decides what is cut, so only a single text that loses its end need not be
  // looked at to that end.
  const bool ends_early = limit && !second && !parts_->truncates_left;
  const std::size_t enough = ends_early ? std::max<std::size_t>(limit - special, 1) : 0;
  workspace.state_->first(*parts_, first, enough, details, a);
  if (second)
    workspace.state_->second(*parts_, *second, 0, details, b);
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
  out.prompt_tokens = 0;
  out.truncated = a_count < a.ids.size() || b_count < b.ids.size() || workspace.state_->first.cut();
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
      append(workspace.state_->first, a, a_count, 0, piece.type_id, details, out);
    else if (piece.kind == Kind::second)
      append(workspace.state_->second, b, b_count, 1, piece.type_id, details, out);
    else if (options.add_special_tokens)
      append(piece, details, out);
  }
  if (!parts_->token_types) std::fill(out.type_ids.begin(), out.type_ids.end(), 0);
}

// sentence-transformers' count: the tokens of the prompt as a text of its own, but for a special one at its end.
ENCORE_INLINE std::int64_t Tokenizer::prompt_tokens(const EncodeOptions& options, TokenizerWorkspace& workspace) const {
  TokenizerWorkspace::State& state = *workspace.state_;
  const EncodeOptions alone{.add_special_tokens = options.add_special_tokens, .max_length = options.max_length};
  if (state.prompt != options.prompt || state.prompt_options.max_length != alone.max_length ||
      state.prompt_options.add_special_tokens != alone.add_special_tokens) {
    Encoding encoding;
    encode_ids(options.prompt, encoding, workspace, alone);
    const bool ends = !encoding.ids.empty() && is_special(encoding.ids.back());
    state.prompt_tokens = std::int64_t(encoding.ids.size()) - (ends ? 1 : 0);
    state.prompt = options.prompt;
    state.prompt_options = alone;
  }
  return state.prompt_tokens;
}

ENCORE_INLINE void Tokenizer::append(const text::TextPipeline& from, const text::TokenSequence& tokens,
                                     std::size_t count, int sequence, std::int32_t type_id, bool details,
                                     Encoding& out) const {
  const std::size_t skipped = parts_->truncates_left ? tokens.ids.size() - count : 0;
  const auto begin = [&](const auto& items) { return items.begin() + std::ptrdiff_t(skipped); };
  const auto end = [&](const auto& items) { return begin(items) + std::ptrdiff_t(count); };
  out.ids.insert(out.ids.end(), begin(tokens.ids), end(tokens.ids));
  out.type_ids.insert(out.type_ids.end(), count, type_id);
  if (!details) return;
  const std::size_t before = out.tokens.size();
  for (std::size_t i = 0; i < count; ++i) out.tokens.push_back(token_of(tokens.ids[skipped + i]));
  for (const auto& [i, spelling] : tokens.spellings)
    if (i >= skipped && i - skipped < count) out.tokens[before + i - skipped] = spelling;
  const auto& trimming = parts_->post_processor.trimming;
  for (std::size_t i = 0; i < count; ++i) {
    text::ByteRange place = tokens.code_points[skipped + i];
    if (trimming) place = text::trim_spaces(*trimming, out.tokens[before + i], i == 0, place, parts_->classes);
    out.offsets.push_back({place.begin, place.end});
    out.byte_offsets.push_back({from.source().byte_of(place.begin), from.source().byte_of(place.end)});
  }
  out.sequence_ids.insert(out.sequence_ids.end(), count, sequence);
  out.word_ids.insert(out.word_ids.end(), begin(tokens.words), end(tokens.words));
}

ENCORE_INLINE void Tokenizer::append(const text::TemplatePiece& special, bool details, Encoding& out) {
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
