// SPDX-License-Identifier: Apache-2.0
// Tokenizers that are a SentencePiece model: spiece.model, spm.model or sentencepiece.bpe.model, and what the files
// beside it say. Texts are cut as SentencePiece itself does; special tokens, ids and what comes around a text are by
// the conventions of transformers' classes for ALBERT, CamemBERT, DeBERTa-v2 and v3, T5 and XLM-RoBERTa.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/sentence_piece.hpp>
#include <encore/text/sentence_piece_model.hpp>
#include <encore/text/tokenizer_class.hpp>
#include <encore/text/tokenizer_files.hpp>
#include <encore/text/tokenizer_parts.hpp>
#include <encore/text/unigram_class.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

// Names of the model in a folder; the first that is there is read.
inline constexpr std::array<std::string_view, 3> sentence_piece_files{"spiece.model", "spm.model",
                                                                      "sentencepiece.bpe.model"};

namespace detail {

// What the model is for, where nothing but its file and pieces tells.
inline TokenizerRecipe guess_recipe(const ModelFolder& folder, std::string_view file, const SentencePieceModel& model) {
  const auto has = [&](std::string_view text) {
    return std::any_of(model.pieces.begin(), model.pieces.end(), [&](const auto& piece) { return piece.text == text; });
  };
  if (file == "sentencepiece.bpe.model") return TokenizerRecipe::xlm_roberta;
  if (has("[CLS]") && has("[SEP]")) return has("[PAD]") ? TokenizerRecipe::deberta_v2 : TokenizerRecipe::albert;
  if (has("<pad>") && has("</s>")) return TokenizerRecipe::t5;
  throw UnsupportedError(folder.label(file) +
                         ": neither tokenizer_class (tokenizer_config.json) nor model_type (config.json) is there, and "
                         "the model's pieces are none of ALBERT's, DeBERTa's or T5's");
}

inline bool is_fairseq(TokenizerRecipe recipe) {
  return recipe == TokenizerRecipe::xlm_roberta || recipe == TokenizerRecipe::camembert;
}

// The id of a piece. XLM-RoBERTa's vocabulary is fairseq's: <s>, <pad>, </s> and <unk>, then the pieces. CamemBERT's
// puts four unused tokens of these names before all pieces but the unknown one.
inline std::int32_t piece_id(TokenizerRecipe recipe, std::size_t piece) {
  if (recipe == TokenizerRecipe::camembert) return piece == 0 ? 3 : std::int32_t(piece + 4);
  if (recipe != TokenizerRecipe::xlm_roberta) return std::int32_t(piece);
  static constexpr std::array<std::int32_t, 3> first{3, 0, 2};
  return piece < first.size() ? first[piece] : std::int32_t(piece + 1);
}

inline void read_pieces(TokenizerRecipe recipe, const SentencePieceModel& model, const SpecialTokenNames& names,
                        const std::string& source, TokenizerParts& parts) {
  using Type = SentencePieceModel::Type;
  std::vector<Vocabulary::Entry> entries;
  std::vector<Unigram<float>::Piece> pieces;
  if (is_fairseq(recipe)) {
    const bool usual = model.pieces.size() > 3 && model.pieces[0].text == "<unk>" && model.pieces[1].text == "<s>" &&
                       model.pieces[2].text == "</s>";
    if (!usual)
      throw UnsupportedError(source +
                             ": the first pieces of an XLM-RoBERTa or CamemBERT model are <unk>, <s> and </s>");
    entries.emplace_back(names.pad, 1);
  }
  if (recipe == TokenizerRecipe::camembert) {
    entries.emplace_back("<s>NOTUSED", 0);
    entries.emplace_back("</s>NOTUSED", 2);
    entries.emplace_back("<unk>NOTUSED", 4);
  }
  for (std::size_t i = 0; i < model.pieces.size(); ++i) {
    const auto& piece = model.pieces[i];
    const std::int32_t id = piece_id(recipe, i);
    entries.emplace_back(piece.text, id);
    if (piece.type == Type::normal || piece.type == Type::user_defined)
      pieces.push_back({piece.text, id, piece.score, piece.type == Type::user_defined});
  }
  parts.vocabulary = Vocabulary(std::move(entries), source);
  parts.model = Unigram<float>(parts.vocabulary, std::move(pieces),
                               {.unknown_id = piece_id(recipe, std::size_t(model.unknown_id)),
                                .byte_fallback = model.byte_fallback,
                                .fuse_unknown = !model.byte_fallback},
                               source);
}

inline SentencePieceNormalizer sentence_piece_normalizer(const SentencePieceModel& model, bool prefix_space,
                                                         const std::string& source) {
  std::vector<Trie::Entry> kept;
  for (const auto& piece : model.pieces)
    if (piece.type == SentencePieceModel::Type::user_defined) kept.emplace_back(piece.text, 0);
  std::sort(kept.begin(), kept.end());
  return SentencePieceNormalizer(Charsmap(model.charsmap, source), Trie(kept),
                                 {.add_dummy_prefix = model.add_dummy_prefix && prefix_space,
                                  .remove_extra_whitespaces = model.remove_extra_whitespaces,
                                  .escape_whitespaces = model.escape_whitespaces});
}

}  // namespace detail

// `file` is one of sentence_piece_files. Says in `found` what a folder turned out to be that does not tell. Throws
// FileError for what is no model, ConfigError for a wrong key, and UnsupportedError for a tokenizer_class that is none
// of those above.
inline TokenizerParts read_sentence_piece_folder(const ModelFolder& folder, const TokenizerFiles& files,
                                                 std::string_view file, TokenizerClass& found) {
  using R = TokenizerRecipe;
  const std::string source = folder.label(file);
  const SentencePieceModel model = read_sentence_piece_model(folder.read(file), source);
  if (found.name.empty()) {
    found.recipe = detail::guess_recipe(folder, file, model);
    found.token_types = found.recipe == R::deberta_v2;
  }
  const R recipe = found.recipe;
  const bool known = recipe == R::albert || recipe == R::deberta_v2 || recipe == R::t5 || detail::is_fairseq(recipe);
  if (!known)
    refuse_class(
        folder, file, found,
        "AlbertTokenizer, CamembertTokenizer, DebertaV2Tokenizer, T5Tokenizer, XLMRobertaTokenizer, and any with a "
        "tokenizer.json");
  TokenizerParts parts;
  parts.names = files.names(usual_unigram_names(recipe));
  detail::read_pieces(recipe, model, parts.names, source, parts);
  std::vector<NormalizerStep> steps;
  if (recipe == R::albert) add_albert_steps(files, steps);
  if (recipe == R::deberta_v2) {
    if (files.flag("do_lower_case", false)) steps.push_back(Lowercase{});
    for (const auto& [key, wanted] : {std::pair("split_by_punct", false), std::pair("add_prefix_space", true)})
      if (files.flag(key, wanted) != wanted)
        throw UnsupportedError(files.config->where(key) + ": is not supported without a tokenizer.json");
  }
  steps.push_back(detail::sentence_piece_normalizer(model, prefixes_space(files, recipe), source));
  parts.normalizer = Normalizer(std::move(steps));
  const std::vector<AddedToken> added = unigram_added_tokens(files, parts.names, recipe);
  parts.added = AddedTokens(added, parts.vocabulary, parts.normalizer, parts.classes, source);
  parts.post_processor = unigram_post_processor(parts, added, recipe, files.name("bos_token", parts.names.cls),
                                                files.name("eos_token", parts.names.sep), source);
  parts.decoder = unigram_decoder(files, recipe);
  return parts;
}

}  // namespace encore::text
