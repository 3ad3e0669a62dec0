// SPDX-License-Identifier: Apache-2.0
// SentencePiece models straight from their file, against SentencePiece itself; what comes around a text against
// transformers. make_sentence_piece_expectations.py has the format of the data.
#include "expectations.hpp"

#include <encore/io/model_folder.hpp>

#include <map>
#include <string>
#include <vector>

using encore::Encoding;
using encore::ModelFolder;
using encore::Tokenizer;

TEST_CASE("a SentencePiece model cuts texts as SentencePiece does", "[sentence_piece]") {
  const auto data = expectations::json("sentence_piece.json");
  std::vector<std::string> texts = expectations::texts("texts");
  for (auto& text : expectations::texts("random")) texts.push_back(text);
  for (auto one : data["cases"]) {
    // Pieces and file names tell which class a model is for; ALBERT's pieces under T5's names do not.
    if (one["name"] == "T5") one["config"]["tokenizer_class"] = "T5Tokenizer";
    const std::string file = one["file"];
    const auto tokenizer =
        Tokenizer::from(ModelFolder::from_memory({{"config.json", "{}"},
                                                  {file.substr(file.rfind('/') + 1), expectations::read(file)},
                                                  {"tokenizer_config.json", one["config"].dump()}}));
    for (const auto& [token, id] : one["specials"].items()) CHECK(tokenizer.id_of(token) == id.get<int>());
    REQUIRE(texts.size() == one["singles"].size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto& expected = one["singles"][i];
      if (expected.is_null()) continue;
      INFO(one["name"] << ", text " << i << ": " << nlohmann::json(texts[i]).dump());
      const Encoding found = tokenizer.encode(texts[i], {.add_special_tokens = false});
      auto compact = expectations::compact(found);
      if (one["name"] == "ALBERT" || one["name"] == "ALBERT, cased") compact[1] = nlohmann::json::array();
      if (expected.is_object()) {
        CHECK(found.ids.size() == expected["count"]);
        CHECK(expectations::crc32(compact.dump()) == expected["crc"]);
      } else {
        CHECK(compact.dump() == expected.dump());
      }
    }
    for (const auto& around : one["around"]) {
      INFO(one["name"] << ": " << around.dump());
      const std::string first = around[0];
      const Encoding found =
          around[1].is_null() ? tokenizer.encode(first) : tokenizer.encode(first, around[1].get<std::string>());
      CHECK(found.ids == around[2].get<std::vector<std::int32_t>>());
      CHECK(found.type_ids == around[3].get<std::vector<std::int32_t>>());
    }
  }
}

TEST_CASE("unknown characters are spelt as the text has them, or fall back to bytes", "[sentence_piece]") {
  const auto data = expectations::json("sentence_piece.json");
  using Tokens = std::vector<std::string>;
  const auto albert =
      Tokenizer::from(ModelFolder::from_memory({{"config.json", R"({"model_type": "albert"})"},
                                                {"spiece.model", expectations::read("albert-base-v2/spiece.model")}}));
  CHECK(albert.encode("the \xf0\x9f\x98\x80 the", {.add_special_tokens = false}).tokens ==
        Tokens{"\xe2\x96\x81the", "\xe2\x96\x81", "\xf0\x9f\x98\x80", "\xe2\x96\x81the"});
  const auto deberta =
      Tokenizer::from(ModelFolder::from_memory({{"config.json", R"({"model_type": "deberta-v2"})"},
                                                {"spm.model", expectations::read("deberta-v3-base/spm.model")}}));
  const Encoding bytes = deberta.encode("the \xf0\x9f\x98\x82", {.add_special_tokens = false});
  CHECK(bytes.tokens.back() == "<0x82>");
  CHECK(bytes.offsets.back() == encore::Span{4, 5});
  CHECK(deberta.mask_id() == deberta.vocabulary_size() - 1);
}

TEST_CASE("vocab.json with merges.txt gives what tokenizer.json gives", "[byte_pair_encoding]") {
  const auto file = expectations::load("roberta-base").tokenizer;
  const std::map<std::string, std::string> files{{"config.json", R"({"model_type": "roberta"})"},
                                                 {"vocab.json", expectations::read("roberta-base/vocab.json")},
                                                 {"merges.txt", expectations::read("roberta-base/merges.txt")}};
  auto named = files;
  // Since transformers 5 a mask given by its name alone takes no space; the published file has it take one.
  named["tokenizer_config.json"] = R"({"mask_token": {"content": "<mask>", "lstrip": true, "__type": "AddedToken"}})";
  const auto folder = Tokenizer::from(ModelFolder::from_memory(named));
  for (const char* which : {"texts", "random"})
    for (const std::string& text : expectations::texts(which)) {
      CHECK(expectations::compact(folder.encode(text)).dump() == expectations::compact(file.encode(text)).dump());
      CHECK(folder.encode(text, "a pair").type_ids == file.encode(text, "a pair").type_ids);
    }
  CHECK(folder.mask_id() == file.mask_id());
  CHECK(folder.cls_id() == 0);
  CHECK(folder.special_tokens(true) == 4);
  // DeBERTa's first version: the same kind of files, other special tokens, which its vocabulary has.
  auto deberta = files;
  deberta["config.json"] = R"({"model_type": "deberta"})";
  CHECK_THROWS_AS(Tokenizer::from(ModelFolder::from_memory(deberta)), encore::ConfigError);
  deberta["tokenizer_config.json"] = R"({"cls_token": "<s>", "sep_token": "</s>"})";
  const auto other = Tokenizer::from(ModelFolder::from_memory(deberta));
  CHECK(other.encode("a", "b").tokens == std::vector<std::string>{"<s>", "a", "</s>", "</s>", "b", "</s>"});
}
