// SPDX-License-Identifier: Apache-2.0
// A document of thousands of tokens in one piece: ModernBERT, whose windows keep the cost close to linear.
//   09_long_document [MODEL FILE]   a modernbert folder and a text; without them random weights of a small size
#include <encore/backend/cpu.hpp>
#include <encore/exec/infer.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/modernbert.hpp>
#include <encore/models/sentence_encoder.hpp>
#include <encore/text/tokenizer.hpp>

#include <chrono>
#include <cstdio>

namespace {

using ModernBertEncoder = encore::SentenceEncoder<encore::ModernBertSpec>;

// One vector for the whole text, the mean of its tokens' states.
void embed_file(encore::Context<encore::Cpu>& cpu, const char* model_folder, const char* file) {
  const auto folder = encore::ModelFolder::open(model_folder);
  const auto tokenizer = encore::Tokenizer::from(folder);
  const auto model = encore::load<ModernBertEncoder>(cpu, folder);
  const std::string text = encore::read_file(file, std::size_t{1} << 30);
  const encore::Encoding encoding = tokenizer.encode(text, {.max_length = model->max_tokens()});
  const encore::Tensor<float> vector = model(cpu, std::span(&encoding, 1));
  std::printf("%zu tokens%s: %.4f %.4f %.4f ..\n", encoding.ids.size(), encoding.truncated ? " (cut)" : "",
              double(vector[0][0]), double(vector[0][1]), double(vector[0][2]));
}

}  // namespace

int main(int argc, char** argv) try {
  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  if (argc > 2) {
    embed_file(cpu, argv[1], argv[2]);
    return 0;
  }
  encore::Config<encore::ModernBertSpec> config{
      .shape = {
          .vocabulary = 1000, .hidden = 128, .layers = 6, .heads = 4, .intermediate = 192, .max_positions = 8192}};
  config.position.global.base = 160000;
  config.position.window = 64;
  config.position.is_local = {false, true, true, false, true, true};
  const ModernBertEncoder model(config);
  const auto weights = encore::initialise(cpu, model, {.seed = 1, .kind = encore::StoreKind::inference});
  for (const std::size_t tokens : {512U, 2048U, 8192U}) {
    encore::Encoding encoding;
    for (std::size_t i = 0; i < tokens; ++i) encoding.ids.push_back(std::int32_t(i * 7919 % 1000));
    encoding.type_ids.resize(tokens);
    const auto begin = std::chrono::steady_clock::now();
    const auto vector = model.run(cpu, weights, std::span(&encoding, 1));
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%5zu tokens: %8.1f ms, first number %.4f\n", tokens, ms, double(vector[0][0]));
  }
} catch (const encore::Error& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
