// SPDX-License-Identifier: Apache-2.0
// Tokenizers that are a SentencePiece model: spiece.model, spm.model or sentencepiece.bpe.model, and what the files
// beside it say. Texts are cut as SentencePiece itself does; special tokens, ids and what comes around a text are by the
// conventions of transformers' classes for ALBERT, DeBERTa-v2 and v3, T5 and XLM-RoBERTa.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/sentence_piece.hpp>
#include <encore/text/sentence_piece_model.hpp>
#include <encore/text/tokenizer_class.hpp>
#include <encore/text/tokenizer_files.hpp>
#include <encore/text/tokenizer_parts.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

inline constexpr std::array<std::string_view, 3> sentence_piece_files{"spiece.model", "spm.model",
                                                                      "sentencepiece.bpe.model"};

namespace detail {

enum class SentencePieceFamily : std::uint8_t { albert, deberta, t5, xlm_roberta };

inline SentencePieceFamily sentence_piece_family(const ModelFolder& folder, const TokenizerFiles& files,
                                                 std::string_view file, const SentencePieceModel& model) {
  static constexpr std::pair<std::string_view, SentencePieceFamily> known[] = {
      {"AlbertTokenizer", SentencePieceFamily::albert},
      {"DebertaV2Tokenizer", SentencePieceFamily::deberta},
      {"T5Tokenizer", SentencePieceFamily::t5},
      {"XLMRobertaTokenizer", SentencePieceFamily::xlm_roberta}};
  const std::string name = tokenizer_class(folder, files);
  for (const auto& [given, family] : known)
    if (is_class(name, given)) return family;
  if (!name.empty())
    throw UnsupportedError(folder.label(file) + ": a " + in_quotes(name) +
                           " without a tokenizer.json is not supported; supported: AlbertTokenizer, "
                           "DebertaV2Tokenizer, T5Tokenizer, XLMRobertaTokenizer, and any with a tokenizer.json");
  // Nothing says what it is: files have names, and models pieces, by which they are known.
  const auto has = [&](std::string_view text) {
    return std::any_of(model.pieces.begin(), model.pieces.end(), [&](const auto& piece) { return piece.text == text; });
  };
  if (file == "sentencepiece.bpe.model") return SentencePieceFamily::xlm_roberta;
  if (has("[CLS]") && has("[SEP]")) return has("[PAD]") ? SentencePieceFamily::deberta : SentencePieceFamily::albert;
  if (has("<pad>") && has("</s>")) return SentencePieceFamily::t5;
  throw UnsupportedError(folder.label(file) +
                         ": neither tokenizer_class (tokenizer_config.json) nor model_type (config.json) is there, and "
                         "the model's pieces are none of ALBERT's, DeBERTa's or T5's");
}

inline SpecialTokenNames usual_names(SentencePieceFamily family) {
  if (family == SentencePieceFamily::albert) return {"[CLS]", "[SEP]", "<pad>", "[MASK]", "<unk>"};
  if (family == SentencePieceFamily::deberta) return {"[CLS]", "[SEP]", "[PAD]", "[MASK]", "[UNK]"};
  if (family == SentencePieceFamily::t5) return {"", "</s>", "<pad>", "", "<unk>"};
  return {"<s>", "</s>", "<pad>", "<mask>", "<unk>"};
}

// The id of a piece. XLM-RoBERTa's vocabulary is fairseq's: <s>, <pad>, </s> and <unk>, then the pieces.
inline std::int32_t piece_id(SentencePieceFamily family, std::size_t piece) {
  if (family != SentencePieceFamily::xlm_roberta) return std::int32_t(piece);
  static constexpr std::array<std::int32_t, 3> first{3, 0, 2};
  return piece < first.size() ? first[piece] : std::int32_t(piece + 1);
}

inline void read_pieces(SentencePieceFamily family, const SentencePieceModel& model, const std::string& source,
                        TokenizerParts& parts) {
  using Type = SentencePieceModel::Type;
  std::vector<Vocabulary::Entry> entries;
  std::vector<Unigram<float>::Piece> pieces;
  if (family == SentencePieceFamily::xlm_roberta) {
    const bool usual = model.pieces.size() > 3 && model.pieces[0].text == "<unk>" && model.pieces[1].text == "<s>" &&
                       model.pieces[2].text == "</s>";
    if (!usual) throw UnsupportedError(source + ": the first pieces of an XLM-RoBERTa model are <unk>, <s> and </s>");
    entries.emplace_back("<pad>", 1);
  }
  for (std::size_t i = 0; i < model.pieces.size(); ++i) {
    const auto& piece = model.pieces[i];
    const std::int32_t id = piece_id(family, i);
    entries.emplace_back(piece.text, id);
    if (piece.type == Type::normal || piece.type == Type::user_defined)
      pieces.push_back({piece.text, id, piece.score, piece.type == Type::user_defined});
  }
  parts.vocabulary = Vocabulary(std::move(entries), source);
  parts.model = Unigram<float>(parts.vocabulary, std::move(pieces),
                               {.unknown_id = piece_id(family, std::size_t(model.unknown_id)),
                                .byte_fallback = model.byte_fallback,
                                .fuse_unknown = !model.byte_fallback},
                               source);
}

inline SentencePieceNormalizer sentence_piece_normalizer(const SentencePieceModel& model, const std::string& source) {
  std::vector<Trie::Entry> kept;
  for (const auto& piece : model.pieces)
    if (piece.type == SentencePieceModel::Type::user_defined) kept.emplace_back(piece.text, 0);
  std::sort(kept.begin(), kept.end());
  return SentencePieceNormalizer(Charsmap(model.charsmap, source), Trie(kept),
                                 {.add_dummy_prefix = model.add_dummy_prefix,
                                  .remove_extra_whitespaces = model.remove_extra_whitespaces,
                                  .escape_whitespaces = model.escape_whitespaces});
}

// What ALBERT does to a text first. (As its tokenizer.json has it; transformers' Python class differs in details.)
inline void add_albert_steps(bool lowercase, bool keep_accents, std::vector<NormalizerStep>& steps) {
  steps.push_back(Replace{Pattern::literal("``"), "\""});
  steps.push_back(Replace{Pattern::literal("''"), "\""});
  if (!keep_accents) {
    steps.push_back(Decomposition{.compatibly = true});
    steps.push_back(StripAccents{});
  }
  if (lowercase) steps.push_back(Lowercase{});
}

inline PostProcessor sentence_piece_post_processor(SentencePieceFamily family, const SpecialTokenNames& names,
                                                   const AddedTokens& added, const std::string& source) {
  const auto id = [&](const std::string& content) {
    const AddedToken* token = added.find(content);
    if (!token) throw ConfigError(source + ": the names of the tokens around a text must not be empty");
    return *token->id;
  };
  if (family == SentencePieceFamily::t5) {
    using Kind = TemplatePiece::Kind;
    const TemplatePiece end{Kind::special, 0, {id(names.sep)}, {names.sep}};
    return {.single = Template({{Kind::first, 0, {}, {}}, end}),
            .pair = Template({{Kind::first, 0, {}, {}}, end, {Kind::second, 0, {}, {}}, end})};
  }
  const std::int32_t cls = id(names.cls);
  return family == SentencePieceFamily::xlm_roberta ? roberta_post_processor(names.cls, cls, names.sep, id(names.sep))
                                                    : bert_post_processor(names.cls, cls, names.sep, id(names.sep));
}

}  // namespace detail

