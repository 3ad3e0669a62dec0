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
  int relative = 0;  // 1: to queries, 2: to keys too
  std::int64_t window = -1;
  double scale = 0.5;
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
      {.name = "relative key", .relative = 1},
      {.name = "relative key and query", .relative = 2},
      {.name = "window 0", .window = 0},
      {.name = "window 2", .window = 2},
      {.name = "window beyond the sequence", .window = 100},
      {.name = "all at once", .heads = 4, .kv_heads = 2, .rotary = 2, .relative = 2, .window = 3},
  };
}

inline constexpr std::int64_t table_positions = 8;

inline double rope_angle(std::int64_t position, std::int64_t pair) {
  return double(position) * std::pow(100.0, -double(pair) / 2);
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
  if (c.relative) {
    op.spec.relative = bench.root().table("relative", 2 * table_positions - 1, c.head_size);
    op.spec.relative_to_key = c.relative == 2;
  }
  return op;
}

inline std::vector<Matrix> attention_inputs(const AttentionCase& c, std::int64_t tokens) {
  return {Matrix::normal(tokens, c.heads * c.head_size, 1), Matrix::normal(tokens, c.kv_heads * c.head_size, 2),
          Matrix::normal(tokens, c.kv_heads * c.head_size, 3)};
}

}  // namespace ops_test
