// SPDX-License-Identifier: Apache-2.0
// Every policy of the library, by kind, and the numbers it is checked with. A new one is a name in its list; where the
// numbers it has by itself will not do, an overload of `numbers` below. scripts/pairwise reads the lists.
#pragma once

#include <encore/layers.hpp>

#include <algorithm>
#include <type_traits>
#include <vector>

namespace policies_test {

using namespace encore;

template <class... Policies>
struct Types {};
template <template <class> class... Policies>
struct Templates {};

// One parameter where the library's has two: only an alias is a template of one class everywhere.
template <class Norm>
using WordEmbedding = TokenEmbedding<Norm>;
template <class Position>
using EluAttention = LinearAttention<Position, EluFeatures>;
template <class Position>
using Performer = LinearAttention<Position, FavorFeatures>;

// The first of each kind is the usual one: what other kinds are checked with.
using Norms = Types<LayerNorm, RmsNorm, NoNorm, ScaleNorm, DynamicTanh, UnitOffset<LayerNorm>>;
using Placements =
    Types<PostNorm, PreNorm, PreNormAfterFirst, SandwichNorm, DeepNorm, LayerScale, ReZero, StochasticDepth<PreNorm>>;
using Positions = Types<NoPosition, LearnedPosition, SinusoidalPosition, ScaledSinusoidalPosition, Rope<>,
                        Rope<Pairs::interleaved>, DynamicRope<>, XPos<>, GlobalLocal<Rope<>>, RelativePosition,
                        TransformerXlPosition, T5Bias, Alibi, Kerple, Fire, DisentangledPosition<LayerNorm>>;
using Attentions = Templates<MultiHeadAttention, DisentangledAttention, EluAttention, Performer, FourierMixer>;
using FeedForwards = Types<Mlp, Glu<>, Glu<Gate::second>>;
using Embeddings = Templates<WordEmbedding, FactorisedEmbedding, ProjectedEmbedding, TrigramEmbedding>;
using Stacks = Types<Repeat, SharedGroups, SharedPattern>;
using ParallelFirst = FirstLayers<ParallelBlock>;
using Blocks = Templates<EncoderBlock, ParallelBlock, ConvolvedBlock, BottleneckBlock, ParallelFirst::Block>;

// Stand for a policy where a function is chosen by it.
template <class Policy>
struct Type {};
template <template <class> class Policy>
struct Template {};

// What a position and an attention are checked with where the usual will not do.
Template<MultiHeadAttention> attention_for(auto) { return {}; }
template <class Norm>
Template<DisentangledAttention> attention_for(Type<DisentangledPosition<Norm>>) {
  return {};
}
Type<NoPosition> position_for(auto) { return {}; }
inline Type<DisentangledPosition<LayerNorm>> position_for(Template<DisentangledAttention>) { return {}; }

// What a block's Spec::BlockOptions is.
NoOptions block_options(auto);
ConvolutionOptions block_options(Template<ConvolvedBlock>);
BottleneckOptions block_options(Template<BottleneckBlock>);
FirstLayersOptions block_options(Template<ParallelFirst::Block>);

// How many sets of numbers a policy is checked with alone. Combinations take the first, number 0.
constexpr int variants(auto) { return 1; }
constexpr int variants(Type<SinusoidalPosition>) { return 2; }
constexpr int variants(Type<Rope<>>) { return 6; }
constexpr int variants(Type<Rope<Pairs::interleaved>>) { return 2; }
constexpr int variants(Type<RelativePosition>) { return 2; }
constexpr int variants(Type<Repeat>) { return 2; }
constexpr int variants(Type<SharedGroups>) { return 2; }
constexpr int variants(Type<SharedPattern>) { return 2; }
constexpr int variants(Template<MultiHeadAttention>) { return 6; }
constexpr int variants(Template<DisentangledAttention>) { return 3; }

// Sets them in a config whose shape is small already (combination.hpp): odd, and eps large, so that a wrong place of it
// shows. Number 0 has few layers: without norms numbers grow from layer to layer, and differences lose their digits.
void numbers(auto, int, auto&) {}

void numbers(Type<LayerNorm>, int, auto& config) { config.norm.eps = 0.01; }
void numbers(Type<RmsNorm>, int, auto& config) { config.norm.eps = 0.01; }
void numbers(Type<ScaleNorm>, int, auto& config) { config.norm.eps = 0.01; }
void numbers(Type<UnitOffset<LayerNorm>>, int, auto& config) { config.norm.eps = 0.01; }

void numbers(Type<StochasticDepth<PreNorm>>, int, auto& config) { config.shape.stochastic_depth = 0.25; }

void numbers(Type<SinusoidalPosition>, int variant, auto& config) {
  config.position.layout = variant == 1 ? Sinusoids::halves : Sinusoids::interleaved;
}
void numbers(Type<DynamicRope<>>, int, auto& config) {
  config.position.factor = 2;
  config.position.trained_positions = 4;
}
void numbers(Type<XPos<>>, int, auto& config) { config.position.scale_base = 4; }
void numbers(Type<Fire>, int, auto& config) { config.position.threshold = 4; }
void numbers(Type<LearnedPosition>, int, auto& config) { config.position.padding = 1; }
template <Pairs pairs>
void numbers(Type<Rope<pairs>>, int variant, auto& config) {
  config.position.rotary = variant == 1 ? 2 : 0;
  config.position.rotates_values = variant == 1;
  using enum RopeScalingKind;
  constexpr RopeScalingKind kinds[] = {none, none, linear, ntk, yarn, llama3};
  if (kinds[variant] != none) config.position.scaling = {.kind = kinds[variant], .factor = 4, .trained_positions = 5};
}
void numbers(Type<GlobalLocal<Rope<>>>, int, auto& config) {
  config.shape.layers = 2;
  config.position.window = 1;
  config.position.is_local = {false, true};
}
void numbers(Type<RelativePosition>, int variant, auto& config) {
  config.position.terms = variant == 1 ? RelativeTerms::key : RelativeTerms::key_and_query;
}
void numbers(Type<T5Bias>, int, auto& config) {
  config.position.buckets = 8;
  config.position.furthest = 16;
}
void numbers(Type<DisentangledPosition<LayerNorm>>, int, auto& config) {
  config.position.buckets = 4;
  config.position.furthest = 8;
  config.position.normed = config.position.absolute = true;
  config.position.norm.eps = 0.01;
}

void numbers(Template<MultiHeadAttention>, int variant, auto& config) {
  config.attention.bias = variant == 1 ? Bias::no : Bias::yes;
  config.attention.window = variant == 1 ? 1 : -1;
  config.attention.kv_heads = variant == 0 ? 0 : 1;  // 0: as many as heads
  if (variant == 3) {
    config.attention.softcap = 0.5;
    config.attention.sink = Sink::learned;
    config.attention.head_norm = HeadNormKind::rms;
    config.attention.gate = OutputGate::elementwise;
  } else if (variant == 4) {
    config.attention.weights = AttentionWeights::sigmoid;
    config.attention.head_norm = HeadNormKind::layer;
    config.attention.gate = OutputGate::by_head;
  } else if (variant == 5) {
    config.shape.layers = 2;
    config.attention.sink = Sink::zero;
    config.attention.value_residual = true;
  }
}
void numbers(Template<Performer>, int, auto& config) { config.attention.features.features = 5; }
void numbers(Template<DisentangledAttention>, int variant, auto& config) {
  config.attention.shared_key = variant == 1;
  config.attention.to_position = variant == 2;
}

template <Gate gate>
void numbers(Type<Glu<gate>>, int, auto& config) {
  config.feed_forward.activation = Activation::silu;
  config.feed_forward.bias = Bias::yes;
}

void numbers(Template<FactorisedEmbedding>, int, auto& config) { config.shape.embedding = 3; }
void numbers(Template<ProjectedEmbedding>, int, auto& config) { config.shape.embedding = 5; }
void numbers(Template<TrigramEmbedding>, int, auto& config) {
  // The positions' table has the hidden width here, which only learned ones can be told.
  if constexpr (requires { config.position.width; }) {
    config.shape.embedding = 3;
    config.position.width = config.shape.hidden;
  }
}

void numbers(Type<Repeat>, int variant, auto& config) {
  if (variant == 1) config.shape.layers = 2;
}
void numbers(Type<SharedGroups>, int variant, auto& config) {
  config.shape.layers = 1 + variant;  // the inner blocks double it
  config.stack = {.groups = 1 + variant, .inner = 2};
}
void numbers(Type<SharedPattern>, int variant, auto& config) {
  config.stack.order = variant == 1 ? std::vector<std::int64_t>{0, 1, 0} : std::vector<std::int64_t>{0, 0};
  config.shape.layers = std::int64_t(config.stack.order.size());
}

void numbers(Template<ConvolvedBlock>, int, auto& config) { config.block.width = 3; }
void numbers(Template<ParallelFirst::Block>, int, auto& config) {
  config.shape.layers = std::max<std::int64_t>(config.shape.layers, 2);
}
void numbers(Template<BottleneckBlock>, int, auto& config) {
  config.shape.head = 2;
  config.block.width = 4;
  config.block.feed_forwards = 2;
}

// What a position policy promises of scores; by itself, that it leaves them alone.
struct Promise {
  bool shift = true;       // they depend on i - j only
  bool reflection = true;  // on |i - j| only
};
constexpr Promise promise(auto) { return {}; }
constexpr Promise promise(Type<RelativePosition>) { return {.reflection = false}; }
constexpr Promise promise(Type<TransformerXlPosition>) { return {.reflection = false}; }
constexpr Promise promise(Type<T5Bias>) { return {.reflection = false}; }

// Whether tokens in another order give the same rows in that order, without positions.
constexpr bool permutes(auto) { return true; }
constexpr bool permutes(Template<DisentangledAttention>) { return false; }
constexpr bool permutes(Template<FourierMixer>) { return false; }
constexpr bool permutes(Template<TrigramEmbedding>) { return false; }
constexpr bool permutes(Template<ConvolvedBlock>) { return false; }

}  // namespace policies_test
