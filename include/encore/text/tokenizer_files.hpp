// SPDX-License-Identifier: Apache-2.0
// The files beside a vocabulary: tokenizer_config.json, special_tokens_map.json and added_tokens.json, as transformers
// reads them.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/added_token.hpp>
#include <encore/text/special_token_names.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
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

inline constexpr std::array<std::string_view, 7> special_token_keys{"bos_token", "eos_token", "unk_token", "sep_token",
                                                                    "pad_token", "cls_token", "mask_token"};

// The files beside a vocabulary, as far as they are there.
struct TokenizerFiles {
  std::optional<JsonObject> config;              // tokenizer_config.json
  std::map<std::string_view, AddedToken> named;  // by key of special_token_keys
  std::set<std::string_view> with_flags;         // those of them that are objects
  std::vector<AddedToken> decoder;               // added tokens that claim an id, by id
  std::vector<AddedToken> extra;                 // additional special tokens

  explicit TokenizerFiles(const ModelFolder& folder) {
    const auto object = [&](std::string_view file) -> std::optional<JsonObject> {
      if (!folder.has(file)) return std::nullopt;
      return JsonObject::parse(folder.read(file, Folder::max_config_bytes), folder.label(file)).nullable();
    };
    config = object("tokenizer_config.json");
    if (config) read_names(*config);
    const auto decoder_of_config = config ? config->optional_object("added_tokens_decoder") : std::nullopt;
    if (decoder_of_config) {
      read_decoder(*decoder_of_config);
    } else {
      if (const auto map = object("special_tokens_map.json")) read_names(*map);
      if (const auto added = object("added_tokens.json")) read_added(*added);
    }
    std::sort(decoder.begin(), decoder.end(), [](const AddedToken& a, const AddedToken& b) { return *a.id < *b.id; });
  }

  std::string name(std::string_view key, const std::string& fallback) const {
    const auto found = named.find(key);
    return found == named.end() ? fallback : found->second.content;
  }
  // Whether a special token is given with flags, not by its name alone.
  bool has_flags(std::string_view key) const { return with_flags.contains(key); }
  // The names of the special tokens, where the files do not say otherwise those given.
  SpecialTokenNames names(const SpecialTokenNames& fallback) const {
    return {name("cls_token", fallback.cls), name("sep_token", fallback.sep), name("pad_token", fallback.pad),
            name("mask_token", fallback.mask), name("unk_token", fallback.unk)};
  }
  // All added tokens, in transformers' order, by which those that the vocabulary lacks get their ids. Special tokens
  // that the files do not mention are taken from `defaults`.
  std::vector<AddedToken> added_tokens(const std::map<std::string_view, AddedToken>& defaults) const {
    std::vector<AddedToken> tokens = decoder;
    const auto add = [&](const AddedToken& token) {
      for (const AddedToken& known : tokens)
        if (known.content == token.content) return;
      tokens.push_back(token);
    };
    for (const auto key : special_token_keys) {
      if (const auto found = named.find(key); found != named.end())
        add(found->second);
      else if (const auto other = defaults.find(key); other != defaults.end() && !other->second.content.empty())
        add(other->second);
    }
    for (const AddedToken& token : extra) add(token);
    return tokens;
  }

 private:
  void read_names(const JsonObject& file) {
    for (const auto key : special_token_keys)
      if (auto token = read_token(file, key)) {
        named[key] = std::move(*token);
        if (file.value().at(std::string(key)).is_object())
          with_flags.insert(key);
        else
          with_flags.erase(key);
      }
    for (const std::string_view key : {"additional_special_tokens", "extra_special_tokens"}) {
      const auto list = file.value().find(key);
      if (list == file.value().end() || !list->is_array()) continue;
      extra.clear();
      for (std::size_t i = 0; i < list->size(); ++i) {
        const JsonObject wrapped({{"token", (*list)[i]}}, file.file(), std::string(key));
        if (auto token = read_token(wrapped, "token")) extra.push_back(std::move(*token));
      }
    }
  }
  void read_decoder(const JsonObject& file) {
    for (const auto& [id, token] : file.value().items()) {
      const bool digits = !id.empty() && id.size() < 10 && id.find_first_not_of("0123456789") == id.npos;
      if (!digits) throw file.error(id, "is not a token's id");
      AddedToken added = *read_token(file, id);
      added.id = std::int32_t(std::stol(id));
      decoder.push_back(std::move(added));
    }
  }
  void read_added(const JsonObject& file) {
    for (const auto& [content, id] : file.value().items()) {
      const auto is_it = [&, &name = content](const AddedToken& token) { return token.content == name; };
      const bool special =
          std::any_of(extra.begin(), extra.end(), is_it) ||
          std::any_of(named.begin(), named.end(), [&](const auto& entry) { return is_it(entry.second); });
      decoder.push_back({.content = content,
                         .id = std::int32_t(file.integer(content, {0, INT32_MAX})),
                         .normalized = !special,
                         .special = special});
    }
  }
};

}  // namespace encore::text
