// SPDX-License-Identifier: Apache-2.0
// Files of BPE, Unigram and SentencePiece tokenizers that are wrong, or of a kind that is not supported: typed errors
// that say what, and nothing else.
#include "encoding_properties.hpp"
#include "expectations.hpp"

#include <encore/io/model_folder.hpp>

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

json byte_pairs() {
  return json::parse(R"({
    "added_tokens": [{"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": true, "special": true}],
    "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}, {"type": "Strip", "strip_left": true, "strip_right": false}, {"type": "Prepend", "prepend": "x"}]},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Digits", "individual_digits": true}, {"type": "Split", "pattern": {"String": "-"}, "behavior": "Removed", "invert": false},
      {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}]},
    "post_processor": {"type": "Sequence", "processors": [
      {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true},
      {"type": "RobertaProcessing", "sep": ["</s>", 1], "cls": ["<s>", 0], "trim_offsets": false, "add_prefix_space": false}]},
    "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": "", "end_of_word_suffix": null, "fuse_unk": true,
              "byte_fallback": false, "ignore_merges": false, "vocab": {"<s>": 0, "</s>": 1, "<unk>": 2, "a": 3, "b": 4, "ab": 5, "Ġ": 6}, "merges": ["a b"]}})");
}

json unigram() {
  return json::parse(R"({
    "added_tokens": [],
    "normalizer": {"type": "Precompiled", "precompiled_charsmap": ""},
    "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true},
    "post_processor": null,
    "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false, "vocab": [["<unk>", 0], ["▁", -1.5], ["a", -2.25], ["ab", -3]]}})");
}

template <class E>
std::string refusal(json file, const char* pointer, const json& value) {
  file[json::json_pointer(pointer)] = value;
  try {
    Tokenizer::from_json(file.dump(), "t.json");
  } catch (const E& error) {
    return error.what();
  }
  FAIL("no error for " << pointer << " = " << value.dump());
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

// Fields of protocol buffers, short ones.
std::string bytes_field(int number, const std::string& bytes) {
  return std::string{char(number << 3 | 2), char(bytes.size())} + bytes;
}
std::string number_field(int number, int value) {
  return number < 16 ? std::string{char(number << 3), char(value)}
                     : std::string{char((number << 3 & 0x7f) | 0x80), char(number >> 4), char(value)};
}
std::string piece(const std::string& text, int type) {
  return bytes_field(1, bytes_field(1, text) + std::string("\x15\0\0\x80\xbf", 5) + number_field(3, type));
}
std::string model(const std::string& trainer = "", const std::string& more = "") {
  return piece("<pad>", 3) + piece("</s>", 3) + piece("<unk>", 2) + piece("\xe2\x96\x81", 1) + piece("a", 1) + more +
         bytes_field(2, trainer);
}

}  // namespace

TEST_CASE("values of the wrong type are refused in BPE and Unigram files", "[hostile]") {
  const std::vector<json> kinds{nullptr,          true,          7, -7, 1e300, 4294967296, "text", json::array(),
                                json::array({1}), json::object()};
  int refused = 0;
  for (const json& good : {byte_pairs(), unigram()}) {
    CHECK_NOTHROW(Tokenizer::from_json(good.dump(), "t.json"));
    std::vector<std::string> places;
    const json flat = good.flatten();
    for (const auto& [place, value] : flat.items())
      for (std::string at = place; !at.empty(); at.resize(at.rfind('/'))) places.push_back(at);
    for (const auto& place : places) {
      for (const json& kind : kinds) {
        json file = good;
        file[json::json_pointer(place)] = kind;
        try {
          const auto tokenizer = Tokenizer::from_json(file.dump(), "t.json");
          INFO(place << " = " << kind.dump());
          const std::string broken = encoding_properties::broken(tokenizer, "a ab  b1\xe2\x96\x81", " b");
          CHECK(broken == "");
        } catch (const encore::Error& error) {
          ++refused;
          CHECK(std::string(error.what()).find('\n') == std::string::npos);
        }
      }
    }
  }
  CHECK(refused > 700);
}

