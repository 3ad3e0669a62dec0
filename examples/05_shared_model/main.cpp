// SPDX-License-Identifier: Apache-2.0
// A server's pattern: one loaded model, immutable; as many threads as there are requests, each with a Context of its
// own and a buffer of its own. Whoever computes a text's vector, next to whatever other texts, gets the same bits.
#include <encore/backend/cpu.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/sentence_encoder.hpp>

#include <algorithm>
#include <cstdio>
#include <thread>

int main() {
  using Model = encore::SentenceEncoder<encore::BertSpec>;
  const encore::Config<encore::BertSpec> config{
      .shape = {.vocabulary = 1000, .hidden = 96, .layers = 3, .heads = 6, .max_positions = 64, .types = 2}};
  encore::Context<encore::Cpu> main_context{{.threads = 2}};
  Model task(config);  // pooled by the mean
  auto weights = encore::initialise(main_context, task, {.seed = 7, .kind = encore::StoreKind::inference});
  const encore::Loaded<Model, encore::Cpu> model(std::move(task),
                                                 std::move(weights));  // a published one: encore::load(context, folder)

  // 200 texts of 1 to 64 tokens.
  std::vector<encore::Encoding> texts(200);
  for (std::size_t i = 0; i < texts.size(); ++i)
    for (std::size_t n = 0; n <= (i * 37) % 64; ++n) texts[i].ids.push_back(std::int32_t((i * 101 + n * 13) % 1000));

  const encore::Tensor<float> together = model(main_context, texts);  // [200, 96]

  // Four threads, each with every fourth text.
  constexpr std::size_t threads = 4;
  encore::Tensor<float> apart(together.shape());
  std::vector<std::thread> workers;
  for (std::size_t t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      encore::Context<encore::Cpu> context{{.threads = 1}};
      for (std::size_t i = t; i < texts.size(); i += threads) {
        const std::span<const encore::Encoding> one(&texts[i], 1);
        const std::int64_t row = std::int64_t(i);
        model(context, one,
              encore::MatrixView<float>{apart[row].data(), 1, apart.cols(),
                                        apart.cols()});  // allocates nothing once warm
      }
    });
  for (std::thread& worker : workers) worker.join();

  const bool equal = std::equal(together.values().begin(), together.values().end(), apart.values().begin());
  std::printf(
      "%zu vectors of %lld numbers from one model: one call on %d threads and %zu threads one text at a time %s\n",
      texts.size(), static_cast<long long>(together.cols()), main_context.threads(), threads,
      equal ? "agree in every bit" : "DIFFER");
  return equal ? 0 : 1;
}
