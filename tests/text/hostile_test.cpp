// SPDX-License-Identifier: Apache-2.0
// Tokenizer files that are wrong, or of a kind that is not supported: typed errors that say what, and nothing else.
#include "expectations.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using encore::ConfigError;
using encore::FileError;
using encore::ModelFolder;
using encore::Tokenizer;
using encore::UnsupportedError;
using nlohmann::json;

namespace {

json good() {
  return json::parse(R"({
    "version": "1.0",
    "truncation": {"max_length": 128, "strategy": "LongestFirst", "stride": 0},
    "padding": {"strategy": {"Fixed": 128}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
    "added_tokens": [{"id": 0, "content": "[PAD]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
    "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
      "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
      "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
              "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "##b": 5}}})");
}

Tokenizer load(const json& file) { return Tokenizer::from_json(file.dump(), "t.json"); }

// The message of the error that the file with a change gives; its type is E.
template <class E>
std::string refusal(const char* pointer, const json& value) {
  json file = good();
  file[json::json_pointer(pointer)] = value;
  try {
    load(file);
  } catch (const E& error) {
    return error.what();
  }
  FAIL("no error for " << pointer << " = " << value.dump());
  return {};
}

template <class E>
std::string refusal_without(const char* parent, const char* key) {
  json file = good();
  file[json::json_pointer(parent)].erase(key);
  try {
    load(file);
  } catch (const E& error) {
    return error.what();
  }
  FAIL("no error without " << parent << "/" << key);
  return {};
}

template <class E>
std::string folder_refusal(std::map<std::string, std::string> files) {
  try {
    Tokenizer::from(ModelFolder::from_memory(std::move(files), "m"));
  } catch (const E& error) {
    return error.what();
  }
  FAIL("no error");
  return {};
}

}  // namespace

TEST_CASE("a good file loads, and its stored truncation and padding do not apply", "[hostile]") {
  CHECK(load(good()).encode("a a").ids == std::vector<std::int32_t>{2, 4, 4, 3});
  json file = good();
  file["truncation"]["max_length"] = 1;
  CHECK(load(file).encode("a a").ids.size() == 4);
  for (const char* part : {"truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"}) {
    file = good();
    file[part] = nullptr;
    CHECK_NOTHROW(load(file));
    file.erase(part);
    CHECK_NOTHROW(load(file));
  }
  for (const char* part : {"added_tokens", "version"}) {
    file = good();
    file.erase(part);
    CHECK_NOTHROW(load(file));
  }
}

TEST_CASE("what is not supported is named, with what is", "[hostile]") {
  CHECK(refusal<UnsupportedError>("/model/type", "Other") ==
        "t.json: key 'model.type': \"Other\" is not supported; supported: WordPiece, BPE, Unigram, WordLevel");
  CHECK_THAT(refusal<UnsupportedError>("/normalizer/type", "Other"),
             ContainsSubstring("key 'normalizer.type': \"Other\" is not supported; supported: BertNormalizer"));
  CHECK_THAT(refusal<UnsupportedError>("/pre_tokenizer/type", "Other"),
             ContainsSubstring("\"Other\" is not supported; supported: BertPre"));
  CHECK_THAT(refusal<UnsupportedError>("/pre_tokenizer", json::parse(R"({"type": "Sequence", "pretokenizers": [
                                       {"type": "FixedLength"}]})")),
             ContainsSubstring("key 'pre_tokenizer.pretokenizers[0].type': \"FixedLength\""));
  CHECK_THAT(
      refusal<UnsupportedError>("/pre_tokenizer", json::parse(R"({"type": "Split", "behavior": "Isolated",
                                       "invert": false, "pattern": {"Regex": "a\\Kb"}})")),
      ContainsSubstring("key 'pre_tokenizer.pattern.Regex': the regular expression \"a\\\\Kb\" has \\K, which is not "
                        "supported"));
  CHECK_THAT(refusal<UnsupportedError>("/pre_tokenizer", json::parse(R"({"type": "ByteLevel", "trim_offsets": true,
                                       "add_prefix_space": true})")),
             ContainsSubstring("ByteLevel with a WordPiece model"));
  CHECK_THAT(refusal<UnsupportedError>("/post_processor/type", "Other"),
             ContainsSubstring("supported: TemplateProcessing, BertProcessing, RobertaProcessing"));
  CHECK_THAT(refusal<UnsupportedError>("/version", "2.0"), ContainsSubstring("\"2.0\" is not supported"));
  // Files that do not say what their model is.
  CHECK_THAT(refusal<ConfigError>("/model", json::parse(R"({"vocab": {}})")), ContainsSubstring("model.unk_token"));
  json old = good();
  old["model"].erase("type");
  CHECK_NOTHROW(load(old));
}

TEST_CASE("what is not JSON or not an object is an error that names the file", "[hostile]") {
  for (const char* text : {"", "{", "nul", "{\"model\": }", "\"\\ud800\"", "{} {}", "{\"a\": 1, \"a\": 2}", "\xff"})
    CHECK_THROWS_AS(Tokenizer::from_json(text, "t.json"), encore::Error);
  CHECK_THROWS_AS(Tokenizer::from_json("[]", "t.json"), ConfigError);
  CHECK_THROWS_AS(Tokenizer::from_json("{}", "t.json"), ConfigError);
  CHECK_THROWS_AS(Tokenizer::from_json(std::string(100000, '['), "t.json"), FileError);
  std::string deep = R"({"type":"Lowercase"})";
  for (int i = 0; i < 100; ++i) deep = R"({"type":"Sequence","normalizers":[)" + deep + "]}";
  CHECK_THROWS_AS(Tokenizer::from_json(R"({"model":{"type":"WordPiece"},"normalizer":)" + deep + "}", "t.json"),
                  FileError);
}

TEST_CASE("keys that are missing are named", "[hostile]") {
  CHECK(refusal_without<ConfigError>("", "model") == "t.json: key 'model' is missing, want an object");
  for (const char* key : {"unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"})
    CHECK_THAT(refusal_without<ConfigError>("/model", key),
               ContainsSubstring(std::string("key 'model.") + key + "' is missing"));
  for (const char* key : {"type", "clean_text", "handle_chinese_chars", "lowercase"})
    CHECK_THAT(refusal_without<ConfigError>("/normalizer", key),
               ContainsSubstring(std::string("key 'normalizer.") + key + "' is missing"));
  CHECK_THAT(refusal_without<ConfigError>("/pre_tokenizer", "type"),
             ContainsSubstring("key 'pre_tokenizer.type' is missing"));
  CHECK_THAT(refusal_without<ConfigError>("/post_processor", "special_tokens"),
             ContainsSubstring("special_tokens' is missing"));
  CHECK_THAT(refusal_without<UnsupportedError>("/post_processor", "pair"),
             ContainsSubstring("each of the sequences A and B once"));
  CHECK_THAT(refusal_without<ConfigError>("/added_tokens/0", "content"),
             ContainsSubstring("key 'added_tokens[0].content' is missing"));
  CHECK_THAT(refusal_without<ConfigError>("/added_tokens/0", "id"), ContainsSubstring("added_tokens[0].id"));
}

TEST_CASE("values of the wrong type are refused wherever they stand", "[hostile]") {
  // Every value of the file, replaced by one of every kind: an error of ours, or a file that makes sense all the same.
  const std::vector<json> kinds{nullptr,          true,          7, -7, 1e300, 4294967296, "text", json::array(),
                                json::array({1}), json::object()};
  const json flat = good().flatten();
  std::vector<std::string> places;
  for (const auto& [place, value] : flat.items()) {
    for (std::string at = place; !at.empty(); at.resize(at.rfind('/'))) places.push_back(at);
  }
  int refused = 0;
  for (const auto& place : places) {
    for (const json& kind : kinds) {
      json file = good();
      file[json::json_pointer(place)] = kind;
      try {
        load(file).encode("a ab", "b");
      } catch (const encore::Error& error) {
        ++refused;
        CHECK(std::string(error.what()).find('\n') == std::string::npos);
      }
    }
  }
  CHECK(refused > 500);
}

TEST_CASE("ids out of range, twice or with holes", "[hostile]") {
  CHECK_THAT(refusal<ConfigError>("/model/vocab/a", -1),
             ContainsSubstring("key 'model.vocab.a': found -1, want an integer in 0..2147483647"));
  CHECK_THAT(refusal<ConfigError>("/model/vocab/a", 2147483648), ContainsSubstring("2147483648"));
  CHECK_THAT(refusal<ConfigError>("/model/vocab/a", 1e30), ContainsSubstring("model.vocab.a"));
  CHECK_THAT(refusal<ConfigError>("/model/vocab/a", 1.5), ContainsSubstring("model.vocab.a"));
  CHECK_THAT(refusal<ConfigError>("/model/vocab/a", 5), ContainsSubstring("have one id, 5"));
  json file = good();
  file["model"]["vocab"]["a"] = 2147483647;  // holes cost nothing
  const auto tokenizer = load(file);
  CHECK(tokenizer.encode("a").ids == std::vector<std::int32_t>{2, 2147483647, 3});
  CHECK(tokenizer.vocabulary_size() == std::int64_t{2147483648});
  CHECK(tokenizer.token_of(2147483647) == "a");
  CHECK_THROWS_AS(tokenizer.token_of(4), encore::ArgumentError);
}

TEST_CASE("added tokens that contradict the vocabulary or each other", "[hostile]") {
  CHECK_THAT(refusal<ConfigError>("/added_tokens/0/id", 3),
             ContainsSubstring("added token \"[PAD]\" claims the id 3; by the vocabulary it is 0"));
  CHECK_THAT(refusal<ConfigError>("/added_tokens/0/content", "new"),
             ContainsSubstring("claims the id 0; by the vocabulary it is 6"));
  CHECK_THAT(refusal<ConfigError>("/added_tokens/0/content", std::string(5000, 'x')), ContainsSubstring("5000 bytes"));
  const auto added = [](const char* tokens) {
    json all = json::parse(tokens);
    for (json& token : all) {
      for (const char* flag : {"single_word", "lstrip", "rstrip", "special"})
        if (!token.contains(flag)) token[flag] = false;
      token["normalized"] = true;
    }
    return all;
  };
  // Of those that are the same once they are normalised the first is found, and one that is empty then is not.
  json file = good();
  file["added_tokens"] =
      added(R"([{"id": 6, "content": "New"}, {"id": 7, "content": "nEW"}, {"id": 8, "content": "\u0001"}])");
  CHECK(load(file).encode("new\x01nEW").ids == std::vector<std::int32_t>{2, 6, 6, 3});
  file = good();
  file["model"]["vocab"]["a"] = 6;  // seven tokens would follow, at the place of this one
  file["added_tokens"] = added(R"([{"id": 6, "content": "new"}])");
  CHECK_THROWS_AS(load(file), ConfigError);
  file = good();
  file["added_tokens"] =
      added(R"([{"id": 6, "content": "new"}, {"id": 6, "content": "new", "special": true}, {"id": 9, "content": ""}])");
  CHECK(load(file).is_special(6));
}

TEST_CASE("templates that name what there is not", "[hostile]") {
  CHECK_THAT(refusal<ConfigError>("/post_processor/single/0/SpecialToken/id", "[X]"),
             ContainsSubstring("\"[X]\" is not among the template's special_tokens"));
  CHECK_THAT(refusal<ConfigError>("/post_processor/special_tokens/[CLS]/ids", json::array({99})),
             ContainsSubstring("holds 99, which no token has"));
  CHECK_THAT(refusal<ConfigError>("/post_processor/special_tokens/[CLS]/ids", json::array({1, 2})),
             ContainsSubstring("has 2 entries for 1 tokens"));
  CHECK_THAT(refusal<ConfigError>("/post_processor/single/1/Sequence/id", "C"),
             ContainsSubstring("want \"A\" or \"B\""));
  CHECK_THAT(refusal<UnsupportedError>("/post_processor/single/1/Sequence/id", "B"),
             ContainsSubstring("sequence A once and no B"));
  CHECK_THAT(refusal<UnsupportedError>("/post_processor/pair", json::array()), ContainsSubstring("A and B once"));
  CHECK_THAT(refusal<ConfigError>("/post_processor/pair/0", json::object()), ContainsSubstring("neither"));
  json many = json::array({good()["post_processor"]["single"][1]});
  for (int i = 0; i < 1001; ++i) many.push_back(good()["post_processor"]["single"][0]);
  CHECK_THAT(refusal<ConfigError>("/post_processor/single", many), ContainsSubstring("more than 1000"));
  CHECK_THAT(
      refusal<ConfigError>("/post_processor",
                           json::parse(R"({"type": "BertProcessing", "sep": ["[SEP]", 77], "cls": ["[CLS]", 2]})")),
      ContainsSubstring("has the id 77, which no token has"));
  CHECK_THAT(
      refusal<ConfigError>("/post_processor",
                           json::parse(R"({"type": "BertProcessing", "sep": [3, "[SEP]"], "cls": ["[CLS]", 2]})")),
      ContainsSubstring("is not a token and its id"));
}

TEST_CASE("a WordPiece model without its unknown token, or made to be slow", "[hostile]") {
  CHECK_THAT(refusal<ConfigError>("/model/unk_token", "<unk>"),
             ContainsSubstring("the unknown token \"<unk>\" is not in the vocabulary"));
  json file = good();
  file["model"]["max_input_chars_per_word"] = 1000000000;
  CHECK(load(file).encode(std::string(100000, 'a')).ids.size() == 3);
  file["model"]["vocab"][std::string(2000, 'a')] = 6;
  CHECK_THROWS_AS(load(file), UnsupportedError);
  file["model"]["max_input_chars_per_word"] = 0;
  CHECK(load(file).encode("a").ids == std::vector<std::int32_t>{2, 1, 3});
}

TEST_CASE("vocab.txt folders: transformers' conventions, and what is wrong with others", "[hostile]") {
  const std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nA\n\xc3\xa9\n";
  const auto load_with = [&](std::map<std::string, std::string> files) {
    files.emplace("vocab.txt", vocabulary);
    files.emplace("config.json", "{}");
    return Tokenizer::from(ModelFolder::from_memory(std::move(files), "m"));
  };
  const auto ids = [](const Tokenizer& tokenizer, const char* text) {
    return tokenizer.encode(text, {.add_special_tokens = false}).ids;
  };
  using Ids = std::vector<std::int32_t>;
  CHECK(ids(load_with({}), "A\xc3\xa9") == Ids{1});
  CHECK(ids(load_with({}), "A \xc3\xa9") == Ids{5, 1});  // e is not in the vocabulary
  CHECK(ids(load_with({{"tokenizer_config.json", R"({"do_lower_case": false})"}}), "A \xc3\xa9") == Ids{6, 7});
  CHECK(ids(load_with({{"tokenizer_config.json", R"({"strip_accents": false})"}}), "A \xc3\xa9") == Ids{5, 7});
  // Expected by running transformers 5.24's BertTokenizerFast on such a folder.
  const auto odd = load_with(
      {{"tokenizer_config.json",
        R"({"do_lower_case": false, "mask_token": {"content": "<mask>", "lstrip": true, "__type": "AddedToken"},
                                   "additional_special_tokens": ["<x>", "<y>"]})"},
       {"special_tokens_map.json", R"({"pad_token": "<pad>"})"}});
  CHECK(odd.pad_id() == 8);
  CHECK(odd.mask_id() == 9);
  CHECK(odd.id_of("<x>") == 10);
  CHECK(odd.id_of("<y>") == 11);
  CHECK(odd.encode("a  <mask>").ids == Ids{2, 5, 9, 3});
  CHECK(odd.encode("a  <mask>").offsets[2] == encore::Span{1, 9});
  const auto decoded =
      load_with({{"tokenizer_config.json",
                  R"({"added_tokens_decoder": {"8": {"content": "<new>", "special": false, "normalized": true}}})"}});
  CHECK(decoded.id_of("<new>") == 8);

  CHECK_THAT(
      folder_refusal<UnsupportedError>(
          {{"vocab.txt", vocabulary}, {"tokenizer_config.json", R"({"tokenizer_class": "BertJapaneseTokenizer"})"}}),
      ContainsSubstring("m/vocab.txt: the tokenizer class \"BertJapaneseTokenizer\" is not supported over it"));
  CHECK_THAT(folder_refusal<ConfigError>({{"vocab.txt", "[UNK]\n[CLS]\na\n"}}),
             ContainsSubstring("m/vocab.txt: the vocabulary lacks \"[SEP]\", which stands around every text"));
  CHECK_THAT(folder_refusal<ConfigError>(
                 {{"vocab.txt", vocabulary}, {"tokenizer_config.json", R"({"do_lower_case": "yes"})"}}),
             ContainsSubstring("do_lower_case"));
  CHECK_THAT(folder_refusal<ConfigError>({{"vocab.txt", vocabulary}, {"added_tokens.json", R"({"<new>": 77})"}}),
             ContainsSubstring("added token \"<new>\" claims the id 77"));
  CHECK_THAT(folder_refusal<ConfigError>({{"vocab.txt", "a\nb\n"}}), ContainsSubstring("[UNK]"));
  CHECK_THAT(folder_refusal<FileError>({{"vocab.txt", ""}}), ContainsSubstring("m/vocab.txt: holds no tokens"));
  CHECK_THAT(folder_refusal<FileError>({{"vocab.txt", "[UNK]\n\xff\n"}}),
             ContainsSubstring("m/vocab.txt: line 2 is not UTF-8"));
  CHECK_THAT(folder_refusal<FileError>({{"config.json", "{}"}}),
             ContainsSubstring("m: no tokenizer: neither tokenizer.json, nor vocab.json with merges.txt"));
  CHECK_THAT(folder_refusal<FileError>({{"spiece.model", "x"}}), ContainsSubstring("m/spiece.model"));
}

TEST_CASE("tokenizer_config.json rules over the normaliser of tokenizer.json where its class is BERT's", "[hostile]") {
  json file = good();
  file["model"]["vocab"]["A"] = 6;
  const auto ids = [&](const char* config) {
    const auto folder = ModelFolder::from_memory(
        {{"config.json", "{}"}, {"tokenizer.json", file.dump()}, {"tokenizer_config.json", config}});
    return Tokenizer::from(folder).encode("A", {.add_special_tokens = false}).ids;
  };
  using Ids = std::vector<std::int32_t>;
  // As AutoTokenizer of transformers 5.24 does.
  CHECK(ids(R"({"tokenizer_class": "BertTokenizer", "do_lower_case": false})") == Ids{6});
  CHECK(ids(R"({"tokenizer_class": "BertTokenizerFast", "do_lower_case": true, "strip_accents": null})") == Ids{4});
  CHECK(ids(R"({"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": false})") == Ids{4});
  CHECK(ids(R"({"tokenizer_class": "BertTokenizer"})") == Ids{4});
  CHECK_THROWS_AS(ids(R"({"tokenizer_class": "BertTokenizer", "do_lower_case": 0})"), ConfigError);
}
