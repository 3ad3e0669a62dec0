// SPDX-License-Identifier: Apache-2.0
// What kernels share: vector loads, and sums over a warp or a block in one fixed order.
//
// A kernel is a function object over a `Block`: the threads of one block as that kernel's thread sees them. GpuBlock
// (gpu_block.cuh) is the hardware's; the tests run the same kernels on the CPU with one of their own, thread by thread.
#pragma once

#include <encore/backend/cuda/view.hpp>

namespace encore::cuda {

inline constexpr int warp_size = 32;

// n elements that are read and written at once; n * sizeof(T) is at most 16 or a multiple of it.
template <class T, int n>
struct alignas(n * sizeof(T) > 16 ? 16 : n * sizeof(T)) Pack {
  T values[n];
};

// Elements that one thread moves at once: 16 bytes of the narrower format, where strides and addresses allow it.
inline constexpr int vector_width = 8;

template <int n, class T>
ENCORE_DEVICE Pack<T, n> load_pack(const T* source) {
#if defined(__CUDA_ARCH__)
  return *reinterpret_cast<const Pack<T, n>*>(source);
#else
  Pack<T, n> pack;
  std::memcpy(&pack, source, sizeof pack);
  return pack;
#endif
}
template <int n, class T>
ENCORE_DEVICE void store_pack(T* target, const Pack<T, n>& pack) {
#if defined(__CUDA_ARCH__)
  *reinterpret_cast<Pack<T, n>*>(target) = pack;
#else
  std::memcpy(target, &pack, sizeof pack);
#endif
}
template <int n, class T>
ENCORE_DEVICE void load_floats(float (&values)[n], const T* source) {
  const Pack<T, n> pack = load_pack<n>(source);
  ENCORE_DEVICE_UNROLL
  for (int i = 0; i < n; ++i) values[i] = to_float(pack.values[i]);
}
template <int n, class T>
ENCORE_DEVICE void store_floats(T* target, const float (&values)[n]) {
  Pack<T, n> pack;
  ENCORE_DEVICE_UNROLL
  for (int i = 0; i < n; ++i) pack.values[i] = rounded<T>(values[i]);
  store_pack<n>(target, pack);
}

// Every lane gets the same bits: the tree is symmetric.
template <class Block>
ENCORE_DEVICE float warp_sum(Block& block, float value) {
  ENCORE_DEVICE_UNROLL
  for (int mask = warp_size / 2; mask > 0; mask /= 2) value += block.shuffle_xor(value, mask);
  return value;
}
template <class Block>
ENCORE_DEVICE float warp_max(Block& block, float value) {
  ENCORE_DEVICE_UNROLL
  for (int mask = warp_size / 2; mask > 0; mask /= 2) {
    const float other = block.shuffle_xor(value, mask);
    value = other > value ? other : value;
  }
  return value;
}

// Over all threads; `partial` is shared memory for one float a warp. Ends with the block in step.
template <bool maximum, class Block>
ENCORE_DEVICE float block_reduce(Block& block, float value, float* partial) {
  value = maximum ? warp_max(block, value) : warp_sum(block, value);
  if (block.lane() == 0) partial[block.warp()] = value;
  block.sync();
  float result = partial[0];
  for (int w = 1; w < block.threads() / warp_size; ++w)
    result = !maximum ? result + partial[w] : partial[w] > result ? partial[w] : result;
  block.sync();
  return result;
}

}  // namespace encore::cuda
