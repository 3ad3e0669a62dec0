// SPDX-License-Identifier: Apache-2.0
// Hook S: a user's function of scores with learned numbers of each head, as a position policy.
#include "layers/assembled.hpp"

#include <encore/layers/parameter_row.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/initialise.hpp>
#include <encore/testing/policies.hpp>

using namespace layers_test;

namespace {

// Scores lose slope |i - j|, a slope of each head. Press, Smith & Lewis 2022 (ALiBi), learned.
struct LearnedSlopes {
  ParameterId slopes;
  LearnedSlopes(Builder b, const ModelShape& shape) : slopes(b.table("slope", 1, shape.heads, Init::ones, 0.3)) {}
  auto score(auto& ex) const {
    return score_function<1>(
        [](auto score, auto distance, auto slope) { return score - slope * encore::abs(distance); },
        parameter_rows<1>(ex, slopes));
  }
};

// In a part of each layer, with two numbers of a head.
struct BentByLayer {
  struct Options {};
  BentByLayer(Builder, const ModelShape&, const Options&) {}
  struct Layer {
    ParameterId numbers;  // of two heads
    Layer(Builder b, const BentByLayer&) : numbers(b.table("bend", 2, 2, Init::normal)) {}
    auto score(auto& ex) const {
      return score_function<2>(
          [](auto score, auto distance, auto a, auto b) { return score * (1.0f + a * a) + encore::tanh(b * distance); },
          parameter_rows<2>(ex, numbers));
    }
  };
};
// Without numbers: what comes later counts less.
struct Backwards {
  Backwards(Builder, const ModelShape&) {}
  auto score(auto&) const {
    return score_function([](auto score, auto distance) { return score - 0.5f * encore::relu(-distance); });
  }
};

template <class Position>
struct ScoredSpec : Assembled<LayerNorm, PostNorm, Position, Mlp> {};

template <class Position>
Config<ScoredSpec<Position>> config() {
  return {.shape = {.vocabulary = 7, .hidden = 8, .layers = 2, .heads = 2, .intermediate = 5, .max_positions = 19}};
}

}  // namespace

TEST_CASE("an encoder whose position is a function of scores trains and infers like a built-in one") {
  check_spec(config<LearnedSlopes>());
  check_spec(config<BentByLayer>());
  check_spec(config<Backwards>());
}

TEST_CASE("the one-line check of position policies sees functions of scores") {
  CHECK(encore::testing::check_position<LearnedSlopes>().failures() == "");
  CHECK(encore::testing::check_position<BentByLayer>().failures() == "");
}

TEST_CASE("ALiBi by a function of scores and by rows of a bias are one model") {
  const Batch batch = encore::testing::numbered_batch({1, 9, 4}, 7);
  Context<Reference<double>> exact;
  const EncoderModel by_function(config<LearnedSlopes>());
  const EncoderModel by_rows(config<Alibi>());
  auto numbers = initialise(exact, by_function, {.seed = 1, .deviation = 0.5});
  const auto slopes = by_function.encoder().position.slopes;
  numbers.fill(exact, slopes, [](std::span<double> of_heads) {
    for (std::size_t h = 0; h < of_heads.size(); ++h)
      of_heads[h] = std::exp2(-8.0 * double(h + 1) / double(of_heads.size()));
  });
  const auto found = encore::testing::run_infer(exact, numbers, batch, by_function.encoder());
  const auto expected = encore::testing::run_infer(exact, initialise(exact, by_rows, {.seed = 1, .deviation = 0.5}),
                                                   batch, by_rows.encoder());
  CHECK(encore::testing::relative_difference(found.values(), expected.values()) < 1e-14);
}
