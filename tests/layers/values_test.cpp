// SPDX-License-Identifier: Apache-2.0
// Norms, placements, attention's options and poolings have the values of their formulas.
#include "layers/assembled.hpp"

#include <encore/models/predict/max_similarity.hpp>

using namespace layers_test;
using Catch::Matchers::ContainsSubstring;
using B = Reference<double>;

namespace {

constexpr std::int64_t width = 5;

// A layer made by make(Builder), the parameters it declared, and what it does to fixed rows of sequences of 3 and 1.
template <class Layer>
struct Applied {
  Context<B> context;
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  std::shared_ptr<Layer> layer;
  std::optional<Parameters<B>> parameters;
  Tensor<double> x{Shape{4, width}};

  template <class Make>
  explicit Applied(const Make& make) : layer(std::make_shared<Layer>(make(Builder(*layout)))) {
    parameters.emplace(encore::testing::random_parameters(context, layout, StoreKind::training, 1));
    for (std::size_t i = 0; i < x.values().size(); ++i) x.values()[i] = RandomStream{9, 0}.normal(i);
  }
  void set(ParameterId id, double value) {
    parameters->fill(context, id, [&](std::span<double> rows) { std::fill(rows.begin(), rows.end(), value); });
  }
  double number(ParameterId id, std::size_t i = 0) const { return parameters->values(id)[i]; }
  // f(ex, layer, x).
  template <class F>
  Tensor<double> run(const F& f) {
    Tensor<double> result;
    infer(context, *parameters, Segments({3, 1}), {}, [&](auto& ex) {
      const auto y = f(ex, *layer, ex.input(x.matrix()));
      const auto rows = ex.view(y);
      if constexpr (std::remove_reference_t<decltype(ex)>::computing) {
        result = Tensor<double>(Shape{rows.rows, rows.cols});
        for (std::int64_t r = 0; r < rows.rows; ++r) std::copy_n(rows.row(r), rows.cols, result.matrix().row(r));
      }
    });
    return result;
  }
  Tensor<double> operator()() {
    return run([](auto& ex, const Layer& l, const auto& rows) { return l(ex, rows); });
  }
};
template <class Make>
Applied(const Make&) -> Applied<std::invoke_result_t<Make, Builder>>;

double length(const Tensor<double>& x, std::int64_t row) {
  double square = 0;
  for (std::int64_t c = 0; c < x.cols(); ++c) square += x.matrix()(row, c) * x.matrix()(row, c);
  return std::sqrt(square);
}

// An x that f(x) = 1 everywhere.
struct Ones {
  struct One {
    template <class S>
    S operator()(S) const {
      return S(1);
    }
  };
  auto operator()(auto& ex, const auto& x) const { return ex.map(One{}, x); }
};
template <class Sublayer>
Tensor<double> around_ones(Applied<Sublayer>& applied) {
  return applied.run([](auto& ex, const Sublayer& sublayer, const auto& rows) {
    return sublayer(ex, rows, [&](const auto& inner) { return Ones{}(ex, inner); });
  });
}

// Attention behind a map to an even width.
struct Widened {
  Linear widen;
  MultiHeadAttention<NoPosition> attention;
  auto operator()(auto& ex, const auto& x) const { return attention(ex, widen(ex, x)); }
};

constexpr std::int32_t positions[] = {0, 1, 2, 0};  // of the sequences of 3 and 1
// Poolings and token vectors as layers of rows.
struct PooledByAttention {
  AttentionPooling pooling;
  auto operator()(auto& ex, const auto& x) const { return pooling(ex, x, Indices{}); }
};
struct PooledByColumn {
  auto operator()(auto& ex, const auto& x) const { return ex.weighted_pool(x, ex.columns(x, 1, 1)); }
};

const ModelShape shape{.hidden = width, .heads = 1, .max_positions = 4};

}  // namespace

TEST_CASE("ScaleNorm gives every row one length, DyT squashes, and a unit offset stores the gain less one") {
  Applied scaled([](Builder b) { return ScaleNorm(b, width, {}); });
  const auto y = scaled();
  for (std::int64_t r = 0; r < 4; ++r)
    CHECK(length(y, r) == Approx(std::fabs(scaled.number(scaled.layer->gain))).epsilon(1e-12));
  CHECK((*scaled.layout)[scaled.layer->gain].sections.front().scale == Approx(std::sqrt(5.0)));

  Applied squashed([](Builder b) { return DynamicTanh(b, width); });
  const auto t = squashed();
  const double alpha = squashed.number(squashed.layer->alpha);
  for (std::int64_t c = 0; c < width; ++c)
    CHECK(t.matrix()(2, c) == Approx(squashed.number(squashed.layer->op.gain, std::size_t(c)) *
                                         std::tanh(alpha * squashed.x.matrix()(2, c)) +
                                     squashed.number(squashed.layer->op.bias, std::size_t(c)))
                                  .epsilon(1e-12));

  Applied offset([](Builder b) { return UnitOffset<LayerNorm>(b, width, {.eps = 0.01}); });
  Applied plain([](Builder b) { return LayerNorm(b, width, {.eps = 0.01}); });
  CHECK((*offset.layout)[offset.layer->rest.gain].init == Init::zeros);
  offset.set(offset.layer->rest.gain, 0.25);
  offset.set(offset.layer->rest.bias, -1);
  plain.set(plain.layer->op.gain, 1.25);
  plain.set(plain.layer->op.bias, -1);
  CHECK(encore::testing::relative_difference(offset().values(), plain().values()) < 1e-14);
}

