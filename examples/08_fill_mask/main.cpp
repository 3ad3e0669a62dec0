// SPDX-License-Identifier: Apache-2.0
// The words that DeBERTa would put in the place of [MASK].
//   08_fill_mask [MODEL [TEXT]]   a deberta-v2 folder with a masked-language-model head; without it a tiny random model
#include <encore/backend/cpu.hpp>
#include <encore/models/deberta.hpp>
#include <encore/models/predict/classes.hpp>
#include <encore/models/tasks.hpp>
#include <encore/text/tokenizer.hpp>

#include <cstdio>

int main(int argc, char** argv) try {
  const std::string text = argc > 2 ? argv[2] : "Marie Curie was born in [MASK].";

  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  const auto folder = encore::ModelFolder::open(argc > 1 ? argv[1] : ENCORE_TINY_MODELS "/deberta/fill_mask");
  const auto tokenizer = encore::Tokenizer::from(folder);
  const auto model = encore::load<encore::MaskedLm<encore::DebertaV2Spec>>(cpu, folder);

  const encore::Encoding encoding = tokenizer.encode(text, {.max_length = model->max_tokens()});
  const encore::Tensor<float> logits = model(cpu, std::span(&encoding, 1))[0];  // [tokens, vocabulary]
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    if (encoding.ids[i] != tokenizer.mask_id()) continue;
    const auto scores = encore::scores_of(logits[std::int64_t(i)], encore::ScoreFunction::softmax);
    for (const std::size_t id : encore::highest(scores, 5))
      std::printf("%.4f  %s\n", scores[id], tokenizer.token_of(std::int32_t(id)).c_str());
  }
} catch (const encore::Error& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
