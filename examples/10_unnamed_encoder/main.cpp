// SPDX-License-Identifier: Apache-2.0
// An encoder nobody has named yet: ModernBERT's placement and norm, a feed-forward and a position bias of one's own. What
// is new is between the lines; it runs, trains and is counted like everything else.
#include <encore/backend/cpu.hpp>
#include <encore/exec/record.hpp>
#include <encore/layers/distance_indices.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/modernbert.hpp>
#include <encore/models/tasks.hpp>

#include <cstdio>

// ---------------------------------------------------------------------------------------------------------------------
struct ReluSquaredGlu {  // out(u relu(g)^2)
  encore::Linear in, out;
  ReluSquaredGlu(encore::Builder b, const encore::ModelShape& shape)
      : in(b / "in", shape.hidden, 2 * shape.feed_forward_width()),
        out(b / "out", shape.feed_forward_width(), shape.hidden) {}
  auto operator()(auto& ex, const auto& x) const {
    auto [u, g] = ex.split(in(ex, x));
    return out(ex, ex.map(
                       []<class S>(S a, S b) {
                         S r = encore::relu(b);
                         return a * r * r;
                       },
                       u, g));
  }
};
struct LogDistanceBias {  // a number for each head and each doubling of the distance, to the left and to the right
  encore::ParameterId table;
  encore::DistanceIndices rows;
  LogDistanceBias(encore::Builder b, const encore::ModelShape& shape)
      : table(b.table("weight", 33, shape.heads)), rows(shape.max_positions, [](std::int64_t e) {
          return 16 + (e < 0 ? -1 : 1) * std::int64_t(std::log2(1.0 + std::abs(double(e))));
        }) {}
  auto distances(auto& ex) const {
    auto bias = encore::embed_distances(ex, table, rows);
    return encore::AttentionDistances<decltype(bias)>{.bias = bias};
  }
};
struct UnnamedSpec : encore::ModernBertSpec {
  using FeedForward = ReluSquaredGlu;
  using Position = LogDistanceBias;
};
// ---------------------------------------------------------------------------------------------------------------------

int main() {
  const encore::Config<UnnamedSpec> config{
      .shape = {.vocabulary = 100, .hidden = 32, .layers = 2, .heads = 4, .intermediate = 48, .max_positions = 64}};
  const encore::MaskedLm<UnnamedSpec> model(config);
  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  const auto parameters = encore::initialise(cpu, model, {.seed = 1});
  auto gradients = parameters.gradients(cpu);

  // One step on one sentence: the loss, and its gradients for every parameter.
  encore::Batch batch;
  const std::vector<std::int32_t> ids{1, 17, 4, 99, 23, 5, 61, 2}, targets{-1, 40, -1, 7, -1, -1, 12, -1};
  batch.add(ids);
  encore::Record<encore::Cpu> ex(cpu, parameters, batch.segments(), &gradients);
  const auto logits = model(ex, indices_of(ex, batch)).logits;
  const auto loss = ex.cross_entropy(logits, ex.indices(targets));
  ex.backward(loss);
  std::printf("%lld parameters, loss %.4f\n", static_cast<long long>(model.layout()->parameter_count()),
              double(ex.view(loss)(0, 0)));
  double norm = 0;
  for (std::size_t i = 0; i < model.layout()->size(); ++i)
    for (const float x : gradients.values(encore::ParameterId{std::int32_t(i)})) norm += double(x) * double(x);
  std::printf("gradient norm %.4f\n", std::sqrt(norm));
  return norm > 0 ? 0 : 1;
}
