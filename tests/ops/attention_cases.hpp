// SPDX-License-Identifier: Apache-2.0
// Every hook of the attention op, one by one and together, for the tests of values and of gradients.
#pragma once

#include "ops/op_fixture.hpp"

#include <encore/ops/attention.hpp>

namespace ops_test {

struct AttentionCase {
  std::string name;
  std::int64_t heads = 2, kv_heads = 2, head_size = 4;
  std::int64_t rotary = 0;  // 0: no RoPE
  bool interleaved = false;
  bool to_query = false, to_key = false, bias = false;  // rows by distance
  bool by_head = false;                                 // of their own for each head
  std::int64_t window = -1;
  double scale = 0.5;
  bool decay = false;  // of rotated columns, by distance
  double softcap = 0;
  bool sigmoid = false;
  bool sinks = false;
};

inline std::vector<AttentionCase> attention_cases() {
  return {
      {.name = "plain"},
      {.name = "one head of odd size", .heads = 1, .kv_heads = 1, .head_size = 5, .scale = 1},
      {.name = "four heads share two", .heads = 4, .kv_heads = 2, .head_size = 3},
      {.name = "three heads share one", .heads = 3, .kv_heads = 1},
      {.name = "RoPE, halves", .rotary = 4},
      {.name = "RoPE, interleaved", .rotary = 4, .interleaved = true},
      {.name = "RoPE of the first columns, halves", .heads = 1, .kv_heads = 1, .head_size = 6, .rotary = 4},
      {.name = "RoPE of the first columns, interleaved", .head_size = 5, .rotary = 2, .interleaved = true},
      {.name = "distances to queries", .to_query = true},
      {.name = "distances to keys", .to_key = true},
      {.name = "distances to both", .to_query = true, .to_key = true},
      {.name = "distances to both by head", .to_query = true, .to_key = true, .by_head = true},
      {.name = "bias", .bias = true},
      {.name = "distances and bias, shared heads",
       .heads = 4,
       .head_size = 3,
       .to_query = true,
       .to_key = true,
       .bias = true,
       .by_head = true},
      {.name = "window 0", .window = 0},
      {.name = "window 2", .window = 2},
      {.name = "window beyond the sequence", .window = 100},
      {.name = "decay, halves", .rotary = 4, .decay = true},
      {.name = "decay of the first columns, interleaved",
       .head_size = 5,
       .rotary = 2,
       .interleaved = true,
       .decay = true},
      {.name = "softcap", .softcap = 0.7},
      {.name = "softcap of scores with a bias", .bias = true, .softcap = 0.7},
      {.name = "sigmoids", .sigmoid = true},
      {.name = "capped sigmoids in a window", .window = 2, .softcap = 2, .sigmoid = true},
      {.name = "sinks", .sinks = true},
      {.name = "sinks, shared heads and a window", .heads = 4, .head_size = 3, .window = 1, .sinks = true},
      {.name = "all of them, sinks too",
       .heads = 4,
       .kv_heads = 2,
       .rotary = 4,
       .to_query = true,
       .to_key = true,
       .bias = true,
       .window = 3,
       .decay = true,
       .softcap = 1.5,
       .sinks = true},
      {.name = "all at once",
       .heads = 4,
       .kv_heads = 2,
       .rotary = 2,
       .to_query = true,
       .to_key = true,
       .bias = true,
       .window = 3},
  };
}

inline constexpr std::int64_t table_positions = 8;

inline double rope_angle(std::int64_t position, std::int64_t pair) {
  return double(position) * std::pow(100.0, -double(pair) / 2);
}

inline double decay_factor(std::int64_t distance, std::int64_t pair) {
  return std::pow(0.6 + 0.1 * double(pair), double(distance));
}

// Declares the tables a case needs and gives the op.
inline op::Attention declare(const AttentionCase& c, Bench& bench) {
  op::Attention op;
  op.spec.heads = c.heads;
  op.spec.kv_heads = c.kv_heads;
  op.spec.head_size = c.head_size;
  op.spec.scale = c.scale;
  op.spec.window = c.window;
  op.spec.rotary = c.rotary;
  op.spec.interleaved = c.interleaved;
  if (c.rotary) {
    op.spec.cosine = bench.root().constant("cosine", table_positions, c.rotary / 2,
                                           [](auto p, auto i) { return std::cos(rope_angle(p, i)); });
    op.spec.sine = bench.root().constant("sine", table_positions, c.rotary / 2,
                                         [](auto p, auto i) { return std::sin(rope_angle(p, i)); });
  }
  if (c.decay)
    op.spec.decay = bench.root().constant("decay", table_positions, c.rotary / 2,
                                          [](auto p, auto i) { return decay_factor(p, i); });
  op.spec.softcap = c.softcap;
  op.spec.weights = c.sigmoid ? AttentionWeights::sigmoid : AttentionWeights::softmax;
  op.has = {.to_query = c.to_query, .to_key = c.to_key, .bias = c.bias, .sinks = c.sinks};
  return op;
}

inline std::vector<Matrix> attention_inputs(const AttentionCase& c, std::int64_t tokens) {
  std::vector<Matrix> in{Matrix::normal(tokens, c.heads * c.head_size, 1),
                         Matrix::normal(tokens, c.kv_heads * c.head_size, 2),
                         Matrix::normal(tokens, c.kv_heads * c.head_size, 3)};
  const std::int64_t rows = 2 * table_positions - 1, width = (c.by_head ? c.heads : 1) * c.head_size;
  if (c.to_query) in.push_back(Matrix::normal(rows, width, 4));
  if (c.to_key) in.push_back(Matrix::normal(rows, width, 5));
  if (c.bias) in.push_back(Matrix::normal(rows, c.heads, 6));
  if (c.sinks) in.push_back(Matrix::normal(1, c.heads, 7));
  return in;
}

}  // namespace ops_test
