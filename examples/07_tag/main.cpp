// SPDX-License-Identifier: Apache-2.0
// Names in a text, with where they stand.
//   07_tag [MODEL [TEXT]]    a BERT folder with a token-classification head; without it a tiny random model
#include <encore/backend/cpu.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/predict/entities.hpp>
#include <encore/models/tasks.hpp>
#include <encore/text/tokenizer.hpp>

#include <cstdio>

int main(int argc, char** argv) try {
  const std::string text = argc > 2 ? argv[2] : "Marie Curie was born in Warsaw, and worked in Paris.";

  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  const auto folder = encore::ModelFolder::open(argc > 1 ? argv[1] : ENCORE_TINY_MODELS "/bert/tag");
  const auto tokenizer = encore::Tokenizer::from(folder);
  const auto model = encore::load<encore::TokenClassifier<encore::BertSpec>>(cpu, folder);
  const auto labels = encore::Labels::from(folder.config(), model->head().width());

  const encore::Encoding encoding = tokenizer.encode(text, {.max_length = model->max_tokens()});
  const encore::Tensor<float> logits = model(cpu, std::span(&encoding, 1))[0];  // [tokens, labels]
  for (const encore::Entity& entity :
       entities_of(tokenizer, encoding, text, logits.matrix(), labels, {.aggregation = encore::Aggregation::first}))
    std::printf(
        "%-6s %.3f  %3lld to %3lld  %s\n", entity.label.c_str(), entity.score,
        static_cast<long long>(entity.characters.begin), static_cast<long long>(entity.characters.end),
        text.substr(std::size_t(entity.bytes.begin), std::size_t(entity.bytes.end - entity.bytes.begin)).c_str());
} catch (const encore::Error& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
