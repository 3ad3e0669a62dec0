// SPDX-License-Identifier: Apache-2.0
// Each op of Cuda, forward and backward, on the emulator against the reference in double: odd sizes, ragged segments.
#include "catch.hpp"
#include "cuda/numbers.hpp"

#include <encore/exec/record.hpp>

using namespace cuda_test;

namespace {

struct Wave {
  template <class S>
  ENCORE_HD S operator()(S x, S y) const {
    return encore::tanh(x) * y + encore::sigmoid(y) * encore::exp(x) / S(3);
  }
};

struct Ops {
  std::int64_t width;
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  ParameterId w, b, sections, section_bias, gain, bias, word, position;
  Segments segments;
  std::vector<std::int32_t> ids, targets, rows;
  std::vector<std::int32_t> first{0};
  std::vector<std::int32_t> middle;  // a row of each sequence

  Ops(std::int64_t columns, const std::vector<std::int64_t>& lengths) : width(columns), segments(lengths) {
    const Builder root(*layout);
    w = root.weight("w", width + 3, width);
    b = root.vector("b", width + 3, Init::zeros);
    sections = root.weight("w", {{"q", width}, {"k", width}, {"v", width}}, width);
    section_bias = root.vector("b", {{"q", width}, {"k", width}, {"v", width}}, Init::zeros);
    gain = root.vector("gain", width, Init::ones);
    bias = root.vector("bias", width, Init::zeros);
    word = root.table("word", 9, width);
    position = root.table("position", 140, width);
    for (std::int64_t s = 0; s < segments.count(); ++s)
      middle.push_back(std::int32_t(segments.begin(s) + segments.length(s) / 2));
    for (std::int32_t n = 0; n < std::int32_t(segments.tokens()); ++n) {
      ids.push_back(n * 7 % 9);
      targets.push_back(n % 3 == 0 ? -1 : n % std::int32_t(width));
      rows.push_back(n % 4);
    }
  }

  static std::vector<std::string> names() {
    return {"linear",        "linear gelu", "linear + residual",
            "sections",      "layer norm",  "rms norm",
            "norm of sum",   "map",         "gate",
            "add",           "embed",       "gather",
            "first",         "last",        "mean",
            "max",           "concat",      "l2",
            "cross entropy", "dropout",     "no norm",
            "shift",         "shift back",  "columns",
            "scale",         "scale all",   "normed heads",
            "two losses",    "loss + row",  "scaled loss",
            "mean sqrt",     "first from",  "max from",
            "weighted mean", "mean from"};
  }

