// SPDX-License-Identifier: Apache-2.0
// Token mixers without scores in the attention slot: linear attention and Fourier mixing, against their formulas, and
// assembled into encoders.
#include "layers/assembled.hpp"

#include <encore/layers/fourier.hpp>
#include <encore/layers/linear_attention.hpp>

#include <complex>

using namespace layers_test;
using namespace encore::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

using Usual = Assembled<LayerNorm, PostNorm, LearnedPosition, Mlp>;
template <class P>
using Favor = LinearAttention<P, FavorFeatures>;

struct WithLinear : Usual {
  template <class P>
  using Attention = LinearAttention<P>;
};
struct WithFavor : Assembled<RmsNorm, PreNorm, SinusoidalPosition, Glu<>> {
  template <class P>
  using Attention = Favor<P>;
};
struct WithFourier : Usual {
  template <class P>
  using Attention = FourierMixer<P>;
};

constexpr ModelShape shape{.hidden = 6, .heads = 2, .max_positions = 19, .head = 4};
const std::vector<std::int64_t> lengths{2, 7, 1, 3};

// What a layer makes of random rows, in double.
struct Ran {
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  Tensor<double> x, y;
  std::vector<std::vector<double>> values;

  template <class Make>
  Ran(const Make& make, std::int64_t width) {
    const auto f = of_rows(*layout, make, 13, width);
    Context<Reference<double>> context;
    const auto parameters = random_parameters(context, layout, StoreKind::training, 1);
    const Batch batch = numbered_batch(lengths, 13);
    y = run_infer(context, parameters, batch, f);
    x = run_infer(context, parameters, batch, [&](auto& ex, const BatchIndices& in) {
      op::Embed embed;
      embed.add({f.inputs[0], in.ids, 0});
      return ex.embed(embed);
    });
    for (std::size_t i = 0; i < layout->size(); ++i) values.push_back(parameters.values({std::int32_t(i)}));
  }
  // A parameter's numbers.
  const std::vector<double>& named(std::string_view name) const {
    for (std::size_t i = 0; i < layout->size(); ++i)
      if ((*layout)[ParameterId{std::int32_t(i)}].name() == name) return values[i];
    throw std::out_of_range(std::string(name));
  }
  // rows W^T + b
  Tensor<double> product(const Tensor<double>& rows, const std::string& name) const {
    const auto& w = named(name + ".weight");
    const auto& b = named(name + ".bias");
    Tensor<double> result(Shape{rows.rows(), std::int64_t(b.size())});
    for (std::int64_t n = 0; n < rows.rows(); ++n)
      for (std::size_t m = 0; m < b.size(); ++m) {
        double sum = b[m];
        for (std::int64_t k = 0; k < rows.cols(); ++k)
          sum += rows[n][std::size_t(k)] * w[m * std::size_t(rows.cols()) + std::size_t(k)];
        result[n][m] = sum;
      }
    return result;
  }
};

// out(attention) with the weights kernel(q, k, D) of a head's query and key, one pair at a time.
template <class Kernel>
Tensor<double> attended(const Ran& ran, const Kernel& kernel) {
  const auto q = ran.product(ran.x, "layer.query"), k = ran.product(ran.x, "layer.key"),
             v = ran.product(ran.x, "layer.value");
  Tensor<double> mixed(v.shape());
  const Segments segments(lengths);
  const std::int64_t d = shape.head_size();
  for (std::int64_t s = 0; s < segments.count(); ++s)
    for (std::int64_t i = segments.begin(s); i < segments.end(s); ++i)
      for (std::int64_t h = 0; h < shape.heads; ++h) {
        double weights = 0;
        for (std::int64_t j = segments.begin(s); j < segments.end(s); ++j) {
          const double weight = kernel(q.matrix().row(i) + h * d, k.matrix().row(j) + h * d);
          weights += weight;
          for (std::int64_t c = h * d; c < (h + 1) * d; ++c) mixed.matrix()(i, c) += weight * v.matrix()(j, c);
        }
        for (std::int64_t c = h * d; c < (h + 1) * d; ++c) mixed.matrix()(i, c) /= weights;
      }
  return ran.product(mixed, "layer.out");
}

