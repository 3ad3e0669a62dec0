// SPDX-License-Identifier: Apache-2.0
// The files beside a vocabulary or a tokenizer.json: tokenizer_config.json, special_tokens_map.json and
// added_tokens.json, as transformers 5 reads them (tokenization_utils_base.py).
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/added_token.hpp>
#include <encore/text/json_part.hpp>
#include <encore/text/special_token_names.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

// A token in tokenizer_config.json and its like: a name, or an object with flags.
inline std::optional<AddedToken> read_token(const JsonObject& file, std::string_view key) {
  const auto found = file.value().find(key);
  if (found == file.value().end() || found->is_null()) return std::nullopt;
  if (!found->is_object()) return AddedToken{.content = file.text(key), .special = true};
  const JsonObject token = file.object(key);
  return AddedToken{.content = token.text("content"),
                    .single_word = token.boolean("single_word", false),
                    .lstrip = token.boolean("lstrip", false),
                    .rstrip = token.boolean("rstrip", false),
                    .normalized = token.boolean("normalized", false),
                    .special = token.boolean("special", true)};
}

// Keys of tokenizer_config.json and special_tokens_map.json, in transformers' order.
inline constexpr std::array<std::string_view, 7> special_token_keys{"bos_token", "eos_token", "unk_token", "sep_token",
                                                                    "pad_token", "cls_token", "mask_token"};

// The tokens of a tokenizer.json's "added_tokens", with their ids.
inline std::vector<AddedToken> read_added_tokens(const JsonObject& tokenizer_json) {
  std::vector<AddedToken> tokens;
  for (const JsonObject& token : tokenizer_json.objects("added_tokens"))
    tokens.push_back({.content = token.text("content"),
                      .id = std::int32_t(token.integer("id", {0, INT32_MAX})),
                      .single_word = token.boolean("single_word"),
                      .lstrip = token.boolean("lstrip"),
                      .rstrip = token.boolean("rstrip"),
                      .normalized = token.boolean("normalized"),
                      .special = token.boolean("special")});
  return tokens;
}

// The files beside a vocabulary, as far as they are there.
struct TokenizerFiles {
  std::optional<JsonObject> config;                  // tokenizer_config.json
  std::map<std::string_view, AddedToken> named;      // by key of special_token_keys
  std::map<std::string, AddedToken> model_specific;  // by other keys that end in _token
  std::vector<AddedToken> with_ids;                  // added tokens that claim an id, by id
  std::vector<AddedToken> extra;                     // additional special tokens

  // `tokenizer_json`: the file, where there is one; its added tokens count unless tokenizer_config.json has a list.
  TokenizerFiles(const ModelFolder& folder, const JsonObject* tokenizer_json) {
    const auto object = [&](std::string_view file) -> std::optional<JsonObject> {
      if (!folder.has(file)) return std::nullopt;
      return folder.object(file);
    };
    config = object("tokenizer_config.json");
    if (config) {
      refuse_unsupported(*config);
      read_names(*config);
      read_model_specific(*config);
    }
    if (const auto listed = config ? detail::optional_part(*config, "added_tokens_decoder") : std::nullopt) {
      read_added_tokens_decoder(*listed);
    } else {
      if (const auto map = object("special_tokens_map.json")) read_names(*map);
      if (const auto added = object("added_tokens.json")) read_added(*added);
      if (tokenizer_json)
        for (AddedToken& token : read_added_tokens(*tokenizer_json)) {
          std::erase_if(with_ids, [&](const AddedToken& other) { return other.id == token.id; });
          with_ids.push_back(std::move(token));
        }
    }
    std::stable_sort(with_ids.begin(), with_ids.end(),
                     [](const AddedToken& a, const AddedToken& b) { return *a.id < *b.id; });
  }

  // The spelling of the special token of that key.
  std::string name(std::string_view key, const std::string& fallback) const {
    const auto found = named.find(key);
    return found == named.end() ? fallback : found->second.content;
  }
  // A key of tokenizer_config.json; the fallback without the file too.
  bool flag(std::string_view key, bool fallback) const { return config ? config->boolean(key, fallback) : fallback; }
  // The names of the special tokens, where the files do not say otherwise those given.
  SpecialTokenNames names(const SpecialTokenNames& fallback) const {
    return {name("cls_token", fallback.cls), name("sep_token", fallback.sep), name("pad_token", fallback.pad),
            name("mask_token", fallback.mask), name("unk_token", fallback.unk)};
  }
  // All added tokens, in transformers' order, by which those that the vocabulary lacks get their ids. Special tokens
  // that the files do not mention are taken from `defaults`.
  std::vector<AddedToken> added_tokens(const std::map<std::string_view, AddedToken>& defaults) const {
    std::vector<AddedToken> tokens = with_ids;
    const auto add = [&](const AddedToken& token) {
      const auto is_it = [&](const AddedToken& known) { return known.content == token.content; };
      if (std::none_of(tokens.begin(), tokens.end(), is_it)) tokens.push_back(token);
    };
    for (const auto key : special_token_keys) {
      const auto& source = named.contains(key) ? named : defaults;
      if (const auto found = source.find(key); found != source.end() && !found->second.content.empty())
        add(found->second);
    }
    for (const auto& [key, token] : model_specific) add(token);
    for (const AddedToken& token : extra) add(token);
    for (AddedToken& token : tokens)
      token.special = token.special || std::any_of(named.begin(), named.end(), [&](const auto& entry) {
                        return entry.second.content == token.content;
                      });
    return tokens;
  }