TEST_CASE("DeepNorm weighs the residual by (2 L)^(1/4), LayerScale and ReZero the sublayer by learned numbers") {
  const LayerPlace place{0, 8};
  Applied deep([&](Builder b) { return DeepNorm::Sublayer<NoNorm>(b, shape, {}, place); });
  const auto d = around_ones(deep);
  CHECK(d.matrix()(1, 2) == Approx(deep.number(deep.layer->norm.op.gain, 2) * (2 * deep.x.matrix()(1, 2) + 1) +
                                   deep.number(deep.layer->norm.op.bias, 2))
                                .epsilon(1e-12));

  Applied scale([&](Builder b) { return LayerScale::Sublayer<NoNorm>(b, shape, {}); });
  CHECK(around_ones(scale).matrix()(1, 2) ==
        Approx(scale.x.matrix()(1, 2) + scale.number(scale.layer->scale.gain, 2)).epsilon(1e-12));
  CHECK((*scale.layout)[scale.layer->scale.gain].sections.front().scale == 1e-4);

  Applied zero([&](Builder b) { return ReZero::Sublayer<NoNorm>(b, shape, {}); });
  CHECK(around_ones(zero).matrix()(1, 2) ==
        Approx(zero.x.matrix()(1, 2) + zero.number(zero.layer->alpha)).epsilon(1e-12));
  CHECK((*zero.layout)[zero.layer->alpha].init == Init::zeros);
}

TEST_CASE("DeepNorm begins values, attention's output and feed-forwards scaled by (8 L)^(-1/4), and nothing else") {
  ParameterLayout layout;
  const Encoder encoder(Builder(layout), small_config<Assembled<LayerNorm, DeepNorm, LearnedPosition, Mlp>>(2));
  int scaled = 0, others = 0;
  for (const ParameterSpec& spec : layout)
    for (const ParameterSection& section : spec.sections) {
      INFO(section.name << " " << section.scale);
      const bool is_scaled = section.name.ends_with("value.weight") || section.name.ends_with("attention.out.weight") ||
                             section.name.ends_with("feed_forward.in.weight") ||
                             section.name.ends_with("feed_forward.out.weight");
      CHECK(section.scale == Approx(is_scaled ? 0.5 : 1.0));
      ++(is_scaled ? scaled : others);
    }
  CHECK(scaled == 8);
  CHECK(others > 8);
}

TEST_CASE("stochastic depth drops whole sequences of a sublayer, keeps the mean, and rests outside training") {
  ModelShape deep = shape;
  deep.stochastic_depth = 0.5;
  Applied sublayer([&](Builder b) { return StochasticDepth<PreNorm>::Sublayer<NoNorm>(b, deep, {}, {1, 2}); });
  CHECK(sublayer.layer->skipped == 0.5f);
  CHECK(around_ones(sublayer).matrix()(3, 0) == Approx(sublayer.x.matrix()(3, 0) + 1));
  constexpr int sequences = 400;
  const Segments segments(std::vector<std::int64_t>(sequences, 3));
  Tensor<double> zeros(Shape{3 * sequences, width});
  Record<B> ex(sublayer.context, *sublayer.parameters, segments, nullptr, {.training = true, .seed = 3});
  const auto y = (*sublayer.layer)(ex, ex.input(zeros.matrix()), [&](const auto& rows) { return Ones{}(ex, rows); });
  const auto rows = ex.view(y);
  int kept = 0;
  for (std::int64_t s = 0; s < sequences; ++s) {
    const double first = rows(3 * s, 0);
    CHECK((first == 0 || first == 2));
    kept += first == 2;
    for (std::int64_t r = 0; r < 3; ++r)
      for (std::int64_t c = 0; c < width; ++c) CHECK(rows(3 * s + r, c) == first);
  }
  CHECK(std::abs(kept - sequences / 2) < 40);  // four deviations
}