TEST_CASE("BPE models that contradict themselves", "[hostile]") {
  CHECK_THAT(refusal<ConfigError>(byte_pairs(), "/model/merges", json::parse(R"(["a c"])")),
             ContainsSubstring("key 'model.merges': the merge of \"a\" and \"c\" needs the token \"c\""));
  CHECK_THAT(refusal<ConfigError>(byte_pairs(), "/model/merges", json::parse(R"([["b", "a"]])")),
             ContainsSubstring("needs the token \"ba\""));
  for (const char* merges :
       {R"(["ab"])", R"(["a b a"])", R"([["a"]])", R"([["a", 1]])", R"([[]])", R"([""])", R"([" "])"})
    CHECK_THAT(refusal<ConfigError>(byte_pairs(), "/model/merges", json::parse(merges)),
               ContainsSubstring("what is not two tokens"));
  CHECK_THAT(refusal<ConfigError>(byte_pairs(), "/model/unk_token", "<none>"),
             ContainsSubstring("the unknown token \"<none>\" is not in the vocabulary"));
  CHECK_THAT(refusal<UnsupportedError>(byte_pairs(), "/model/dropout", 0.1), ContainsSubstring("model.dropout"));
  CHECK_THAT(refusal<UnsupportedError>(byte_pairs(), "/model/byte_fallback", true), ContainsSubstring("byte_fallback"));
  CHECK_THAT(refusal<UnsupportedError>(byte_pairs(), "/model/end_of_word_suffix", "</w>"),
             ContainsSubstring("end_of_word_suffix"));
  CHECK_THAT(refusal<UnsupportedError>(byte_pairs(), "/pre_tokenizer/pretokenizers/0",
                                       json::parse(R"({"type": "ByteLevel", "add_prefix_space": true,
                                       "trim_offsets": true})")),
             ContainsSubstring("ByteLevel must be the last"));
  CHECK_THAT(refusal<UnsupportedError>(byte_pairs(), "/post_processor/processors/1/trim_offsets", true),
             ContainsSubstring("trimmed twice"));
  CHECK_THAT(refusal<UnsupportedError>(byte_pairs(), "/normalizer/normalizers/1/pattern/Regex", "(a"),
             ContainsSubstring("key 'normalizer.normalizers[1].pattern.Regex': the regular expression \"(a\" has a ( "
                               "without a )"));
}

TEST_CASE("Unigram models and charsmaps that contradict themselves", "[hostile]") {
  json nothing_unknown = unigram();
  nothing_unknown["model"]["unk_id"] = nullptr;
  CHECK_THROWS_WITH(Tokenizer::from_json(nothing_unknown.dump(), "t.json").encode("x"),
                    ContainsSubstring("t.json: key 'model.vocab': the text has \"x\", which no token has"));
  CHECK_THAT(refusal<ConfigError>(unigram(), "/model/unk_id", 4), ContainsSubstring("is 4, which no token has"));
  CHECK_THAT(refusal<ConfigError>(unigram(), "/model/vocab/1", json::array({"a"})), ContainsSubstring("at 1"));
  CHECK_THAT(refusal<UnsupportedError>(unigram(), "/model/vocab/1/0", std::string(2000, 'a')),
             ContainsSubstring("2000 bytes"));
  CHECK_THAT(refusal<ConfigError>(unigram(), "/pre_tokenizer/replacement", "ab"), ContainsSubstring("one character"));
  CHECK_THAT(refusal<ConfigError>(unigram(), "/pre_tokenizer/prepend_scheme", "often"), ContainsSubstring("often"));
  for (const char* text : {"a", "abc", "ab=c", "====", "!!!!"})
    CHECK_THAT(refusal<ConfigError>(unigram(), "/normalizer/precompiled_charsmap", text), ContainsSubstring("base64"));
  CHECK_THAT(refusal<FileError>(unigram(), "/normalizer/precompiled_charsmap", "AAA="), ContainsSubstring("cut short"));
  CHECK_THAT(refusal<FileError>(unigram(), "/normalizer/precompiled_charsmap", "/////w=="),
             ContainsSubstring("longer than it is"));
  CHECK_THAT(refusal<FileError>(unigram(), "/normalizer/precompiled_charsmap", "AAAAAP8="), ContainsSubstring("UTF-8"));
}

