// SPDX-License-Identifier: Apache-2.0
// A user's own policies in a derived spec: forward only, and everything works.
#include "layers/assembled.hpp"

#include <encore/testing/policies.hpp>

using namespace layers_test;

namespace {

struct BaseSpec : Assembled<LayerNorm, PostNorm, LearnedPosition, Mlp> {};

// Position-wise feed-forward with a squared-ReLU gate (docs, "A layer is a description").
struct ReluSquaredGlu {
  Linear in, out;

  ReluSquaredGlu(Builder b, const ModelShape& shape)
      : in(b / "Wi", shape.hidden, 2 * shape.feed_forward_width()),
        out(b / "Wo", shape.feed_forward_width(), shape.hidden) {}
  auto operator()(auto& ex, const auto& x) const {
    auto [u, g] = ex.split(in(ex, x));
    return out(ex, ex.map(GatedSquare{}, u, g));
  }
  struct GatedSquare {
    template <class S>
    S operator()(S u, S g) const {
      const S r = encore::relu(g);
      return u * r * r;
    }
  };
};

// A norm without options: y = x / max(|x|, eps), a gain.
struct UnitNorm {
  op::Norm gain;
  UnitNorm(Builder b, std::int64_t width) {
    gain = {.kind = NormKind::rms, .gain = b.vector("weight", width, Init::ones), .eps = 0.1};
  }
  auto operator()(auto& ex, const auto& x) const { return ex.norm(gain, ex.l2_normalise(x)); }
  auto operator()(auto& ex, const auto& residual, const auto& x) const { return (*this)(ex, ex.add(residual, x)); }
};

// x + f(norm(x)) / 2, and no norm at the end.
struct HalfPlacement {
  static constexpr bool final_norm = false;
  struct Half {
    template <class S>
    S operator()(S x, S y) const {
      return x + y / S(2);
    }
  };
  template <class Norm>
  struct Sublayer {
    Norm norm;
    Sublayer(Builder b, const ModelShape& shape, const options_t<Norm>& options)
        : norm(construct<Norm>(b, shape.hidden, options)) {}
    auto operator()(auto& ex, const auto& x, auto&& f) const {
      auto normal = norm(ex, x);
      auto y = f(normal);
      return ex.map(Half{}, x, y);
    }
  };
};

// Learned positions of its own kind: two tables, summed.
struct TwoTables {
  struct Options {
    std::int64_t period = 3;
  };
  ParameterId whole, part;
  TwoTables(Builder b, const ModelShape& shape, const Options&)
      : whole(b.table("whole", shape.max_positions, shape.hidden)),
        part(b.table("part", shape.max_positions + 1, shape.hidden)) {}
  void add_to(op::Embed& embed, Indices positions) const {
    embed.add({whole, positions, 0});
    embed.add({part, positions, 1});
  }
};

// Every token gets the mean of its sequence's rows, mapped.
template <class Position>
struct Averaging {
  Linear out;
  Averaging(Builder b, const ModelShape& shape, const NoOptions&, const Position&)
      : out(b / "out", shape.hidden, shape.hidden) {}
  auto operator()(auto& ex, const auto& x) const {
    AttentionSpec even{.heads = 1, .kv_heads = 1, .head_size = x.cols(), .scale = 0};
    return out(ex, ex.attention(even, x, x, x));
  }
};

struct MySpec : BaseSpec {
  using Norm = UnitNorm;
  using Placement = HalfPlacement;
  using Position = TwoTables;
  using FeedForward = ReluSquaredGlu;
};

}  // namespace

TEST_CASE(
    "a derived spec with a user's norm, placement, position and feed-forward trains and infers like a built-in one") {
  Config<MySpec> config{
      .shape = {.vocabulary = 7, .hidden = 8, .layers = 2, .heads = 2, .intermediate = 5, .max_positions = 19},
      .norm = {},
      .position = {.period = 4},
      .attention = {},
      .feed_forward = {}};
  check_spec(config);
}

TEST_CASE("one line checks a user's layer, and one a policy of each kind") {
  using namespace encore::testing;
  const ModelShape shape{.hidden = 6, .intermediate = 7};
  CHECK(check_layer([&](Builder b) { return ReluSquaredGlu(b, shape); }, shape.hidden).failures() == "");
  CHECK(check_norm<UnitNorm>().failures() == "");
  CHECK(check_placement<HalfPlacement>().failures() == "");
  CHECK(check_position<TwoTables>({.period = 4}).failures() == "");
  CHECK(check_feed_forward<ReluSquaredGlu>().failures() == "");
  CHECK(check_attention<Averaging>().failures() == "");
  CHECK(check_embedding<ProjectedEmbedding>().failures() == "");
  CHECK(check_stack<SharedPattern>({.order = {0, 1, 0}}).failures() == "");
  CHECK(check_block<ConvolvedBlock>(ConvolutionOptions{.width = 3}).failures() == "");
}

TEST_CASE("a parameter's name is its place in the tree, and a spec's are all different") {
  ParameterLayout layout;
  const Encoder<MySpec> encoder(
      Builder(layout),
      {.shape = {.vocabulary = 7, .hidden = 8, .layers = 2, .heads = 2, .intermediate = 5, .max_positions = 19},
       .norm = {},
       .position = {},
       .attention = {},
       .feed_forward = {}});
  std::vector<std::string> names;
  for (const ParameterSpec& spec : layout)
    for (const ParameterSection& section : spec.sections) names.push_back(section.name);
  for (const char* name :
       {"embedding.word.weight", "position.whole", "layers.0.attention.query.weight", "layers.1.attention.value.bias",
        "layers.1.feed_forward.Wi.weight", "layers.0.attention_norm.weight"})
    CHECK(std::count(names.begin(), names.end(), name) == 1);
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}
