// SPDX-License-Identifier: Apache-2.0
// Every key of the files that transformers and tokenizers write is honoured or refused by name:
// tests/data/tokenizer_keys.json says what each does there, found by experiment (list_tokenizer_keys.py).
#include "expectations.hpp"

#include <encore/core/error.hpp>
#include <encore/io/model_folder.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>

using encore::Encoding;
using encore::ModelFolder;
using encore::Tokenizer;
using nlohmann::json;

namespace {

json keys() { return json::parse(encore::read_file(ENCORE_TEST_DATA "/tokenizer_keys.json", std::size_t{4} << 20)); }

Encoding encode(const Tokenizer& tokenizer, const json& text, const encore::EncodeOptions& options = {}) {
  if (text.is_string()) return tokenizer.encode(text.get<std::string>(), options);
  return tokenizer.encode(text[0].get<std::string>(), text[1].get<std::string>(), options);
}

json result_of(const Tokenizer& tokenizer, const json& texts, bool folder) {
  json ids = json::array();
  for (const auto& text : texts) ids.push_back(encode(tokenizer, text).ids);
  json result{{"ids", ids}, {"types", encode(tokenizer, texts.back()).type_ids}};
  if (!folder) return result;
  result["cut"] = encode(tokenizer, texts.back(), {.max_length = 6}).ids;
  const auto length = tokenizer.model_max_length();
  result["length"] = length ? json(*length) : json();
  return result;
}

// What was found, or the error's words.
struct Outcome {
  std::optional<json> result;
  std::string error;
};
Outcome outcome_of(const std::function<json()>& make) {
  try {
    return {make(), ""};
  } catch (const encore::Error& error) {
    return {std::nullopt, error.what()};
  }
}

// Keys that are refused though the reference gives the same result, and those passed over though it refuses, with the
// reason.
using Reasons = std::map<std::string, std::string>;

struct Counts {
  int honoured = 0, harmless = 0, refused = 0;
};
void compare(const Outcome& found, const std::string& outcome, const json& changed, const json& usual,
             const std::string& key, const Reasons& stricter, const Reasons& laxer, Counts& counts) {
  if (!found.result) {
    INFO(found.error);
    CHECK((outcome != "same" || stricter.contains(key)));
    CHECK(found.error.find('\n') == std::string::npos);
    ++counts.refused;
  } else if (outcome == "refused") {
    CHECK(laxer.contains(key));
  } else {
    CHECK(found.result->dump() == (outcome == "changes" ? changed : usual).dump());
    ++(outcome == "changes" ? counts.honoured : counts.harmless);
  }
}

}  // namespace

TEST_CASE("every key of tokenizer_config.json is honoured as transformers honours it, or refused by name", "[keys]") {
  const json table = keys();
  const std::string no_flag = "neither true nor false, of which it takes one as it happens";
  const Reasons stricter{
      {"model_max_length", "a limit of no tokens"},
      {"do_lower_case", no_flag},
      {"keep_accents", no_flag},
      {"split_by_punct", no_flag},
      {"add_prefix_space", no_flag},
      {"clean_up_tokenization_spaces", no_flag},
      {"cls_token", "no token where the template wants one, and it has an id at hand"},
      {"added_tokens_decoder", "an id that is not the token's, which it passes over"},
      {"tokenizer_class", "a class that there is none of here, though this vocabulary shows no difference"}};
  const Reasons laxer{};
  Counts counts;
  const auto files_of = [&](const json& folder, const json& config) {
    std::map<std::string, std::string> files;
    for (const auto& [name, content] : folder["files"].items()) files[name] = content.dump();
    files["tokenizer_config.json"] = config.dump();
    return files;
  };
  for (const auto& [name, folder] : table["folders"].items()) {
    INFO(name);
    const json& config = folder["files"]["tokenizer_config.json"];
    const auto tokenizer = Tokenizer::from(ModelFolder::from_memory(files_of(folder, config), "m"));
    CHECK(result_of(tokenizer, table["texts"], true).dump() == folder["expected"].dump());
  }
  for (const auto& one : table["config"]) {
    const json& folder = table["folders"][one[0].get<std::string>()];
    INFO(one[0] << " " << one[1] << " = " << one[2] << ": " << one[3]);
    json config = folder["files"]["tokenizer_config.json"];
    config[one[1].get<std::string>()] = one[2];
    const auto found = outcome_of([&] {
      return result_of(Tokenizer::from(ModelFolder::from_memory(files_of(folder, config), "m")), table["texts"], true);
    });
    compare(found, one[3], one[4], folder["expected"], one[1], stricter, laxer, counts);
  }
  INFO("honoured " << counts.honoured << ", harmless " << counts.harmless << ", refused " << counts.refused);
  CHECK(counts.honoured > 100);
  CHECK(counts.harmless > 200);
  CHECK(counts.refused > 40);
}

TEST_CASE("every value of tokenizer.json is taken as the Hugging Face library takes it, or refused by name", "[keys]") {
  const json table = keys();
  const Reasons stricter{{"type", "a part of no known kind, which the library guesses by its other keys"},
                         {"id", "an id that is not the token's, which it passes over"},
                         {"trim_offsets", "offsets trimmed twice"},
                         {"byte_fallback", "bytes of bytes"}};
  // A decoder is asked about when something is decoded.
  const Reasons laxer{{"/decoder/type", ""},
                      {"/decoder/trim_offsets", ""},
                      {"/decoder/add_prefix_space", ""},
                      {"/decoder/use_regex", ""}};
  Counts counts;
  for (const auto& one : table["values"]) {
    const json& part = table["parts"][one[0].get<std::string>()];
    INFO(one.dump());
    json file = part["file"];
    json::json_pointer place;
    for (const auto& key : one[1]) {
      if (key.is_string())
        place /= key.get<std::string>();
      else
        place /= key.get<std::size_t>();
    }
    if (one[2] == "<no key>")
      file[place.parent_pointer()].erase(place.back());
    else
      file[place] = one[2];
    const auto found =
        outcome_of([&] { return result_of(Tokenizer::from_json(file.dump(), "t.json"), table["texts"], false); });
    compare(found, one[3], one[4], part["expected"], found.result ? place.to_string() : place.back(), stricter, laxer,
            counts);
  }
  INFO("honoured " << counts.honoured << ", harmless " << counts.harmless << ", refused " << counts.refused);
  CHECK(counts.honoured > 50);
  CHECK(counts.harmless > 100);
  CHECK(counts.refused > 500);
}
