// SPDX-License-Identifier: Apache-2.0
// Each op of Cpu through an executor against the reference in double, on every instruction set, at odd sizes.
#include "catch.hpp"
#include "exec/contexts.hpp"

#include <map>

using namespace exec_test;

namespace {

struct Wave {
  template <class S>
  S operator()(S x, S y) const {
    return encore::tanh(x) * y + encore::sigmoid(y) * encore::exp(x) / S(3);
  }
};

struct Exponential {
  template <class S>
  S operator()(S x) const {
    return encore::exp(x);
  }
};

// All ops over [rows, width] operands. `run` picks one, so that one instantiation serves all.
struct Ops {
  std::int64_t width;
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  ParameterId w, b, sections, section_bias, gain, bias, word, position;
  Segments segments;

  Ops(std::int64_t columns, const std::vector<std::int64_t>& lengths) : width(columns), segments(lengths) {
    const Builder root(*layout);
    w = root.weight("w", width + 3, width);
    b = root.vector("b", width + 3, Init::zeros);
    sections = root.weight("w", {{"q", width}, {"k", width}, {"v", width}}, width);
    section_bias = root.vector("b", {{"q", width}, {"k", width}, {"v", width}}, Init::zeros);
    gain = root.vector("gain", width, Init::ones);
    bias = root.vector("bias", width, Init::zeros);
    word = root.table("word", 9, width);
    position = root.table("position", 40, width);
  }

  static std::map<std::string, double> tolerances() {
    // Three times the largest error found over all sizes and instruction sets, relative to the largest number of the
    // result. Norms of two columns amplify the rounding of their input where both are almost equal: that is the
    // reference's in float too.
    return {{"linear", 2e-6},
            {"linear gelu", 1.2e-6},
            {"linear + residual", 2.2e-6},
            {"sections", 1.3e-6},
            {"layer norm", 4.5e-6},
            {"rms norm", 4.6e-7},
            {"norm of sum", 1.4e-5},
            {"map", 3e-7},
            {"gate", 4e-7},
            {"add", 1.7e-7},
            {"linear attention", 1.7e-6},
            {"fourier", 1.1e-6},
            {"embed", 2.3e-7},
            {"gather", 0},
            {"first", 0},
            {"mean", 9e-7},
            {"mean from", 9e-7},
            {"max from", 0},
            {"mean sqrt", 9e-7},
            {"weighted mean", 9e-7},
            {"weighted mean from", 9e-7},
            {"max", 0},
            {"concat", 0},
            {"l2", 3e-7},
            {"cross entropy", 4.5e-7}};
  }

  auto run(auto& ex, const std::string& name) const {
    using S = typename std::remove_reference_t<decltype(ex)>::Scalar;
    const Tensor<S> rows = normal<S>(segments.tokens(), width, 3), other = normal<S>(segments.tokens(), width, 4),
                    wide = normal<S>(segments.tokens(), width + 3, 5);
    auto x = ex.input(rows.matrix());
    auto y = ex.input(other.matrix());
    if (name == "linear") return ex.linear(x, w, b);
    if (name == "linear gelu") return ex.activate(Activation::gelu_erf, ex.linear(x, w));
    if (name == "linear + residual") return ex.add(ex.input(wide.matrix()), ex.linear(x, w, b));
    if (name == "sections") {
      auto [q, k, v] = ex.template split<3>(ex.linear(x, sections, section_bias));
      auto sum = ex.add(q, v);
      return ex.concat(k, sum);
    }
    if (name == "layer norm") return ex.norm({.kind = NormKind::layer, .gain = gain, .bias = bias, .eps = 1e-5}, x);
    if (name == "rms norm") return ex.norm({.kind = NormKind::rms, .gain = gain, .eps = 1e-5}, x);
    if (name == "norm of sum") return ex.residual_norm({.kind = NormKind::layer, .gain = gain, .bias = bias}, y, x);
    if (name == "map") return ex.map(Wave{}, x, y);
    if (name == "gate") return ex.gate(Activation::silu, x, y);
    if (name == "add") return ex.add(x, y);
    if (name == "linear attention") {
      auto q = ex.map(Exponential{}, x), k = ex.map(Exponential{}, y);
      return ex.linear_attention(width % 2 ? 1 : 2, q, k, x);
    }
    if (name == "fourier") return ex.fourier(x, y);
    if (name == "embed") {
      op::Embed embed;
      embed.add({word, ids, 0});
      embed.add({position, ids, 2});
      return ex.embed(embed);
    }
    if (name == "gather") return ex.gather_rows(x, ids);
    if (name == "first") return ex.pool(Pooling::first, x);
    if (name == "mean") return ex.pool(Pooling::mean, x);
    if (name == "max") return ex.pool(Pooling::max, x);
    const Indices from{middle.data(), std::int64_t(middle.size())};
    if (name == "mean from") return ex.pool(Pooling::mean, x, from);
    if (name == "max from") return ex.pool(Pooling::max, x, from);
    if (name == "mean sqrt") return ex.pool(Pooling::mean_sqrt, x);
    if (name == "weighted mean") return ex.pool(Pooling::weighted_mean, x);
    if (name == "weighted mean from") return ex.pool(Pooling::weighted_mean, x, from);
    if (name == "concat") return ex.concat(y, x, y);
    if (name == "l2") return ex.l2_normalise(x);
    return ex.cross_entropy(x, targets);
  }

  std::vector<std::int32_t> id_values, target_values;
  std::vector<std::int32_t> middle;  // a row of each sequence
  Indices ids, targets;
};

Ops ops(std::int64_t width, const std::vector<std::int64_t>& lengths) {
  Ops result(width, lengths);
  const std::int64_t tokens = result.segments.tokens();
  for (std::int64_t i = 0; i < tokens; ++i) {
    result.id_values.push_back(std::int32_t(i * 5 % std::min<std::int64_t>(tokens, 9)));
    result.target_values.push_back(std::int32_t(i % 3 == 1 ? -100 : i % width));
  }
  for (std::int64_t s = 0; s < result.segments.count(); ++s)
    result.middle.push_back(std::int32_t(result.segments.begin(s) + result.segments.length(s) / 2));
  result.ids = {result.id_values.data(), tokens};
  result.targets = {result.target_values.data(), tokens};
  return result;
}

}  // namespace

TEST_CASE("every op of Cpu agrees with the reference in double") {
  for (const std::int64_t width : {1, 2, 24, 30, 35, 64, 67, 130}) {
    for (const std::vector<std::int64_t>& lengths : {std::vector<std::int64_t>{1}, {2}, {7}, {3, 1, 30}, {70, 40}}) {
      const Ops all = ops(width, lengths);
      Context<Reference<double>> oracle;
      const auto doubles = random_parameters(oracle, all.layout, StoreKind::training, 1);
      for (const auto& [name, tolerance] : Ops::tolerances()) {
        const std::string which = name;
        const auto expected = in_record(oracle, doubles, all.segments, [&](auto& ex) { return all.run(ex, which); });
        for (const cpu::KernelTable* table : all_tables()) {
          for (const int threads : {1, 2}) {
            auto context = cpu_context(*table, threads);
            const auto parameters = random_parameters(context, all.layout, StoreKind::inference, 1);
            const double error = relative_error(
                in_infer(context, parameters, all.segments, [&](auto& ex) { return all.run(ex, which); }), expected);
            INFO(name << " on " << table->isa << ", width " << width << ", " << all.segments.tokens() << " tokens, "
                      << threads << " threads");
            CHECK(error <= tolerance);
          }
        }
      }
    }
  }
}