TEST_CASE("SentencePiece models that are cut short, changed or of another kind", "[hostile]") {
  const std::string config = R"({"model_type": "t5"})";
  const auto load = [&](const std::string& file) {
    return Tokenizer::from(ModelFolder::from_memory({{"config.json", config}, {"spiece.model", file}}, "m"));
  };
  const std::string good = model();
  CHECK(load(good).encode("a").ids == std::vector<std::int32_t>{3, 4, 1});
  for (std::size_t size = 0; size < good.size(); ++size) {
    try {
      load(good.substr(0, size));
    } catch (const encore::Error& error) {
      CHECK_THAT(error.what(), ContainsSubstring("m/spiece.model"));
    }
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const int bit : {1, 2, 4, 8, 0x80}) {
      std::string changed = good;
      changed[i] = char(changed[i] ^ bit);
      try {
        const auto tokenizer = load(changed);
        CHECK(encoding_properties::broken(tokenizer, "a \xe2\x96\x81 b", "a") == "");
      } catch (const encore::Error& error) {
        CHECK(std::string(error.what()).find('\n') == std::string::npos);
      }
    }
  }
  const auto refused = [&](const std::string& file) {
    return folder_refusal<UnsupportedError>({{"config.json", config}, {"spiece.model", file}});
  };
  CHECK_THAT(refused(model(number_field(3, 2))), ContainsSubstring("m/spiece.model: trainer_spec.model_type BPE"));
  CHECK_THAT(refused(model(number_field(24, 1))), ContainsSubstring("treat_whitespace_as_suffix"));
  const auto broken = [&](const std::string& file) {
    return folder_refusal<FileError>({{"config.json", config}, {"spiece.model", file}});
  };
  CHECK_THAT(broken(piece("a", 1)), ContainsSubstring("no piece is the unknown one"));
  CHECK_THAT(broken(model("", piece("u", 2))), ContainsSubstring("two pieces are unknown"));
  CHECK_THAT(broken(model("", piece("", 1))), ContainsSubstring("a piece is empty"));
  CHECK_THAT(broken(model("", piece("\xff", 1))), ContainsSubstring("is not UTF-8"));
  CHECK_THAT(broken(model("", piece("b", 9))), ContainsSubstring("is of type 9"));
  CHECK_THAT(broken(std::string(20, '\xff')), ContainsSubstring("more than 64 bits"));
  CHECK_THAT(
      folder_refusal<UnsupportedError>(
          {{"config.json", R"({"model_type": "xlnet", "tokenizer_class": "XLNetTokenizer"})"}, {"spiece.model", good}}),
      ContainsSubstring("m/spiece.model: the tokenizer class \"XLNetTokenizer\" is not supported over it"));
  CHECK_THAT(folder_refusal<UnsupportedError>(
                 {{"config.json", R"({"model_type": "xlm-roberta"})"}, {"sentencepiece.bpe.model", good}}),
             ContainsSubstring("<unk>, <s> and </s>"));
}

TEST_CASE("user-defined and unused pieces of a SentencePiece model", "[sentence_piece]") {
  const std::string file = model("", piece("b", 5) + piece("ab", 4) + piece("abc", 1));
  const auto tokenizer = Tokenizer::from(
      ModelFolder::from_memory({{"config.json", R"({"model_type": "t5"})"}, {"spiece.model", file}}, "m"));
  // As SentencePiece 0.2.3 has it: "b" is never taken, "ab" before "a" and "b".
  const auto ids = [&](const char* text) { return tokenizer.encode(text, {.add_special_tokens = false}).ids; };
  CHECK(ids("abcb") == std::vector<std::int32_t>{3, 7, 2});
  CHECK(ids("xabx") == std::vector<std::int32_t>{3, 2, 6, 2});
  CHECK(ids("aab  ab") == std::vector<std::int32_t>{3, 4, 6, 3, 6});
}

TEST_CASE("vocab.json and merges.txt that are wrong name the file and the line", "[hostile]") {
  const std::string vocabulary = R"({"<s>": 0, "</s>": 1, "a": 2, "b": 3, "ab": 4})";
  const auto load = [&](const std::string& merges, const std::string& config = "{}") {
    return std::map<std::string, std::string>{
        {"config.json", "{}"}, {"vocab.json", vocabulary}, {"merges.txt", merges}, {"tokenizer_config.json", config}};
  };
  const auto tokenizer = Tokenizer::from(ModelFolder::from_memory(load("#version: 0.2\r\na b\r\n"), "m"));
  CHECK(tokenizer.encode("ab").ids == std::vector<std::int32_t>{0, 4, 1});
  CHECK(tokenizer.mask_id() == 7);
  CHECK_THAT(folder_refusal<FileError>(load("#version: 0.2\na b\nab\n")), ContainsSubstring("m/merges.txt: line 3"));
  CHECK_THAT(folder_refusal<FileError>(load("a \xff\n")), ContainsSubstring("m/merges.txt: line 1"));
  CHECK_THAT(folder_refusal<ConfigError>(load("a c\n")), ContainsSubstring("m/merges.txt"));
  CHECK_THAT(folder_refusal<UnsupportedError>(load("a b\n", R"({"tokenizer_class": "CLIPTokenizer"})")),
             ContainsSubstring("m/vocab.json: the tokenizer class \"CLIPTokenizer\" is not supported over it"));
  auto files = load("a b\n");
  files["vocab.json"] = "[]";
  CHECK_THROWS_AS(Tokenizer::from(ModelFolder::from_memory(files, "m")), ConfigError);
}
