// SPDX-License-Identifier: Apache-2.0
// Folders whose tokenizer_config.json, config.json and other files say something over their vocabulary, against transformers,
// whose answers make_class_expectations.py wrote.
#include "expectations.hpp"

#include <encore/core/error.hpp>
#include <encore/io/model_folder.hpp>

#include <map>
#include <string>

using encore::Encoding;
using encore::ModelFolder;
using encore::Tokenizer;

namespace {

ModelFolder folder_of(const nlohmann::json& vocabulary, const nlohmann::json& files) {
  std::map<std::string, std::string> all;
  for (const auto* some : {&vocabulary, &files})
    for (const auto& [name, content] : some->items())
      all[name] = content.is_string() ? content.get<std::string>() : content.dump();
  return ModelFolder::from_memory(all, "folder");
}

Encoding encode(const Tokenizer& tokenizer, const nlohmann::json& text, const encore::EncodeOptions& options = {}) {
  if (text.is_string()) return tokenizer.encode(text.get<std::string>(), options);
  return tokenizer.encode(text[0].get<std::string>(), text[1].get<std::string>(), options);
}

}  // namespace

TEST_CASE("a folder's class, and what its files say of it, rule over tokenizer.json as in transformers", "[classes]") {
  const auto data = expectations::json("classes.json");
  const auto& texts = data["texts"];
  REQUIRE(data["cases"].size() > 150);
  REQUIRE(texts.size() == 8);
  for (const auto& one : data["cases"]) {
    INFO(one["name"].get<std::string>() << ": " << one["files"].dump());
    const ModelFolder folder = folder_of(data["vocabularies"][one["vocabulary"].get<std::string>()], one["files"]);
    if (one.contains("refused")) {
      CHECK_THROWS_AS(Tokenizer::from(folder), encore::UnsupportedError);
      continue;
    }
    const Tokenizer tokenizer = Tokenizer::from(folder);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      INFO(texts[i].dump());
      CHECK(nlohmann::json(encode(tokenizer, texts[i]).ids).dump() == one["ids"][i].dump());
    }
    for (std::size_t i = 0; i < one["tokens"].size(); ++i)
      CHECK(nlohmann::json(encode(tokenizer, texts[i]).tokens).dump() == one["tokens"][i].dump());
    const Encoding pair = encode(tokenizer, texts[6]);
    if (one["types"].is_null())
      CHECK(pair.type_ids == std::vector<std::int32_t>(pair.ids.size(), 0));
    else
      CHECK(nlohmann::json(pair.type_ids).dump() == one["types"].dump());
    CHECK(tokenizer.model_max_length() ==
          (one["length"].is_null() ? std::nullopt : std::optional(one["length"].get<std::int64_t>())));
    CHECK(nlohmann::json(encode(tokenizer, texts.back(), {.max_length = 6}).ids).dump() == one["cut"].dump());
    CHECK(expectations::flat(encode(tokenizer, texts[3]).offsets).dump() == one["offsets"].dump());
  }
}