  // Whether texts that are too long lose their beginning.
  bool truncates_left(const JsonObject* tokenizer_json) const {
    std::optional<std::string> side = config ? config->optional_text("truncation_side") : std::nullopt;
    if (side && *side != "left" && *side != "right")
      throw config->error("truncation_side", "is " + in_quotes(*side) + ", want one of left, right");
    if (!side && tokenizer_json)
      if (const auto truncation = detail::optional_part(*tokenizer_json, "truncation"))
        return truncation->text("direction", "Right") == "Left";
    return side == "left";
  }
  // Whether the model is given token types, where the files say so.
  std::optional<bool> token_types() const {
    if (!config || !config->has("model_input_names")) return std::nullopt;
    const auto names = config->texts("model_input_names");
    return std::find(names.begin(), names.end(), "token_type_ids") != names.end();
  }

 private:
  // Keys that change what a text becomes in ways that there are none of here.
  static void refuse_unsupported(const JsonObject& file) {
    if (file.boolean("split_special_tokens", false))
      throw UnsupportedError(file.where("split_special_tokens") +
                             ": only false is supported: special tokens in a text are found");
    for (const std::string& name : file.texts("fast_tokenizer_files"))
      if (name != "tokenizer.json")
        throw UnsupportedError(file.where("fast_tokenizer_files") + ": " + in_quotes(name) +
                               ", a tokenizer.json of one version of transformers, is not supported");
  }

  void read_names(const JsonObject& file) {
    for (const auto key : special_token_keys)
      if (file.value().contains(key)) named[key] = read_token(file, key).value_or(AddedToken{});  // null: there is none
    for (const std::string_view key : {"additional_special_tokens", "extra_special_tokens"}) {
      const auto found = file.value().find(key);
      if (found == file.value().end() || found->is_null()) continue;
      if (found->is_object()) {
        const JsonObject tokens = file.object(key);
        for (const std::string& name : tokens.keys())
          if (auto token = read_token(tokens, name)) model_specific[name] = std::move(*token);
        continue;
      }
      if (!found->is_array()) throw file.error(key, "is neither a list of tokens nor an object of them");
      extra.clear();
      for (std::size_t i = 0; i < found->size(); ++i) {
        const JsonObject wrapped = JsonObject::with_member("token", parse_json((*found)[i].dump(), file.file()),
                                                           file.file(), std::string(key));
        if (auto token = read_token(wrapped, "token")) extra.push_back(std::move(*token));
      }
    }
  }
  // Tokens for a model's own purposes: any other key that ends in _token, with a name.
  void read_model_specific(const JsonObject& file) {
    for (const std::string& key : file.keys()) {
      const bool usual =
          std::find(special_token_keys.begin(), special_token_keys.end(), key) != special_token_keys.end();
      if (!usual && key.ends_with("_token") && file.has_text(key)) model_specific[key] = *read_token(file, key);
    }
  }
  void read_added_tokens_decoder(const JsonObject& file) {
    for (const std::string& id : file.keys()) {
      const bool digits = !id.empty() && id.size() < 10 && id.find_first_not_of("0123456789") == id.npos;
      if (!digits) throw file.error(id, "is not a token's id");
      AddedToken added = read_token(file, id).value_or(AddedToken{});
      added.id = std::int32_t(std::stol(id));
      with_ids.push_back(std::move(added));
    }
  }
  void read_added(const JsonObject& file) {
    for (const std::string& content : file.keys()) {
      const auto is_it = [&](const AddedToken& token) { return token.content == content; };
      const bool special =
          std::any_of(extra.begin(), extra.end(), is_it) ||
          std::any_of(named.begin(), named.end(), [&](const auto& entry) { return is_it(entry.second); });
      with_ids.push_back({.content = content,
                          .id = std::int32_t(file.integer(content, {0, INT32_MAX})),
                          .normalized = !special,
                          .special = special});
    }
  }
};

}  // namespace encore::text
