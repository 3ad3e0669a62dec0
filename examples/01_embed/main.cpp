// SPDX-License-Identifier: Apache-2.0
// Embed text with a published checkpoint:   01_embed all-MiniLM-L6-v2
#include <encore/backend/cpu.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/sentence_encoder.hpp>
#include <encore/text/tokenizer.hpp>

#include <cstdio>
#include <cstdlib>
#include <numeric>

int main(int argc, char** argv) try {
  const char* path = argc > 1 ? argv[1] : std::getenv("ENCORE_MINILM");
  if (!path) {
    std::puts(
        "no model: name a sentence-transformers folder as the argument, or in ENCORE_MINILM; scripts/fetch_minilm gets "
        "one");
    return 0;
  }

  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  auto folder = encore::ModelFolder::open(path);
  auto tokenizer = encore::Tokenizer::from(folder);
  auto model = encore::load<encore::SentenceEncoder<encore::BertSpec>>(cpu, folder);

  const std::vector<std::string> texts{"A cat sits on the mat.", "A kitten lies on a rug.", "Dogs bark.",
                                       "The stock market fell."};
  // Cut, and with the prompt before them, as the folder says.
  auto vectors = model(cpu, model.encode(tokenizer, texts));  // [4, dimension]

  // MiniLM's vectors have length 1: their products are cosines.
  std::printf("%s, vectors %s\n", folder.name().c_str(), to_string(vectors.shape()).c_str());
  for (std::int64_t i = 1; i < vectors.rows(); ++i) {
    const float product = std::inner_product(vectors[0].begin(), vectors[0].end(), vectors[i].begin(), 0.0f);
    std::printf("%6.3f  %s ~ %s\n", product, texts[0].c_str(), texts[std::size_t(i)].c_str());
  }
} catch (const encore::Error& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
