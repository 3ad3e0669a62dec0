// SPDX-License-Identifier: Apache-2.0
// Attention of Cpu with every hook against the reference in double, on every instruction set; Infer equals Record.
#include "catch.hpp"
#include "exec/contexts.hpp"

using namespace exec_test;

namespace {

struct Case {
  std::string name;
  std::int64_t heads = 2, kv_heads = 2, head_size = 12;
  std::int64_t rotary = 0;
  bool interleaved = false;
  int relative = 0;  // rows by distance: 1 to queries, 2 to both, 3 to keys
  bool by_head = false;
  bool bias = false;
  std::int64_t window = -1;
  bool decay = false;
  double softcap = 0;
  bool sigmoid = false;
  bool sinks = false;
  bool scored = false;
};

// A function of scores with two numbers of each head.
struct Bent {
  template <class S>
  S operator()(S score, S distance, S a, S b) const {
    return encore::tanh(a * score) + score - b * b * encore::abs(distance) / (S(1) + encore::abs(distance - a));
  }
};

std::vector<Case> cases() {
  return {{.name = "2 heads of 12"},
          {.name = "3 heads of 5", .heads = 3, .kv_heads = 3, .head_size = 5},
          {.name = "5 heads of 7", .heads = 5, .kv_heads = 5, .head_size = 7},
          {.name = "a head of 64", .heads = 1, .kv_heads = 1, .head_size = 64},
          {.name = "a head of 35", .heads = 1, .kv_heads = 1, .head_size = 35},
          {.name = "4 heads share 2", .heads = 4},
          {.name = "3 heads share 1", .heads = 3, .kv_heads = 1},
          {.name = "RoPE", .rotary = 12},
          {.name = "RoPE, interleaved", .rotary = 12, .interleaved = true},
          {.name = "RoPE of a part", .head_size = 35, .rotary = 10},
          {.name = "RoPE of a part, interleaved", .head_size = 35, .rotary = 10, .interleaved = true},
          {.name = "relative key", .head_size = 7, .relative = 1},
          {.name = "relative key and query", .head_size = 30, .relative = 2},
          {.name = "relative query by head", .head_size = 9, .relative = 3, .by_head = true},
          {.name = "relative both by head, a bias", .head_size = 16, .relative = 2, .by_head = true, .bias = true},
          {.name = "bias", .heads = 3, .kv_heads = 3, .bias = true},
          {.name = "bias in a window", .bias = true, .window = 7},
          {.name = "window 0", .window = 0},
          {.name = "window 5", .window = 5},
          {.name = "window 100", .window = 100},
          {.name = "decay", .rotary = 12, .decay = true},
          {.name = "decay of a part, interleaved, in a window",
           .head_size = 35,
           .rotary = 10,
           .interleaved = true,
           .window = 40,
           .decay = true},
          {.name = "softcap", .heads = 3, .kv_heads = 3, .bias = true, .softcap = 0.7},
          {.name = "sigmoids", .head_size = 35, .sigmoid = true},
          {.name = "sigmoids in a window", .window = 5, .softcap = 2, .sigmoid = true},
          {.name = "sinks", .heads = 4, .sinks = true},
          {.name = "sinks in a window", .heads = 3, .kv_heads = 1, .window = 7, .sinks = true},
          {.name = "a function of scores", .heads = 3, .kv_heads = 3, .scored = true},
          {.name = "a function of scores, cap, bias and all, in a window",
           .heads = 4,
           .relative = 2,
           .bias = true,
           .window = 9,
           .softcap = 2,
           .sinks = true,
           .scored = true},
          {.name = "sigmoids of a function of scores", .head_size = 35, .sigmoid = true, .scored = true},
          {.name = "all of these",
           .heads = 4,
           .head_size = 10,
           .rotary = 4,
           .relative = 2,
           .window = 40,
           .decay = true,
           .softcap = 3,
           .sinks = true},
          {.name = "all", .heads = 4, .head_size = 10, .rotary = 4, .relative = 2, .window = 40}};
}

constexpr std::int64_t positions = 300;

struct Attention {
  Case how;
  AttentionSpec spec;
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  Segments segments;
  double deviation;

