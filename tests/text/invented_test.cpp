// SPDX-License-Identifier: Apache-2.0
// Parts that published WordPiece folders seldom have: added tokens with flags, other normalisers, pre-tokenisers and
// templates, in small tokenizers made for the purpose and encoded by the Hugging Face library.
#include "expectations.hpp"

#include <string>

using encore::Encoding;
using encore::Tokenizer;

namespace {

nlohmann::json everything(const Encoding& encoding) {
  nlohmann::json all = expectations::compact(encoding);
  all.push_back(encoding.tokens);
  all.push_back(encoding.type_ids);
  all.push_back(encoding.sequence_ids);
  return all;
}

std::uint32_t digest(const Encoding& encoding) { return expectations::crc32(everything(encoding).dump(-1, ' ', true)); }

}  // namespace

TEST_CASE("invented tokenizers encode as in the Hugging Face library", "[tokenizer]") {
  const auto data = expectations::json("invented.json");
  for (const auto& one : data["cases"]) {
    const auto tokenizer = Tokenizer::from_json(one["tokenizer"].dump());
    CHECK(tokenizer.vocabulary_size() == one["vocabulary_size"]);
    const std::string first = "hello [M] yes";
    for (std::size_t i = 0; i < data["texts"].size(); ++i) {
      const std::string text = data["texts"][i];
      INFO(one["name"] << ": text " << i << ", " << data["texts"][i].dump());
      if (one["singles"][i].is_number())
        CHECK(digest(tokenizer.encode(text)) == one["singles"][i]);
      else
        CHECK(everything(tokenizer.encode(text)).dump() == one["singles"][i].dump());
      CHECK(digest(tokenizer.encode(first, text)) == one["pairs"][i]);
      CHECK(digest(tokenizer.encode(first, text, {.max_length = 9})) == one["pairs_of_9"][i]);
    }
  }
}

TEST_CASE("an added token in white space that another has taken is left out", "[added_tokens]") {
  using encore::text::AddedToken;
  const auto tokenizer = Tokenizer::from_vocabulary(
      "[UNK]\n[CLS]\n[SEP]\na\nb\n", {.added_tokens = {AddedToken{.content = "<r>", .rstrip = true},
                                                       AddedToken{.content = " x"}, AddedToken{.content = "  "}}});
  CHECK(tokenizer.encode("a<r>  x b", {.add_special_tokens = false}).tokens ==
        std::vector<std::string>{"a", "<r>  ", "[UNK]", "b"});
  // A stretch of white space is looked at once, however many tokens might begin in it.
  const std::string spaces(200000, ' ');
  CHECK(tokenizer.encode("<r>" + spaces, {.add_special_tokens = false}).ids.size() == 1);
}
