// SPDX-License-Identifier: Apache-2.0
// Decoding against the Hugging Face library (make_decoded.py), and the marks by which words are told.
#include "expectations.hpp"

#include <encore/text/decoder_json.hpp>

using encore::Tokenizer;
using namespace expectations;

namespace {

encore::text::Decoder decoder_of(const nlohmann::json& decoder) {
  return encore::text::read_decoder(
      encore::JsonObject::parse(nlohmann::json{{"decoder", decoder}}.dump(), "tokenizer.json"));
}

}  // namespace

TEST_CASE("decoders make of tokens what the Hugging Face library makes of them", "[decoder]") {
  const auto cases = json("decoded.json")["decoders"];
  REQUIRE(cases.size() > 200);
  for (const auto& one : cases) {
    INFO(one.dump());
    CHECK(decoder_of(one[0])(one[1].get<std::vector<std::string>>()) == one[2].get<std::string>());
  }
}

TEST_CASE("ids decode to the text that the Hugging Face library gives", "[decoder]") {
  const auto tokenizers = json("decoded.json")["tokenizers"];
  for (const auto& [name, cases] : tokenizers.items()) {
    const Tokenizer tokenizer = Tokenizer::from_json(read(name + "/tokenizer.json"));
    for (const auto& one : cases) {
      INFO(name << " " << one.dump());
      CHECK(tokenizer.decode(one[0].get<std::vector<std::int32_t>>()) == one[1].get<std::string>());
    }
  }
}

TEST_CASE("a decoder that is not supported is refused when something is decoded, not before", "[decoder]") {
  for (const char* part : {R"({"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": true})",
                           R"({"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Later"}]})",
                           R"({"type": "Replace", "pattern": {"Regex": "a+"}, "content": ""})",
                           R"({"type": "BPEDecoder", "suffix": ""})"}) {
    auto file = json("bert-base-uncased/tokenizer.json");
    file["decoder"] = nlohmann::json::parse(part);
    const Tokenizer tokenizer = Tokenizer::from_json(file.dump());
    CHECK(tokenizer.encode("a cat").ids.size() == 4);
    CHECK_THROWS_AS(tokenizer.decode({5, 6}), encore::UnsupportedError);
  }
  CHECK_THROWS_AS(decoder_of({{"type", "Strip"}, {"content", " "}, {"start", -1}, {"stop", 0}}), encore::ConfigError);
  CHECK_THROWS_AS(decoder_of({{"type", "WordPiece"}, {"prefix", "##"}}), encore::ConfigError);
}

TEST_CASE("a chain of replacements that multiplies tokens is an error", "[decoder]") {
  nlohmann::json steps = nlohmann::json::array();
  for (int i = 0; i < 9; ++i)
    steps.push_back({{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aaaaaaaaaa"}});
  const nlohmann::json chain{{"type", "Sequence"}, {"decoders", steps}};
  CHECK_THROWS_AS(decoder_of(chain)({"a"}), encore::InputError);
  CHECK(decoder_of(chain)({"b", "c"}) == "bc");
}

TEST_CASE("clean_up_tokenization_spaces takes spaces from decoded text, but for byte-pair encoding", "[decoder]") {
  const auto with = [](const char* name, const char* config) {
    return Tokenizer::from(encore::ModelFolder::from_memory(
        {{"tokenizer.json", read(std::string(name) + "/tokenizer.json")}, {"tokenizer_config.json", config}}));
  };
  const char* clean = R"({"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": true})";
  const char* keep = R"({"tokenizer_class": "PreTrainedTokenizerFast"})";
  const auto decode = [](const Tokenizer& tokenizer, const char* text) {
    return tokenizer.decode(tokenizer.encode(text, {.add_special_tokens = false}).ids);
  };
  CHECK(decode(with("albert-base-v2", keep), "we ' re here .") == "we ' re here .");
  CHECK(decode(with("albert-base-v2", clean), "we ' re here .") == "we're here.");
  CHECK(decode(with("roberta-base", clean), "here .") == "here .");
}

TEST_CASE("the mark of tokens that continue a word is the model's", "[decoder]") {
  CHECK(load("bert-base-uncased").tokenizer.continuing_prefix() == "##");
  CHECK(load("roberta-base").tokenizer.continuing_prefix().empty());
  CHECK(load("albert-base-v2").tokenizer.continuing_prefix().empty());
  auto file = json("bert-base-uncased/tokenizer.json");
  file["model"]["continuing_subword_prefix"] = "@@";
  CHECK(Tokenizer::from_json(file.dump()).continuing_prefix() == "@@");
}

TEST_CASE("a prompt goes before the text, and its tokens are counted as sentence-transformers counts them",
          "[decoder]") {
  const Tokenizer tokenizer = load("bert-base-uncased").tokenizer;
  const encore::Encoding whole = tokenizer.encode("find this: a cat");
  const encore::Encoding prompted = tokenizer.encode("a cat", {.prompt = "find this: "});
  CHECK(prompted.ids == whole.ids);
  CHECK(prompted.prompt_tokens == 4);  // [CLS] find this :
  CHECK(whole.prompt_tokens == 0);
  CHECK(tokenizer.encode("a", "b", {.prompt = "find "}).ids == tokenizer.encode("find a", "b").ids);
  // Longer than the limit: the special token at the end is not the prompt's.
  CHECK(tokenizer.encode("a cat", {.max_length = 3, .prompt = "find this: "}).prompt_tokens == 2);
  CHECK(tokenizer.encode("a", {.add_special_tokens = false, .prompt = "find this: "}).prompt_tokens == 3);
  // A workspace serves one prompt after the other.
  encore::TokenizerWorkspace workspace;
  encore::Encoding out;
  for (const auto& [prompt, tokens] : {std::pair{"find this: ", 4}, {"find ", 2}, {"", 0}, {"find ", 2}}) {
    tokenizer.encode_ids("a cat", out, workspace, {.prompt = prompt});
    CHECK(out.prompt_tokens == tokens);
  }
}

TEST_CASE("do_lower_case of a sentence-transformers folder lowers texts before the tokenizer, not its special tokens",
          "[decoder]") {
  std::map<std::string, std::string> files{
      {"vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncat\nCat\n"},
      {"tokenizer_config.json", R"({"tokenizer_class": "BertTokenizer", "do_lower_case": false})"},
      {"modules.json", R"([{"path": "", "type": "sentence_transformers.models.Transformer"}])"},
      {"sentence_bert_config.json", R"({"do_lower_case": true})"}};
  const auto ids = [&](const char* text) {
    return Tokenizer::from(encore::ModelFolder::from_memory(files)).encode(text, {.add_special_tokens = false}).ids;
  };
  CHECK(ids("Cat [MASK] CAT") == std::vector<std::int32_t>{5, 4, 5});
  files["sentence_bert_config.json"] = R"({"do_lower_case": false})";
  CHECK(ids("Cat [MASK] CAT") == std::vector<std::int32_t>{6, 4, 1});
  // Without modules.json nobody reads the file.
  files["sentence_bert_config.json"] = R"({"do_lower_case": true})";
  files.erase("modules.json");
  CHECK(ids("Cat") == std::vector<std::int32_t>{6});
}
