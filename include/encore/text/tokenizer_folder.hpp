// SPDX-License-Identifier: Apache-2.0
// The tokenizer of a model's folder: the class that the folder is for, over the vocabulary that it has.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/byte_level_class.hpp>
#include <encore/text/lower_case_first.hpp>
#include <encore/text/merges_file.hpp>
#include <encore/text/sentence_piece_folder.hpp>
#include <encore/text/tokenizer_class.hpp>
#include <encore/text/tokenizer_files.hpp>
#include <encore/text/tokenizer_json.hpp>
#include <encore/text/tokenizer_parts.hpp>
#include <encore/text/unigram_class.hpp>
#include <encore/text/vocabulary_file.hpp>
#include <encore/text/word_piece_class.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace encore::text {

namespace detail {

// A class over the vocabulary of a tokenizer.json.
inline TokenizerParts class_over_json(const ModelFolder& folder, const JsonObject& file, const TokenizerFiles& files,
                                      const TokenizerClass& found) {
  using R = TokenizerRecipe;
  if (found.recipe == R::none)
    refuse_class(
        folder, "tokenizer.json", found,
        "BertTokenizer and its like, MPNetTokenizer, RobertaTokenizer, DebertaTokenizer, DebertaV2Tokenizer, "
        "AlbertTokenizer, CamembertTokenizer, XLMRobertaTokenizer, T5Tokenizer, PreTrainedTokenizerFast; without "
        "tokenizer_config.json the file is taken as it stands");
  const JsonObject model = file.object("model");
  const std::string type = model_type(model);
  const bool word_pieces = found.recipe == R::bert || found.recipe == R::mpnet;
  const bool pairs = found.recipe == R::roberta || found.recipe == R::deberta;
  const std::string_view wanted = word_pieces ? "WordPiece" : pairs ? "BPE" : "Unigram";
  // A WordLevel vocabulary is one of WordPiece too.
  if (type != wanted && !(word_pieces && type == "WordLevel"))
    throw UnsupportedError(model.where("type") + ": " + in_quotes(type) + " is not what a " + in_quotes(found.name) +
                           " (tokenizer_config.json) is made of: " + std::string(wanted));
  if (word_pieces)
    return word_piece_parts(read_vocabulary(model), word_piece_options(files, found.recipe), found.recipe, file.file());
  if (pairs) return byte_level_parts(read_vocabulary(model), read_merges(model), files, found.recipe, file.file());
  return unigram_parts(file, files, found.recipe);
}

// A class over a vocabulary in files of its own.
inline TokenizerParts class_over_files(const ModelFolder& folder, const TokenizerFiles& files, TokenizerClass& found) {
  using R = TokenizerRecipe;
  if (folder.has("vocab.json") && folder.has("merges.txt")) {
    if (found.name.empty()) found.recipe = R::roberta;
    if (found.recipe != R::roberta && found.recipe != R::deberta)
      refuse_class(
          folder, "vocab.json", found,
          "RobertaTokenizer and its like (Longformer, Bart, LED), DebertaTokenizer, and any with a tokenizer.json");
    const std::string merges = folder.label("merges.txt");
    return byte_level_parts(read_vocabulary_json(folder), read_merges_file(folder.read("merges.txt"), merges), files,
                            found.recipe, merges);
  }
  if (folder.has("vocab.txt")) {
    if (found.name.empty()) {
      found.recipe = R::bert;
      found.token_types = true;
    }
    if (found.recipe != R::bert && found.recipe != R::mpnet)
      refuse_class(folder, "vocab.txt", found,
                   "BertTokenizer and its like (DistilBert, Electra, MobileBert, ...), MPNetTokenizer, and any with a "
                   "tokenizer.json");
    const std::string source = folder.label("vocab.txt");
    return word_piece_parts(read_vocabulary_file(folder.read("vocab.txt"), source),
                            word_piece_options(files, found.recipe), found.recipe, source);
  }
  for (const std::string_view file : sentence_piece_files)
    if (folder.has(file)) return read_sentence_piece_folder(folder, files, file, found);
  throw FileError(
      folder.name() +
      ": no tokenizer: neither tokenizer.json, nor vocab.json with merges.txt, nor vocab.txt, nor spiece.model, "
      "spm.model or sentencepiece.bpe.model is there");
}

}  // namespace detail

// A tokenizer.json alone is taken as it stands; a tokenizer_config.json beside it rules over it, and so does the class
// that it or config.json names. Throws FileError, ConfigError and UnsupportedError.
inline TokenizerParts read_tokenizer_folder(const ModelFolder& folder) {
  std::optional<JsonObject> file;
  if (folder.has("tokenizer.json"))
    file = parse_tokenizer_json(folder.read("tokenizer.json"), folder.label("tokenizer.json"));
  const JsonObject* const json = file ? &*file : nullptr;
  const TokenizerFiles files(folder, json);
  TokenizerClass found = tokenizer_class(folder, files);
  TokenizerParts parts;
  if (!json)
    parts = detail::class_over_files(folder, files, found);
  else if (files.config && found.recipe != TokenizerRecipe::as_saved)
    parts = detail::class_over_json(folder, *json, files, found);
  else
    parts = read_tokenizer_json(*json, &files);
  if (files.config || !json) parts.token_types = files.token_types().value_or(found.token_types);
  parts.model_max_length = folder.model_max_length();
  parts.truncates_left = files.truncates_left(json);
  // transformers passes over this key for byte-pair encoding.
  parts.cleans_up_spaces = (files.config && files.config->nullable().boolean("clean_up_tokenization_spaces", false)) &&
                           !std::holds_alternative<BytePairEncoding>(parts.model);
  if (folder.lower_cases()) lower_case_first(parts, folder.name());
  return parts;
}

}  // namespace encore::text
