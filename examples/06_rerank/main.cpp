// SPDX-License-Identifier: Apache-2.0
// Which texts answer a question? A cross-encoder reads the question together with each of them.
//   06_rerank [MODEL]        a folder whose head gives one score, ms-marco-MiniLM-L-6-v2 say; without it a tiny random
//                            model shows that the program runs
#include <encore/backend/cpu.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/predict/score_activation.hpp>
#include <encore/models/tasks.hpp>
#include <encore/text/tokenizer.hpp>

#include <algorithm>
#include <cstdio>

int main(int argc, char** argv) try {
  const std::string question = "Who was born in Warsaw?";
  const std::vector<std::string> texts{"The riverbank flooded at noon.", "Marie Curie was born in Warsaw.",
                                       "IBM hired Grace Hopper."};

  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  const auto folder = encore::ModelFolder::open(argc > 1 ? argv[1] : ENCORE_TINY_MODELS "/bert/rerank");
  const auto tokenizer = encore::Tokenizer::from(folder);
  const auto model = encore::load<encore::SequenceClassifier<encore::BertSpec>>(cpu, folder);

  std::vector<encore::TextPair> pairs;
  for (const std::string& text : texts) pairs.push_back({question, text});
  const std::vector<encore::Tensor<float>> logits = model(cpu, model.encode(tokenizer, pairs));  // [1, 1] each

  const auto activation = encore::ScoreActivation::of(folder.cross_encoder(), 1);  // as the folder says
  std::vector<std::pair<double, std::size_t>> scores;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::vector<double> score{double(logits[i][0][0])};
    activation(score);
    scores.emplace_back(-score[0], i);  // the best first
  }
  std::sort(scores.begin(), scores.end());
  for (const auto& [score, i] : scores) std::printf("%8.4f  %s\n", -score, texts[i].c_str());
} catch (const encore::Error& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
