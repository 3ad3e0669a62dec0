// SPDX-License-Identifier: Apache-2.0
// An encoder that no paper names, assembled from parts, and what it will cost before it runs.
#include <encore/backend/cpu.hpp>
#include <encore/exec/infer.hpp>
#include <encore/layers/rope.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/initialise.hpp>

#include <cstdio>

// Pre-norm, RMSNorm, rotary positions, SwiGLU: what today's language models have, read in both directions.
struct ModernSpec {
  using Norm = encore::RmsNorm;
  using Placement = encore::PreNorm;
  using Position = encore::Rope<>;
  template <class P>
  using Attention = encore::MultiHeadAttention<P>;
  using FeedForward = encore::Glu<>;
  template <class N>
  using Embedding = encore::TokenEmbedding<N>;
};

// What can be known at compile time is checked there: an odd head size would not rotate.
constexpr auto small_modern = encore::static_config<ModernSpec>([] {
  return encore::Config<ModernSpec>{
      .shape = {.vocabulary = 8000, .hidden = 256, .layers = 6, .heads = 4, .intermediate = 688, .max_positions = 512},
      .norm = {.eps = 1e-5},
      .position = {.base = 10000},
      .attention = {.bias = encore::Bias::no},
      .feed_forward = {.activation = encore::Activation::silu}};
});

int main() {
  const encore::EncoderModel<ModernSpec> model(small_modern);
  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  std::printf("%lld parameters\n", static_cast<long long>(model.layout()->parameter_count()));

  // Count runs the same code dry: no numbers, only sizes.
  std::printf("texts x tokens    MFLOPs   workspace, bytes\n");
  for (const auto& [texts, tokens] : {std::pair<int, int>{1, 16}, {1, 128}, {1, 512}, {16, 128}}) {
    encore::Batch batch;
    for (int i = 0; i < texts; ++i) batch.add(std::vector<std::int32_t>(std::size_t(tokens), 7));
    encore::Count<encore::Cpu> count(cpu, *model.layout(), batch.segments());
    const auto states = model.encoder()(count, indices_of(count, batch));
    count.view(states);
    std::printf("   %2d x %-6d %9.1f %12zu\n", texts, tokens, count.flops() * 1e-6, count.peak_bytes());
  }

  // The forward pass takes exactly what was counted.
  const auto weights = encore::initialise(cpu, model, {.seed = 1, .kind = encore::StoreKind::inference});
  encore::Batch batch;
  batch.add(std::vector<std::int32_t>{1, 5, 9, 4000, 2});
  batch.add(std::vector<std::int32_t>(100, 11));
  std::size_t counted = 0, taken = 0;
  encore::infer(cpu, weights, batch.segments(), {}, [&](auto& ex) {
    const auto states = model.encoder()(ex, indices_of(ex, batch));
    const auto rows = ex.view(states);  // [105, 256]
    if constexpr (std::remove_reference_t<decltype(ex)>::computing) {
      taken = ex.peak_bytes();
      std::printf("first state of each text: %.4f, %.4f\n", double(rows(0, 0)),
                  double(rows(batch.segments().begin(1), 0)));
    } else {
      counted = ex.peak_bytes();
    }
  });
  std::printf("workspace: %zu bytes counted, %zu taken\n", counted, taken);
  return counted == taken ? 0 : 1;
}
