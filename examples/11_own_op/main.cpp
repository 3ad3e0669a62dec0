// SPDX-License-Identifier: Apache-2.0
// An op of one's own: what the vocabulary of ops cannot say. Contract and signatures are in docs/ops.md; this is the
// skeleton to copy.
#include <encore/backend/cpu.hpp>
#include <encore/exec/infer.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/initialise.hpp>
#include <encore/testing/gradient_check.hpp>

#include <algorithm>
#include <cstdio>

// y[n] = the mean of x over the tokens of the sequence up to n: [N, C] -> [N, C].
struct RunningMean {
  static constexpr const char* name = "running mean";

  template <class B>
  encore::Extent output(const encore::op::Env<B>& env, std::span<const encore::Extent> in) const {
    if (in[0].rows != env.segments.tokens())
      encore::op::shape_error(name, in[0], {env.segments.tokens(), in[0].cols}, "rows are not the tokens");
    return in[0];
  }
  template <class B>
  void forward(const encore::op::Env<B>& env, std::span<const encore::op::In<B>> in, encore::op::Out<B> y,
               encore::op::Out<B>, std::byte*) const {
    for (std::int64_t s = 0; s < env.segments.count(); ++s)
      for (std::int64_t c = 0; c < y.cols; ++c) {
        encore::scalar_t<B> sum = 0;
        for (std::int64_t n = env.segments.begin(s); n < env.segments.end(s); ++n) {
          sum += in[0](n, c);
          y(n, c) = sum / encore::scalar_t<B>(n - env.segments.begin(s) + 1);
        }
      }
  }
  // dx[m] = sum over n >= m of dy[n] / (n + 1): assigned.
  template <class B>
  void backward(const encore::op::Env<B>& env, std::span<const encore::op::In<B>>, encore::op::In<B>, encore::op::In<B>,
                encore::op::In<B> dy, std::span<const encore::op::Out<B>> dx) const {
    if (!dx[0].data) return;  // not wanted
    for (std::int64_t s = 0; s < env.segments.count(); ++s)
      for (std::int64_t c = 0; c < dy.cols; ++c) {
        encore::scalar_t<B> sum = 0;
        for (std::int64_t n = env.segments.end(s) - 1; n >= env.segments.begin(s); --n) {
          sum += dy(n, c) / encore::scalar_t<B>(n - env.segments.begin(s) + 1);
          dx[0](n, c) = sum;
        }
      }
  }
};

// A token mixer of it, in attention's place: out(running mean(in(x))).
template <class Position>
struct MeanMixer {
  encore::Linear in, out;

  MeanMixer(encore::Builder b, const encore::ModelShape& shape, const encore::NoOptions&, const Position&)
      : in(b / "in", shape.hidden, shape.hidden), out(b / "out", shape.hidden, shape.hidden) {}
  auto operator()(auto& ex, const auto& x) const { return out(ex, ex.op(RunningMean{}, in(ex, x))); }
};

struct MySpec : encore::BertSpec {
  using Position = encore::LearnedPosition;
  template <class P>
  using Attention = MeanMixer<P>;
};

int main() {
  encore::Config<MySpec> config;
  config.shape = {.vocabulary = 100, .hidden = 48, .layers = 2, .heads = 4, .max_positions = 32};
  const encore::EncoderModel<MySpec> model(config);

  encore::Context<encore::Cpu> cpu;
  const auto weights = encore::initialise(cpu, model, {.seed = 1, .kind = encore::StoreKind::inference});
  encore::Batch batch;
  batch.add(std::vector<std::int32_t>{2, 17, 42, 8, 3});
  batch.add(std::vector<std::int32_t>{2, 99, 3});
  encore::infer(cpu, weights, batch.segments(), {}, [&](auto& ex) {
    const auto rows = ex.view(model.encoder()(ex, indices_of(ex, batch)));  // [8, 48]
    if constexpr (std::remove_reference_t<decltype(ex)>::computing)
      std::printf("states [%lld, %lld], the first %.4f\n", static_cast<long long>(rows.rows),
                  static_cast<long long>(rows.cols), double(rows(0, 0)));
  });

  const double error = encore::testing::check_op_gradients(RunningMean{}, {}, 6).worst();
  std::printf("gradients agree with differences up to %.1e of their size\n", error);
  return error < 1e-8 ? 0 : 1;
}
