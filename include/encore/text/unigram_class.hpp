// SPDX-License-Identifier: Apache-2.0
// Tokenizers of a tokenizer.json's Unigram model and what transformers' classes put around it, whatever else the file
// says: AlbertTokenizer, CamembertTokenizer, DebertaV2Tokenizer, T5Tokenizer, XLMRobertaTokenizer. A charsmap of the
// file is kept by all but DebertaV2Tokenizer.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/base64.hpp>
#include <encore/text/class_tokens.hpp>
#include <encore/text/model_json.hpp>
#include <encore/text/post_processor_json.hpp>
#include <encore/text/tokenizer_class.hpp>
#include <encore/text/tokenizer_files.hpp>
#include <encore/text/tokenizer_parts.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace encore::text {

// Special tokens of the classes of Unigram models where the files do not name others.
inline SpecialTokenNames usual_unigram_names(TokenizerRecipe recipe) {
  if (recipe == TokenizerRecipe::albert) return {"[CLS]", "[SEP]", "<pad>", "[MASK]", "<unk>"};
  if (recipe == TokenizerRecipe::deberta_v2) return {"[CLS]", "[SEP]", "[PAD]", "[MASK]", "[UNK]"};
  if (recipe == TokenizerRecipe::t5) return {"", "</s>", "<pad>", "", "<unk>"};
  return {"<s>", "</s>", "<pad>", "<mask>", "<unk>"};
}

// What a class takes for added tokens where the files do not say otherwise: T5's sentinels, the last first, and
// CamemBERT's unused tokens too, unless the files list additional tokens of their own.
inline std::vector<AddedToken> unigram_added_tokens(const TokenizerFiles& files, const SpecialTokenNames& names,
                                                    TokenizerRecipe recipe) {
  auto defaults = recipe == TokenizerRecipe::t5 ? special_tokens(names) : special_tokens_with_ends(names);
  // CamemBERT's mask takes the space before it, where the files give no more than its name.
  if (recipe == TokenizerRecipe::camembert) defaults["mask_token"].lstrip = true;
  std::vector<AddedToken> added = files.added_tokens(defaults);
  if (!files.extra.empty()) return added;
  const auto special = [](const std::string& content) { return AddedToken{.content = content, .special = true}; };
  std::vector<AddedToken> more;
  if (recipe == TokenizerRecipe::camembert)
    for (const char* name : {"<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"}) more.push_back(special(name));
  if (recipe == TokenizerRecipe::t5) {
    constexpr std::int64_t most = 10000;
    const std::int64_t count = files.config ? files.config->integer("extra_ids", 100, {0, most}) : 100;
    for (std::int64_t i = count; i-- > 0;) more.push_back(special("<extra_id_" + std::to_string(i) + ">"));
  }
  for (AddedToken& token : more)
    if (std::none_of(added.begin(), added.end(), [&](const auto& other) { return other.content == token.content; }))
      added.push_back(std::move(token));
  return added;
}

// What ALBERT does to a text first.
inline void add_albert_steps(const TokenizerFiles& files, std::vector<NormalizerStep>& steps) {
  steps.push_back(Replace{Pattern::literal("``"), "\""});
  steps.push_back(Replace{Pattern::literal("''"), "\""});
  if (!files.flag("keep_accents", false)) {
    steps.push_back(Decomposition{.compatibly = true});
    steps.push_back(StripAccents{});
  }
  if (files.flag("do_lower_case", true)) steps.push_back(Lowercase{});
}

// Whether a class puts a space before a text, as the model was trained; and takes it away from what is decoded.
inline bool prefixes_space(const TokenizerFiles& files, TokenizerRecipe recipe) {
  return recipe == TokenizerRecipe::t5 || files.flag("add_prefix_space", true);
}
// DeBERTa's class then puts one before the first word alone.
inline Decoder unigram_decoder(const TokenizerFiles& files, TokenizerRecipe recipe) {
  return Decoder(
      {MetaspaceDecoder{.prepends = prefixes_space(files, recipe) || recipe == TokenizerRecipe::deberta_v2}});
}

// What a class puts around texts; `begin` and `end` stand there for the classes that have RoBERTa's template.
inline PostProcessor unigram_post_processor(const TokenizerParts& parts, const std::vector<AddedToken>& listed,
                                            TokenizerRecipe recipe, const std::string& begin, const std::string& end,
                                            const std::string& source) {
  const auto id = [&](const std::string& content) { return template_token_id(parts, listed, content, source); };
  if (recipe == TokenizerRecipe::t5) {
    using Kind = TemplatePiece::Kind;
    const TemplatePiece last{Kind::special, 0, {id(parts.names.sep)}, {parts.names.sep}};
    return {.single = Template({{Kind::first, 0, {}, {}}, last}),
            .pair = Template({{Kind::first, 0, {}, {}}, last, {Kind::second, 0, {}, {}}, last})};
  }
  if (recipe == TokenizerRecipe::albert || recipe == TokenizerRecipe::deberta_v2)
    return bert_post_processor(parts.names.cls, id(parts.names.cls), parts.names.sep, id(parts.names.sep));
  return roberta_post_processor(begin, id(begin), end, id(end));
}