template <class Layer>
auto make_mixer(const options_t<Layer>& options = {}) {
  return [options](Builder b) { return Layer(b, shape, options, NoPosition(b, shape)); };
}

}  // namespace

TEST_CASE("linear attention of elu + 1 is the sum over pairs") {
  const Ran ran(make_mixer<LinearAttention<NoPosition>>(), shape.hidden);
  const auto phi = [](double x) { return x > 0 ? x + 1 : std::exp(x); };
  const auto expected = attended(ran, [&](const double* q, const double* k) {
    double sum = 0;
    for (std::int64_t c = 0; c < shape.head_size(); ++c) sum += phi(q[c]) * phi(k[c]);
    return sum;
  });
  CHECK(relative_difference(ran.y.values(), expected.values()) < 1e-13);
}

TEST_CASE("FAVOR+ features are those of the paper, and their directions orthogonal with a normal vector's length") {
  constexpr std::int64_t m = 6, d = 4;
  for (const double eps : {0.0, 1e-3}) {
    const Ran ran(make_mixer<Favor<NoPosition>>({.features = {.features = m, .seed = 3, .eps = eps}}), shape.hidden);
    const std::vector<double> w = orthogonal_directions(m, d, 3, 0);
    const auto phi = [&](const double* x, std::int64_t r) {
      double along = 0, square = 0;
      for (std::int64_t c = 0; c < d; ++c) {
        const double narrowed = x[c] / std::pow(double(d), 0.25);
        along += w[std::size_t(r * d + c)] * narrowed;
        square += narrowed * narrowed;
      }
      return (std::exp(along - square / 2) + eps) / std::sqrt(double(m));
    };
    const auto expected = attended(ran, [&](const double* q, const double* k) {
      double sum = 0;
      for (std::int64_t r = 0; r < m; ++r) sum += phi(q, r) * phi(k, r);
      return sum;
    });
    CHECK(relative_difference(ran.y.values(), expected.values()) < 1e-13);
  }
}

TEST_CASE(
    "random directions are orthogonal within a block, of chi's mean square length, and differ by layer and seed") {
  constexpr std::int64_t m = 4000, d = 8;
  const std::vector<double> w = orthogonal_directions(m, d, 1, 0);
  const auto dot = [&](std::int64_t a, std::int64_t b) {
    double sum = 0;
    for (std::int64_t c = 0; c < d; ++c) sum += w[std::size_t(a * d + c)] * w[std::size_t(b * d + c)];
    return sum;
  };
  double worst = 0, square = 0;
  for (std::int64_t a = 0; a < m; ++a) {
    square += dot(a, a);
    for (std::int64_t b = a / d * d; b < a; ++b) worst = worst_of(worst, std::fabs(dot(a, b)));
  }
  CHECK(worst < 1e-13);
  CHECK(square / double(m) == Approx(double(d)).epsilon(0.04));  // five standard deviations: sqrt(2 / (m d)) each
  CHECK(w == orthogonal_directions(m, d, 1, 0));
  CHECK(w != orthogonal_directions(m, d, 2, 0));
  CHECK(w != orthogonal_directions(m, d, 1, 1));
}

TEST_CASE("products of FAVOR+ features estimate softmax's exponentials, as precisely as independent directions do") {
  constexpr std::int64_t m = 4096, d = 4;
  const std::vector<double> w = orthogonal_directions(m, d, 1, 0);
  for (std::uint64_t pair = 0; pair < 20; ++pair) {
    const auto q = normal_vector(d, 2 * pair), k = normal_vector(d, 2 * pair + 1);  // divided by D^(1/4) already
    double dot = 0, squares = 0, sum = 0;
    for (std::size_t c = 0; c < std::size_t(d); ++c) {
      dot += q[c] * k[c];
      squares += q[c] * q[c] + k[c] * k[c];
    }
    for (std::int64_t r = 0; r < m; ++r) {
      double along = 0;
      for (std::int64_t c = 0; c < d; ++c) along += w[std::size_t(r * d + c)] * (q[std::size_t(c)] + k[std::size_t(c)]);
      sum += std::exp(along - squares / 2);
    }
    const double deviation = std::sqrt(std::expm1(squares + 2 * dot) / double(m));  // relative; the paper's lemma 2
    INFO("exp(" << dot << "), deviation " << deviation);
    CHECK(std::fabs(sum / double(m) / std::exp(dot) - 1) < 4 * deviation);
  }
}

