// SPDX-License-Identifier: Apache-2.0
// A user's program with the compiled kernels: embeds two sentences with the model folder named by its argument or by
// ENCORE_MINILM.
#include <encore/backend/cpu.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/sentence_encoder.hpp>
#include <encore/text/tokenizer.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  std::printf("%s\n", std::string(cpu.isa()).c_str());
  const char* path = argc > 1 ? argv[1] : std::getenv("ENCORE_MINILM");
  if (!path) return 0;

  auto folder = encore::ModelFolder::open(path);
  auto tokenizer = encore::Tokenizer::from(folder);
  auto model = encore::load<encore::SentenceEncoder<encore::BertSpec>>(cpu, folder);
  auto vectors = model(cpu, model.encode(tokenizer, {"A cat sits on the mat.", "Dogs bark."}));  // [2, 384]
  return vectors.rows() == 2 ? 0 : 1;
}