namespace detail {

// The rules of the file's first Precompiled normaliser.
inline std::optional<Charsmap> find_charsmap(const JsonObject& file) {
  const auto normalizer = optional_part(file, "normalizer");
  if (!normalizer) return std::nullopt;
  std::vector<JsonObject> steps{*normalizer};
  if (normalizer->text("type", "") == "Sequence") steps = normalizer->objects("normalizers");
  for (const JsonObject& step : steps)
    if (step.text("type", "") == "Precompiled") {
      const auto blob = base64_decoded(step.text("precompiled_charsmap"));
      if (!blob) throw step.error("precompiled_charsmap", "is not base64");
      return Charsmap(*blob, step.where("precompiled_charsmap"));
    }
  return std::nullopt;
}

inline std::vector<NormalizerStep> unigram_normalizer(const JsonObject& file, const TokenizerFiles& files,
                                                      TokenizerRecipe recipe) {
  std::vector<NormalizerStep> steps;
  if (recipe == TokenizerRecipe::deberta_v2) {
    if (files.flag("do_lower_case", false)) steps.push_back(Lowercase{});
    steps.push_back(Replace{Pattern::expression("\\s{2,}|[\\n\\r\\t]", file.where("normalizer")), " "});
    steps.push_back(Composition(false));
    steps.push_back(Strip{.left = false, .right = true});
    return steps;
  }
  if (recipe == TokenizerRecipe::albert) add_albert_steps(files, steps);
  if (auto charsmap = find_charsmap(file)) steps.push_back(Precompiled(*std::move(charsmap)));
  return steps;
}

inline std::vector<PreTokenizerStep> unigram_pre_tokenizer(const TokenizerFiles& files, TokenizerRecipe recipe) {
  std::vector<PreTokenizerStep> steps;
  Metaspace::Options metaspace;
  const bool deberta = recipe == TokenizerRecipe::deberta_v2;
  if (!prefixes_space(files, recipe))
    metaspace.prepend = deberta ? Metaspace::Prepend::first : Metaspace::Prepend::never;
  if (!deberta)
    steps.push_back(WhitespaceSplit{});
  else if (files.flag("split_by_punct", false))
    steps.push_back(Punctuation{});
  steps.push_back(Metaspace(metaspace));
  return steps;
}

// The id of the unknown token: of the classes' fixed vocabularies, or of the piece with its name.
inline std::int32_t unigram_unknown_id(const std::vector<Unigram<double>::Piece>& pieces, const TokenizerFiles& files,
                                       const std::string& unknown, TokenizerRecipe recipe) {
  if (recipe == TokenizerRecipe::xlm_roberta) return 3;
  if (recipe == TokenizerRecipe::albert) return 1;
  if (recipe == TokenizerRecipe::t5) return 2;
  const bool deberta = recipe == TokenizerRecipe::deberta_v2;
  for (const auto& piece : pieces)
    if (piece.text == unknown && (!deberta || piece.score == 0)) return piece.id;
  return deberta && files.config ? std::int32_t(files.config->integer("unk_id", 1, id_bounds)) : deberta ? 1 : 0;
}

}  // namespace detail

// Throws ConfigError for tokens that contradict each other or that the template lacks.
inline TokenizerParts unigram_parts(const JsonObject& file, const TokenizerFiles& files, TokenizerRecipe recipe) {
  const JsonObject model = file.object("model");
  TokenizerParts parts;
  parts.names = files.names(usual_unigram_names(recipe));
  auto pieces = detail::read_pieces(model);
  parts.vocabulary = detail::vocabulary_of(pieces, model.where("vocab"));
  const std::int32_t unknown = detail::unigram_unknown_id(pieces, files, parts.names.unk, recipe);
  if (unknown >= parts.vocabulary.size())
    throw model.error("vocab", "has " + std::to_string(parts.vocabulary.size()) + " tokens and none with the id " +
                                   std::to_string(unknown) + " of the unknown one");
  parts.model = Unigram<double>(parts.vocabulary, std::move(pieces), {.unknown_id = unknown}, model.where("vocab"));
  parts.normalizer = Normalizer(detail::unigram_normalizer(file, files, recipe));
  parts.pre_tokenizer = PreTokenizer(detail::unigram_pre_tokenizer(files, recipe));
  const std::vector<AddedToken> added = unigram_added_tokens(files, parts.names, recipe);
  parts.added = AddedTokens(added, parts.vocabulary, parts.normalizer, parts.classes, file.file());
  parts.post_processor = unigram_post_processor(parts, added, recipe, files.name("bos_token", "<s>"),
                                                files.name("eos_token", "</s>"), file.file());
  // ALBERT's class keeps the file's.
  if (recipe == TokenizerRecipe::albert)
    if (const auto saved = detail::optional_part(file, "post_processor"))
      parts.post_processor = detail::read_post_processor(*saved, parts);
  parts.decoder = unigram_decoder(files, recipe);
  return parts;
}

}  // namespace encore::text
