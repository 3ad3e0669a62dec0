// SPDX-License-Identifier: Apache-2.0
// Tokens per second on one thread. ENCORE_TOKENIZER is a folder with a tokenizer, ENCORE_TEXTS a file with a text a
// line; benchmarks/peers/tokenizers_run.py sets both.
#include <benchmark/benchmark.h>

#include <encore/text/tokenizer.hpp>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace encore;

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

const std::vector<std::string>& texts() {
  static const std::vector<std::string> lines = [] {
    std::vector<std::string> read;
    std::ifstream file(setting("ENCORE_TEXTS"));
    for (std::string line; std::getline(file, line);) read.push_back(line);
    return read;
  }();
  return lines;
}

const Tokenizer* tokenizer(benchmark::State& state) {
  static const std::optional<Tokenizer> loaded = [] {
    const std::string folder = setting("ENCORE_TOKENIZER");
    return folder.empty() ? std::nullopt : std::optional(Tokenizer::from_folder(folder));
  }();
  if (!loaded || texts().empty()) {
    state.SkipWithError("set ENCORE_TOKENIZER to a folder with a tokenizer and ENCORE_TEXTS to a file of texts");
    return nullptr;
  }
  return &*loaded;
}

// Ids, tokens, type ids, offsets and word ids, as the Hugging Face library gives them.
void encode(benchmark::State& state) {
  const Tokenizer* const one = tokenizer(state);
  if (!one) return;
  std::size_t tokens = 0;
  for (auto _ : state) {
    const auto all = (*one)(texts());
    for (const Encoding& encoding : all) tokens += encoding.ids.size();
  }
  state.SetItemsProcessed(std::int64_t(tokens));
}
BENCHMARK(encode)->Unit(benchmark::kMillisecond);

// Ids alone, as embedding in bulk takes them.
void encode_ids(benchmark::State& state) {
  const Tokenizer* const one = tokenizer(state);
  if (!one) return;
  TokenizerWorkspace workspace;
  Encoding out;
  std::size_t tokens = 0;
  for (auto _ : state) {
    for (const std::string& text : texts()) {
      one->encode_ids(text, out, workspace);
      tokens += out.ids.size();
    }
  }
  state.SetItemsProcessed(std::int64_t(tokens));
}
BENCHMARK(encode_ids)->Unit(benchmark::kMillisecond);

void load(benchmark::State& state) {
  if (!tokenizer(state)) return;
  for (auto _ : state) benchmark::DoNotOptimize(Tokenizer::from_folder(setting("ENCORE_TOKENIZER")));
}
BENCHMARK(load)->Unit(benchmark::kMillisecond);

}  // namespace