  Attention(const Case& c, const std::vector<std::int64_t>& lengths, double input_deviation)
      : segments(lengths), deviation(input_deviation) {
    spec.heads = c.heads;
    spec.kv_heads = c.kv_heads;
    spec.head_size = c.head_size;
    spec.scale = 1 / std::sqrt(double(c.head_size));
    spec.rotary = c.rotary;
    spec.interleaved = c.interleaved;
    spec.window = c.window;
    const Builder b(*layout);
    auto angle = [](std::int64_t p, std::int64_t i) { return double(p) * std::pow(100.0, -double(i) / 5); };
    if (c.rotary) {
      spec.cosine =
          b.constant("cosine", positions, c.rotary / 2, [angle](auto p, auto i) { return std::cos(angle(p, i)); });
      spec.sine =
          b.constant("sine", positions, c.rotary / 2, [angle](auto p, auto i) { return std::sin(angle(p, i)); });
    }
    if (c.decay)
      spec.decay = b.constant("decay", positions, c.rotary / 2,
                              [](auto p, auto i) { return std::pow((0.4 + double(i) / 8) / 1.4, double(p) / 64); });
    spec.softcap = c.softcap;
    if (c.sigmoid) spec.weights = AttentionWeights::sigmoid;
    how = c;
  }
  auto operator()(auto& ex) const {
    using S = typename std::remove_reference_t<decltype(ex)>::Scalar;
    const std::int64_t n = segments.tokens();
    const Tensor<S> queries = normal<S>(n, spec.heads * spec.head_size, 1, deviation),
                    keys = normal<S>(n, spec.kv_heads * spec.head_size, 2),
                    values = normal<S>(n, spec.kv_heads * spec.head_size, 3);
    auto q = ex.input(queries.matrix());
    auto k = ex.input(keys.matrix());
    auto v = ex.input(values.matrix());
    const std::int64_t width = (how.by_head ? spec.heads : 1) * spec.head_size;
    const Tensor<S> rows = normal<S>(2 * positions - 1, width, 4), others = normal<S>(2 * positions - 1, width, 5),
                    numbers = normal<S>(2 * positions - 1, spec.heads, 6), sinks = normal<S>(1, spec.heads, 7);
    AttentionDistances<decltype(q)> distances;
    if (how.relative == 1 || how.relative == 2) distances.to_query = ex.input(rows.matrix());
    if (how.relative == 2 || how.relative == 3) distances.to_key = ex.input(others.matrix());
    if (how.bias) distances.bias = ex.input(numbers.matrix());
    if (how.sinks) distances.sinks = ex.input(sinks.matrix());
    if (!how.scored) return ex.attention(spec, q, k, v, distances);
    const Tensor<S> of_heads = normal<S>(2, spec.heads, 8);
    return ex.attention(spec, q, k, v, distances, score_function<2>(Bent{}, ex.input(of_heads.matrix())));
  }
};

}  // namespace

TEST_CASE("attention of Cpu agrees with the reference in double, whatever the hook, and Infer equals Record") {
  for (const Case& c : cases()) {
    for (const std::vector<std::int64_t>& lengths :
         {std::vector<std::int64_t>{1}, {2}, {7}, {3, 1, 30, 65}, {200, 17}}) {
      const Attention attention(c, lengths, 1);
      Context<Reference<double>> oracle;
      const auto expected = in_record(oracle, random_parameters(oracle, attention.layout, StoreKind::training, 1),
                                      attention.segments, attention);
      for (const cpu::KernelTable* table : all_tables()) {
        for (const int threads : {1, 2}) {
          INFO(c.name << " on " << table->isa << ", " << attention.segments.tokens() << " tokens, " << threads
                      << " threads");
          auto context = cpu_context(*table, threads);
          const auto parameters = random_parameters(context, attention.layout, StoreKind::inference, 1);
          const auto found = in_infer(context, parameters, attention.segments, attention);
          const double error = relative_error(found, expected);
          CHECK(error < 2e-6);  // measured: at most 6.2e-7
          CHECK(different_bits(found, in_record(context, parameters, attention.segments, attention)) == "");
        }
      }
    }
  }
}

TEST_CASE("attention of Cpu stays finite for scores in the thousands, and agrees where the softmax is not a tie") {
  const Attention attention({.name = "sharp", .heads = 1, .kv_heads = 1, .head_size = 16}, {40}, 3000);
  Context<Reference<double>> oracle;
  const auto expected = in_record(oracle, random_parameters(oracle, attention.layout, StoreKind::training, 1),
                                  attention.segments, attention);
  for (const cpu::KernelTable* table : all_tables()) {
    INFO(table->isa);
    auto context = cpu_context(*table);
    const auto found = in_infer(context, random_parameters(context, attention.layout, StoreKind::inference, 1),
                                attention.segments, attention);
    CHECK(relative_error(found, expected) <
          1e-2);  // a score of 1e4 has lost four of float's seven digits: exp multiplies the rest
  }
}
