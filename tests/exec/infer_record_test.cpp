// SPDX-License-Identifier: Apache-2.0
// Infer equals Record bit for bit, and fused equals unfused: rounding points belong to ops, so fusing never moves one.
#include "catch.hpp"
#include "exec/contexts.hpp"

using namespace exec_test;

namespace {

struct SquaredRelu {
  template <class S>
  S operator()(S u, S g) const {
    const S r = encore::relu(g);
    return u * r * r + u / S(3);  // a product and a sum: contracting them across the functor would show
  }
};

// Every way ops are put together in blocks. `width` is a multiple of every panel, or not: map and gate are fused, or
// not.
struct Blocks {
  std::int64_t hidden, width;
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  ParameterId in, in_bias, out, out_bias, gain, bias;

  Blocks(std::int64_t hidden_size, std::int64_t width_size) : hidden(hidden_size), width(width_size) {
    const Builder b(*layout);
    in = b.weight("in", 2 * width, hidden);
    in_bias = b.vector("in_bias", 2 * width, Init::zeros);
    out = b.weight("out", hidden, width);
    out_bias = b.vector("out_bias", hidden, Init::zeros);
    gain = b.vector("gain", hidden, Init::ones);
    bias = b.vector("bias", hidden, Init::zeros);
  }

  // `shown`: what is fused otherwise is shown to an observer in between, which forces it.
  auto operator()(auto& ex, MatrixView<const float> rows, bool shown) const {
    auto x = ex.input(rows);
    auto show = [&](const auto& value) {
      if (shown) ex.tap("between", 0, value);
    };
    auto gated = [&](auto&& combine) {
      auto wide = ex.linear(x, in, in_bias);
      show(wide);
      auto [u, g] = ex.split(wide);
      wide = {};
      return combine(u, g);
    };
    auto a = gated([&](const auto& u, const auto& g) { return ex.gate(Activation::gelu_tanh, g, u); });
    auto first = ex.linear(a, out, out_bias);
    show(first);
    x = ex.residual_norm(op::Norm{.kind = NormKind::layer, .gain = gain, .bias = bias}, x, first);
    auto b = gated([&](const auto& u, const auto& g) { return ex.map(SquaredRelu{}, u, g); });
    auto second = ex.linear(b, out);
    show(second);
    auto sum = ex.add(x, second);
    auto [u, g] = ex.split(ex.activate(Activation::gelu_erf, ex.linear(sum, in, in_bias)));
    auto third = ex.linear(ex.add(u, g), out, out_bias);
    show(third);
    return ex.residual_norm(op::Norm{.kind = NormKind::rms, .gain = gain, .eps = 1e-6}, sum, third);
  }
};

template <class B>
void check(Context<B>& context, const Blocks& blocks, std::int64_t rows) {
  const Segments segments({rows});
  const Tensor<float> x = normal<float>(rows, blocks.hidden, 3);
  const auto inference = random_parameters(context, blocks.layout, StoreKind::inference, 1);
  const auto training = random_parameters(context, blocks.layout, StoreKind::training, 1);
  std::size_t seen = 0;
  auto run = [&](bool shown) {
    Tensor<float> result;
    infer(context, inference, segments,
          {&seen, [](void* object, std::string_view, std::int64_t,
                     MatrixView<const float>) { ++*static_cast<std::size_t*>(object); }},
          [&](auto& ex) {
            const auto y = blocks(ex, x.matrix(), shown);
            const auto view = ex.view(y);
            if constexpr (std::remove_reference_t<decltype(ex)>::computing) result = rows_of(view);
          });
    return result;
  };
  const Tensor<float> fused = run(false);
  CHECK(seen == 0);
  CHECK(different_bits(fused, run(true)) == "");
  CHECK(seen == 5);
  CHECK(different_bits(fused, in_record(context, training, segments,
                                        [&](auto& ex) { return blocks(ex, x.matrix(), false); })) == "");
}

}  // namespace

TEST_CASE("Infer equals Record and fused equals unfused on the reference") {
  Context<Reference<float>> context;
  for (const std::int64_t rows : {1, 2, 7}) check(context, Blocks(24, 35), rows);
}

TEST_CASE("Infer equals Record and fused equals unfused on every instruction set") {
  for (const cpu::KernelTable* table : all_tables()) {
    for (const int threads : {1, 2}) {
      auto context = cpu_context(*table, threads);
      for (const auto& [hidden, width] :
           {std::pair<std::int64_t, std::int64_t>{24, 35}, {30, 64}, {35, 192}, {128, 256}}) {
        for (const std::int64_t rows : {1, 2, 7, 100, 230}) {
          INFO(table->isa << ", " << threads << " threads, hidden " << hidden << ", width " << width << ", rows "
                          << rows);
          check(context, Blocks(hidden, width), rows);
        }
      }
    }
  }
}

TEST_CASE("map and gate of a product are computed with it where the columns fall on panels") {
  for (const cpu::KernelTable* table : all_tables()) {
    auto context = cpu_context(*table);
    auto live = [&](std::int64_t width) {  // bytes at the peak of a gated product
      const Blocks blocks(32, width);
      const Segments segments({200});
      Count<Cpu> count(context, *blocks.layout, segments);
      auto x = count.input({nullptr, 200, 32, 32});
      auto [u, g] = count.split(count.linear(x, blocks.in));
      auto y = count.gate(Activation::silu, u, g);
      return double(count.peak_bytes());
    };
    CHECK(live(512) < 0.6 * live(511));  // the wide product itself is never there
  }
}
