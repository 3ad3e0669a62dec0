// SPDX-License-Identifier: Apache-2.0
// Which texts answer a question? A cross-encoder reads the question together with each of them.
//   06_rerank [MODEL]        a folder whose head gives one score, ms-marco-MiniLM-L-6-v2 say; without it a tiny random
//                            model shows that the program runs
#include <encore/backend/cpu.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/tasks.hpp>
#include <encore/text/tokenizer.hpp>

#include <algorithm>
#include <cstdio>

int main(int argc, char** argv) try {
  const std::string question = "Who was born in Warsaw?";
  const std::vector<std::string> texts{"The riverbank flooded at noon.", "Marie Curie was born in Warsaw.",
                                       "IBM hired Grace Hopper."};

  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  const auto folder = encore::ModelFolder::open(argc > 1 ? argv[1] : ENCORE_TINY_MODELS "/bert_rerank");
  const auto tokenizer = encore::Tokenizer::from(folder);
  const auto model = encore::load<encore::SequenceClassifier<encore::BertSpec>>(cpu, folder);

  std::vector<encore::Encoding> pairs;
  for (const std::string& text : texts)
    pairs.push_back(tokenizer.encode(question, text, {.max_length = model->max_tokens()}));
  const std::vector<encore::Tensor<float>> logits = model(cpu, pairs);  // [1, 1] each

  std::vector<std::size_t> order{0, 1, 2};
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return logits[a][0][0] > logits[b][0][0]; });
  for (const std::size_t i : order) std::printf("%8.4f  %s\n", double(logits[i][0][0]), texts[i].c_str());
} catch (const encore::Error& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