// `file` is one of sentence_piece_files. Throws FileError for what is no model, ConfigError for a wrong key, and
// UnsupportedError for a tokenizer_class that is none of those above.
inline TokenizerParts read_sentence_piece_folder(const ModelFolder& folder, std::string_view file) {
  using Family = detail::SentencePieceFamily;
  const TokenizerFiles files(folder);
  const std::string source = folder.label(file);
  const SentencePieceModel model = read_sentence_piece_model(folder.read(file), source);
  const Family family = detail::sentence_piece_family(folder, files, file, model);
  const auto flag = [&](std::string_view key, bool fallback) {
    return files.config ? files.config->boolean(key, fallback) : fallback;
  };
  TokenizerParts parts;
  detail::read_pieces(family, model, source, parts);
  std::vector<NormalizerStep> steps;
  if (family == Family::albert)
    detail::add_albert_steps(flag("do_lower_case", true), flag("keep_accents", false), steps);
  if (family == Family::deberta) {
    if (flag("do_lower_case", false)) steps.push_back(Lowercase{});
    if (flag("split_by_punct", false))
      throw UnsupportedError(files.config->where("split_by_punct") + ": is not supported without a tokenizer.json");
  }
  steps.push_back(detail::sentence_piece_normalizer(model, source));
  parts.normalizer = Normalizer(std::move(steps));

  parts.names = files.names(detail::usual_names(family));
  const auto special = [](const std::string& content) { return AddedToken{.content = content, .special = true}; };
  std::map<std::string_view, AddedToken> defaults{{"unk_token", special(parts.names.unk)},
                                                  {"sep_token", special(parts.names.sep)},
                                                  {"pad_token", special(parts.names.pad)},
                                                  {"cls_token", special(parts.names.cls)},
                                                  {"mask_token", special(parts.names.mask)}};
  std::vector<AddedToken> added = files.added_tokens(defaults);
  // Given by name alone it takes the space before it, in these classes.
  if (family == Family::albert || family == Family::xlm_roberta) let_mask_take_space(files, parts.names.mask, added);
  if (family == Family::t5) {
    constexpr std::int64_t most = 10000;
    const std::int64_t count = files.config ? files.config->integer("extra_ids", 100, {0, most}) : 100;
    std::vector<AddedToken> extra;
    for (std::int64_t i = count; i-- > 0;) extra.push_back(special("<extra_id_" + std::to_string(i) + ">"));
    const auto is_extra = [&](const AddedToken& token) {
      return std::any_of(extra.begin(), extra.end(), [&](const auto& one) { return one.content == token.content; });
    };
    if (std::none_of(added.begin(), added.end(),
                     [&](const AddedToken& token) { return token.id && is_extra(token); })) {
      std::erase_if(added, is_extra);
      added.insert(added.begin(), extra.begin(), extra.end());
    }
  }
  parts.added = AddedTokens(std::move(added), parts.vocabulary, parts.normalizer, parts.classes, source);
  parts.post_processor = detail::sentence_piece_post_processor(family, parts.names, parts.added, source);
  return parts;
}

}  // namespace encore::text
