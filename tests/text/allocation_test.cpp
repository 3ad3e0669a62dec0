// SPDX-License-Identifier: Apache-2.0
// encode_ids allocates nothing once its workspace and output have grown to the texts.
#include "expectations.hpp"

#include <string>
#include <vector>

long allocations_so_far();  // allocation_counter_test.cpp

TEST_CASE("encode_ids allocates nothing for texts no longer than those before", "[tokenizer]") {
  if (allocations_so_far() < 0) ENCORE_SKIP("a sanitizer does the allocating");
  const auto name =
      GENERATE(as<std::string>(), "bert-base-uncased", "bert-base-multilingual-cased",
               "deberta-v2-large-japanese-char-wwm", "roberta-base", "modernbert-base", "t5-small", "deberta-v3-base");
  const auto tokenizer = expectations::load(name).tokenizer;
  const std::vector<std::string> texts = expectations::texts("texts");
  encore::TokenizerWorkspace workspace;
  encore::Encoding out;
  const auto encode_all = [&] {
    for (const auto& text : texts) tokenizer.encode_ids(text, out, workspace);
    for (const auto& text : texts) tokenizer.encode_ids(texts[70], text, out, workspace, {.max_length = 12});
  };
  encode_all();
  encode_all();  // two buffers may have changed places: now both have grown
  const long before = allocations_so_far();
  encode_all();
  CHECK(allocations_so_far() - before == 0);
}
