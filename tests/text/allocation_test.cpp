// SPDX-License-Identifier: Apache-2.0
// encode_ids allocates nothing once its workspace and output have grown to the texts.
#include "expectations.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

namespace {
std::atomic<long> allocations{0};
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("encode_ids allocates nothing for texts no longer than those before", "[tokenizer]") {
  const auto name = GENERATE(as<std::string>(), "bert-base-uncased", "bert-base-multilingual-cased",
                             "deberta-v2-large-japanese-char-wwm");
  const auto tokenizer = expectations::load(name).tokenizer;
  std::vector<std::string> texts;
  for (const auto& text : expectations::json("texts.json")["texts"]) texts.push_back(expectations::expand(text));
  encore::TokenizerWorkspace workspace;
  encore::Encoding out;
  const auto encode_all = [&] {
    for (const auto& text : texts) tokenizer.encode_ids(text, out, workspace);
    for (const auto& text : texts) tokenizer.encode_ids(texts[70], text, out, workspace, {.max_length = 12});
  };
  encode_all();
  encode_all();  // two buffers may have changed places: now both have grown
  const long before = allocations;
  encode_all();
  CHECK(allocations - before == 0);
}