  auto run(auto& ex, const std::string& name, const auto& x, const auto& y) const {
    if (name == "linear") return ex.linear(x, w, b);
    if (name == "linear gelu") return ex.activate(Activation::gelu_erf, ex.linear(x, w));
    if (name == "linear + residual") return ex.add(ex.linear(y, w), ex.linear(x, w, b));
    if (name == "sections") {
      auto [q, k, v] = ex.template split<3>(ex.linear(x, sections, section_bias));
      auto sum = ex.add(q, v);
      return ex.add(sum, k);
    }
    if (name == "layer norm") return ex.norm({.kind = NormKind::layer, .gain = gain, .bias = bias, .eps = 1e-5}, x);
    if (name == "rms norm") return ex.norm({.kind = NormKind::rms, .gain = gain, .eps = 1e-6}, x);
    if (name == "norm of sum")
      return ex.residual_norm({.kind = NormKind::layer, .gain = gain, .bias = bias, .eps = 1e-5}, x, y);
    if (name == "map") return ex.map(Wave{}, x, y);
    if (name == "no norm") return ex.residual_norm({.kind = NormKind::none, .gain = gain, .bias = bias}, x, y);
    if (name == "shift") return ex.shift(x, 1);
    if (name == "shift back") return ex.shift(x, -2);
    if (name == "columns") return ex.add(ex.columns(x, 1, 3), ex.columns(y, 0, 3));
    if (name == "scale") return ex.scale(x, ex.columns(y, 2, 1));
    if (name == "scale all") return ex.scale(x, number(ex, y));
    if (name == "normed heads")
      return ex.norm({.kind = NormKind::rms, .gain = gain, .eps = 1e-6, .groups = 2}, ex.concat(x, y));
    if (name == "two losses") {  // losses stay fp32, whatever the format of activations
      auto sum = ex.add(loss(ex, x), loss(ex, y));
      return ex.gate(Activation::tanh, ex.add(sum, loss(ex, y)), sum);
    }
    if (name == "loss + row") return ex.add(loss(ex, x), number(ex, y));
    if (name == "scaled loss") return ex.scale(loss(ex, x), number(ex, y));
    if (name == "gate") return ex.gate(Activation::silu, x, y);
    if (name == "add") return ex.add(x, y);
    if (name == "embed") {
      op::Embed embed;
      embed.terms[0] = {word, ex.indices(ids), 0};
      embed.terms[1] = {position, ex.indices(ids), 2};
      embed.count = 2;
      return ex.embed(embed);
    }
    if (name == "gather") return ex.gather_rows(x, ex.indices(rows));
    if (name == "first") return ex.pool(Pooling::first, x);
    if (name == "last") return ex.pool(Pooling::last, x);
    if (name == "mean") return ex.pool(Pooling::mean, x);
    if (name == "max") return ex.pool(Pooling::max, x);
    if (name == "mean sqrt") return ex.pool(Pooling::mean_sqrt, x);
    if (name == "weighted mean") return ex.pool(Pooling::weighted_mean, x);
    if (name == "first from") return ex.pool(Pooling::first, x, ex.indices(middle));
    if (name == "max from") return ex.pool(Pooling::max, x, ex.indices(middle));
    if (name == "mean from") return ex.pool(Pooling::weighted_mean, x, ex.indices(middle));
    if (name == "concat") return ex.concat(x, y);
    if (name == "l2") return ex.l2_normalise(x);
    if (name == "dropout") return ex.dropout(x, 0.25f);
    return loss(ex, x);
  }
  auto loss(auto& ex, const auto& x) const { return ex.cross_entropy(x, ex.indices(targets)); }
  // [1, 1]
  auto number(auto& ex, const auto& x) const { return ex.columns(ex.gather_rows(x, ex.indices(first)), 2, 1); }
};

// Output, gradients of the operands and of all parameters.
template <class B>
Numbers record(Context<B>& context, const Parameters<B>& parameters, const Ops& ops, const std::string& name) {
  using S = scalar_t<B>;
  Numbers result;
  Parameters<B> gradients = parameters.gradients(context);
  const Tensor<S> rows = short_normal<S>(ops.segments.tokens(), ops.width, 3);
  const Tensor<S> other = short_normal<S>(ops.segments.tokens(), ops.width, 4);
  Record<B> ex(context, parameters, ops.segments, &gradients, {.training = true, .seed = 5});
  auto x = ex.input(rows.matrix());
  auto y = ex.input(other.matrix());
  auto z = ops.run(ex, name, x, y);
  result["y"] = to_double<S>(ex.view(z));
  const Tensor<S> dz = short_normal<S>(z.rows(), z.cols(), 6);
  ex.backward(z, dz.matrix());
  for (const auto& [key, value] : {std::pair{"dx", &x}, std::pair{"dy", &y}})
    if (const auto gradient = ex.gradient(*value); gradient.data) result[key] = to_double<S>(gradient);
  for (std::size_t i = 0; i < ops.layout->size(); ++i) {
    const std::vector<S> values = gradients.values(ParameterId{std::int32_t(i)});
    result[(*ops.layout)[ParameterId{std::int32_t(i)}].name()] =
        to_double<S>(MatrixView<const S>{values.data(), 1, std::int64_t(values.size()), std::int64_t(values.size())});
  }
  return result;
}

}  // namespace

TEST_CASE("Cuda's ops and their gradients agree with the reference in double", "[cuda][ops]") {
  struct Format {
    Precision precision;
    double bound;
  };
  // fp32: sums of up to 100 numbers. bfloat16: operands, results and gradients are rounded to 2^-9 relative, about
  // 2e-3 by norms each; three roundings meet where a gradient goes back through two ops.
  for (const Format& format : {Format{Precision::f32, 3e-6}, Format{Precision::bf16, 1.2e-2}}) {
    for (const std::int64_t width : {5, 24, 40}) {
      const Ops ops(width, {1, 9, 66, 2});
      Context<Reference<double>> exact;
      const Parameters<Reference<double>> exact_parameters =
          random_parameters(exact, ops.layout, StoreKind::training, 1);
      Context<Cuda> context = cuda_context(format.precision);
      Parameters<Cuda> parameters = random_parameters(context, ops.layout, StoreKind::training, 1);
      for (const std::string& name : Ops::names()) {
        if (name == "map" && on_gpu()) continue;  // this file is not compiled for one
        const Numbers mine = record(context, parameters, ops, name);
        const Numbers theirs = record(exact, exact_parameters, ops, name);
        REQUIRE(mine.size() == theirs.size());
        for (const auto& [key, value] : theirs) {
          INFO(name << " " << key << ", width " << width << ", " << name_of(format.precision));
          CHECK(norm_error(mine.at(key), value) <= format.bound);
        }
      }
    }
  }
}

TEST_CASE("Cuda's ops take no rows, and have gradients of zero", "[cuda][ops]") {
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    const Ops ops(24, {});
    Context<Cuda> context = cuda_context(precision);
    const Parameters<Cuda> parameters = random_parameters(context, ops.layout, StoreKind::training, 1);
    for (const std::string& name : Ops::names()) {
      if (name == "scale all" || name == "loss + row" || name == "scaled loss") continue;  // of the first row
      if (name == "map" && on_gpu()) continue;
      const Numbers mine = record(context, parameters, ops, name);
      INFO(name << ", " << name_of(precision));
      for (const auto& [key, value] : mine)
        for (const double number : value.values()) CHECK(number == 0);
    }
  }
}