TEST_CASE("normed heads forget the length of queries and keys; a value residual of 1 and 0 is none") {
  using Attention = MultiHeadAttention<NoPosition>;
  const ModelShape two_heads{.hidden = width + 1, .heads = 2, .max_positions = 4, .head = 3};
  const auto make = [&](const Attention::Options& options) {
    return Applied([&](Builder b) {
      return Widened{Linear(b / "widen", width, width + 1),
                     Attention(b / "attention", two_heads, options, NoPosition(b, two_heads))};
    });
  };
  for (const HeadNormKind kind : {HeadNormKind::layer, HeadNormKind::rms}) {
    auto normed = make({.bias = Bias::no, .head_norm = kind, .head_norm_eps = 1e-30});
    const auto before = normed();
    const ParameterId qkv = normed.layer->attention.qkv.weight;
    const std::vector<double> weights = normed.parameters->values(qkv);
    normed.parameters->fill(normed.context, qkv, [&](std::span<double> rows) {
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = weights[i] * (i < 2 * rows.size() / 3 ? 3 : 1);
    });
    CHECK(encore::testing::relative_difference(normed().values(), before.values()) < 1e-13);
  }
  auto mixed = make({.value_residual = true});
  const auto alone = mixed();  // the first layer has nothing to mix in
  const auto again = [&](double own, double first) {
    mixed.parameters->fill(mixed.context, mixed.layer->attention.value_mix, [&](std::span<double> numbers) {
      numbers[0] = own;
      numbers[1] = first;
    });
    return mixed.run([](auto& ex, const auto& layer, const auto& rows) {
      Carried<std::remove_cvref_t<decltype(rows)>> carried;
      auto x = layer.widen(ex, rows);
      auto y = layer.attention(ex, x, carried);
      return layer.attention(ex, x, carried);  // its own values and the first ones are equal
    });
  };
  CHECK(encore::testing::relative_difference(again(1, 0).values(), alone.values()) < 1e-14);
  CHECK(encore::testing::relative_difference(again(0.25, 0.75).values(), alone.values()) < 1e-14);
  CHECK(encore::testing::relative_difference(again(1, 1).values(), alone.values()) > 0.01);
}

TEST_CASE("attention pooling has the weights of a softmax of learned scores") {
  Applied learned([](Builder b) { return AttentionPooling(b, shape); });
  const auto z = learned.run([](auto& ex, const auto& layer, const auto& rows) { return layer(ex, rows, Indices{}); });
  const auto dense = learned.parameters->values(learned.layer->dense.weight),
             bias = learned.parameters->values(learned.layer->dense.bias),
             score = learned.parameters->values(learned.layer->score.weight);
  double total = 0, sum = 0;
  for (std::int64_t n = 0; n < 3; ++n) {
    double s = 0;
    for (std::size_t o = 0; o < std::size_t(width); ++o) {
      double h = bias[o];
      for (std::size_t c = 0; c < std::size_t(width); ++c)
        h += dense[o * std::size_t(width) + c] * learned.x.matrix()(n, std::int64_t(c));
      s += score[o] * std::tanh(h);
    }
    total += std::exp(s);
    sum += std::exp(s) * learned.x.matrix()(n, 1);
  }
  CHECK(z.matrix()(0, 1) == Approx(sum / total).epsilon(1e-12));
}

TEST_CASE("weighted poolings and token vectors keep the properties: gradients, packing, Infer equals Record") {
  const auto holds = [](const auto& make) { CHECK(encore::testing::check_layer(make, width).failures() == ""); };
  holds([](Builder b) { return PooledByAttention{AttentionPooling(b, shape)}; });
  holds([](Builder) { return PooledByColumn{}; });
  holds([](Builder b) { return LateInteraction(b, shape, 3); });
}

TEST_CASE("late interaction has token vectors of unit length, and sums each query token's best product") {
  Applied late([](Builder b) { return LateInteraction(b, shape, 3); });
  const auto y = late();
  CHECK(y.cols() == 3);
  for (std::int64_t r = 0; r < 4; ++r) CHECK(length(y, r) == Approx(1).epsilon(1e-12));
  const double query[] = {1, 0, 0, 1}, document[] = {-1, 0, 0.5, 0.5, 0, -2};
  CHECK(max_similarity<double>({query, 2, 2, 2}, {document, 3, 2, 2}) == 1.0);  // 0.5 + 0.5
  CHECK_THROWS_WITH(max_similarity<double>({query, 2, 2, 2}, {document, 2, 3, 3}),
                    ContainsSubstring("of 2 and of 3 numbers"));
  CHECK_THROWS_AS(max_similarity<double>({query, 2, 2, 2}, {document, 0, 2, 2}), InputError);
}
