// SPDX-License-Identifier: Apache-2.0
// Elementwise kernels over blocks of rows: activate, gate, add.
#pragma once

#include <encore/backend/cpu/kernels/lanes.hpp>

namespace encore::cpu::kernels {

// y = f(x) or f(x, g) on every element. The last columns go through the same vector code, padded.
template <InstructionSet I, class F>
ENCORE_ALWAYS_INLINE void map_rows(const MapTask& t, F f) {
  const index whole = t.cols / I::lanes * I::lanes, rest = t.cols - whole;
  for (index r = 0; r < t.rows; ++r) {
    const float* x = t.x + r * t.ldx;
    const float* g = t.g ? t.g + r * t.ldg : x;
    float* y = t.y + r * t.ldy;
    for (index j = 0; j < whole; j += I::lanes) I::store(y + j, f(I::load(x + j), I::load(g + j)));
    if (rest) I::store_first(y + whole, f(I::load_first(x + whole, rest), I::load_first(g + whole, rest)), rest);
  }
}

template <InstructionSet I, class Function>
ENCORE_NOINLINE void activate_as(const MapTask& t) {
  using Vec = typename I::Vec;
  map_rows<I>(t, [](Vec x, Vec) ENCORE_LAMBDA_INLINE { return activation_of<I, Function>(x); });
}

template <InstructionSet I, class Function>
ENCORE_NOINLINE void gate_as(const MapTask& t) {
  using Vec = typename I::Vec;
  map_rows<I>(t, [](Vec x, Vec g) ENCORE_LAMBDA_INLINE { return activation_of<I, Function>(x) * g; });
}

// y = residual + activation(y), the second half of the GEMM epilogue; same bits as `activate` and `add`.
template <InstructionSet I, class Function>
ENCORE_NOINLINE void activate_and_add_as(const MapTask& t) {
  using Vec = typename I::Vec;
  map_rows<I>(t, [](Vec x, Vec g) ENCORE_LAMBDA_INLINE { return g + activation_of<I, Function>(x); });
}

template <InstructionSet I>
void activate(const MapTask& t) {
  with_activation(t.activation, [&]<class Function>(Function) { activate_as<I, Function>(t); });
}

template <InstructionSet I>
void gate(const MapTask& t) {
  with_activation(t.activation, [&]<class Function>(Function) { gate_as<I, Function>(t); });
}

template <InstructionSet I>
void activate_and_add(const MapTask& t) {
  with_activation(t.activation, [&]<class Function>(Function) { activate_and_add_as<I, Function>(t); });
}

template <InstructionSet I>
void add(const MapTask& t) {
  using Vec = typename I::Vec;
  map_rows<I>(t, [](Vec x, Vec g) ENCORE_LAMBDA_INLINE { return x + g; });
}

}  // namespace encore::cpu::kernels
