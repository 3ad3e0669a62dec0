// SPDX-License-Identifier: Apache-2.0
// A feed-forward of one's own in BERT: a struct with a constructor and a forward pass. It runs on every backend and
// trains as it is, because it is written over ops. The skeleton to copy for a new policy.
#include <encore/backend/cpu.hpp>
#include <encore/exec/infer.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/initialise.hpp>
#include <encore/testing/gradient_check.hpp>

#include <cmath>
#include <cstdio>

// Position-wise feed-forward with a squared-ReLU gate (So et al. 2021, "Primer", has the squared ReLU).
struct ReluSquaredGlu {
  encore::Linear in, out;

  ReluSquaredGlu(encore::Builder b, const encore::ModelShape& shape)
      : in(b / "Wi", shape.hidden, 2 * shape.feed_forward_width()),
        out(b / "Wo", shape.feed_forward_width(), shape.hidden) {}

  auto operator()(auto& ex, const auto& x) const {  // [N, C] -> [N, C]
    auto [u, g] = ex.split(in(ex, x));              // 2 x [N, F]
    auto gated = ex.map(GatedSquare{}, u, g);       // [N, F]
    return out(ex, gated);
  }
  struct GatedSquare {
    template <class S>  // a float, a double, a dual number: the derivative needs no code
    ENCORE_HD S operator()(S u, S g) const {
      const S r = encore::relu(g);
      return u * r * r;
    }
  };
};

// BERT with that one policy changed.
struct MySpec : encore::BertSpec {
  using FeedForward = ReluSquaredGlu;
};

int main() {
  const encore::Config<MySpec> config{.shape = {.vocabulary = 100,
                                                .hidden = 48,
                                                .layers = 2,
                                                .heads = 4,
                                                .intermediate = 80,
                                                .max_positions = 32,
                                                .types = 2}};
  encore::EncoderModel<MySpec> model(config);
  std::printf("%lld parameters, among them:\n", static_cast<long long>(model.layout()->parameter_count()));
  for (const encore::ParameterSpec& parameter : *model.layout())
    if (parameter.name().find("layers.0.feed_forward.") == 0)
      std::printf("  %s %s\n", parameter.name().c_str(), to_string(parameter.shape).c_str());

  // Run it on the CPU, with random weights, on two texts at once.
  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  const auto weights = encore::initialise(cpu, model, {.seed = 1, .kind = encore::StoreKind::inference});
  encore::Batch batch;
  batch.add(std::vector<std::int32_t>{2, 17, 42, 8, 3});
  batch.add(std::vector<std::int32_t>{2, 99, 3});
  bool finite = true;
  encore::infer(cpu, weights, batch.segments(), {}, [&](auto& ex) {
    const auto y = model.encoder()(ex, indices_of(ex, batch));
    const auto rows = ex.view(y);  // [8, 48]
    if constexpr (std::remove_reference_t<decltype(ex)>::computing) {
      for (std::int64_t n = 0; n < rows.rows; ++n) finite = finite && std::isfinite(rows(n, 0));
      std::printf("states [%lld, %lld] on %s, the first %.4f %.4f ..\n", static_cast<long long>(rows.rows),
                  static_cast<long long>(rows.cols), std::string(cpu.isa()).c_str(), double(rows(0, 0)),
                  double(rows(0, 1)));
    }
  });

  // Its gradients, by x and by every parameter, against central differences in double.
  const encore::ModelShape small{.hidden = 10, .intermediate = 7};
  const auto report =
      encore::testing::check_gradients([&](encore::Builder b) { return ReluSquaredGlu(b, small); }, {}, small.hidden);
  std::printf("gradients agree with differences up to %.1e of their size\n", report.worst());
  return finite && report.worst() < 1e-6 ? 0 : 1;
}