TEST_CASE("Fourier mixing is the real part of the transform over tokens and columns") {
  const Ran ran(make_mixer<FourierMixer<NoPosition>>(), shape.hidden);
  Tensor<double> expected(ran.y.shape());
  const Segments segments(lengths);
  const double turn = -2 * std::acos(-1.0);
  for (std::int64_t s = 0; s < segments.count(); ++s)
    for (std::int64_t i = 0; i < segments.length(s); ++i)
      for (std::int64_t k = 0; k < shape.hidden; ++k) {
        std::complex<double> sum = 0;
        for (std::int64_t j = 0; j < segments.length(s); ++j)
          for (std::int64_t c = 0; c < shape.hidden; ++c)
            sum += ran.x[segments.begin(s) + j][std::size_t(c)] *
                   std::polar(1.0, turn * double(i * j) / double(segments.length(s))) *
                   std::polar(1.0, turn * double(k * c) / double(shape.hidden));
        expected[segments.begin(s) + i][std::size_t(k)] = sum.real();
      }
  CHECK(relative_difference(ran.y.values(), expected.values()) < 1e-13);
}

TEST_CASE("mixers keep the properties of layers, and have those that they should") {
  for (const auto& report : {check_layer(make_mixer<LinearAttention<NoPosition>>(), shape.hidden),
                             check_layer(make_mixer<LinearAttention<NoPosition>>({.bias = Bias::no}), shape.hidden),
                             check_layer(make_mixer<Favor<NoPosition>>(), shape.hidden),
                             check_layer(make_mixer<FourierMixer<NoPosition>>(), shape.hidden)}) {
    CHECK(report.properties.size() == 3);
    CHECK(report.failures() == "");
  }
  CHECK(permutation(make_mixer<LinearAttention<NoPosition>>(), shape.hidden).holds);
  CHECK(permutation(make_mixer<Favor<NoPosition>>(), shape.hidden).holds);
  CHECK(adjoint(make_mixer<FourierMixer<NoPosition>>(), shape.hidden).holds);
  CHECK_FALSE(permutation(make_mixer<FourierMixer<NoPosition>>(), shape.hidden).holds);
}

TEMPLATE_TEST_CASE("an encoder of mixers has the gradients of differences, and more", "", WithLinear, WithFavor,
                   WithFourier) {
  check_spec(small_config<TestType>(2));
}

TEST_CASE("mixers take positions that only add to the embedding") {
  CHECK_FALSE(ActsOnScores<NoPosition>);
  CHECK_FALSE(ActsOnScores<LearnedPosition>);
  CHECK_FALSE(ActsOnScores<SinusoidalPosition>);
  CHECK_FALSE(ActsOnScores<ScaledSinusoidalPosition>);
  CHECK(ActsOnScores<Rope<>>);
  CHECK(ActsOnScores<XPos<>>);
  CHECK(ActsOnScores<GlobalLocal<Rope<>>>);
  CHECK(ActsOnScores<RelativePosition>);
  CHECK(ActsOnScores<T5Bias>);
  CHECK(ActsOnScores<Alibi>);
  CHECK(ActsOnScores<Fire>);
  CHECK(ActsOnScores<TransformerXlPosition>);
  CHECK(ActsOnScores<DisentangledPosition<LayerNorm>>);
}

TEST_CASE("constants of mixers are not parameters: Fourier mixing has none, and layers draw directions of their own") {
  ParameterLayout fourier;
  const FourierMixer<NoPosition> mixer(Builder(fourier), shape, {}, NoPosition(Builder(fourier), shape));
  CHECK(fourier.parameter_count() == 0);
  ParameterLayout favor;
  const Encoder<WithFavor> encoder(Builder(favor), small_config<WithFavor>(2));
  const auto direction = [&](std::size_t layer) {
    return favor[encoder.blocks[layer].attention.features.directions].constant(0, 0);
  };
  CHECK(direction(0) != direction(1));
  ParameterLayout layout;
  CHECK_THROWS_WITH(make_mixer<Favor<NoPosition>>({.features = {.features = -1}})(Builder(layout)),
                    ContainsSubstring("-1 features"));
}
