// SPDX-License-Identifier: Apache-2.0
// What the kernel tests share: every table this machine has, arrays that end at a page the process may not touch, and
// deterministic numbers. Micro-kernels are asm, which no sanitizer sees; the page does.
#pragma once

#include "expected_number.hpp"
#include "instruction_sets.hpp"

#include <encore/backend/cpu/kernel_table.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <new>
#include <random>
#include <vector>

namespace kernels_test {

using encore::Activation;
using encore::cpu::index;
using encore::cpu::KernelTable;
using instruction_sets::all_tables;

// n floats whose last one ends at an inaccessible page; the first is aligned only as n allows. `poison` fills them.
class GuardedFloats {
 public:
  explicit GuardedFloats(index n, float value = 0) : size_(n) {
    const std::size_t page = std::size_t(sysconf(_SC_PAGESIZE)), bytes = std::size_t(n) * sizeof(float);
    const std::size_t body = (bytes + page - 1) / page * page;
    mapped_ = body + page;
    base_ = static_cast<char*>(mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base_ == MAP_FAILED || mprotect(base_ + body, page, PROT_NONE) != 0) throw std::bad_alloc();
    data_ = reinterpret_cast<float*>(base_ + body - bytes);
    for (index i = 0; i < n; ++i) data_[i] = value;
  }
  GuardedFloats(const GuardedFloats&) = delete;
  GuardedFloats& operator=(const GuardedFloats&) = delete;
  ~GuardedFloats() { munmap(base_, mapped_); }

  float* data() { return data_; }
  const float* data() const { return data_; }
  index size() const { return size_; }
  float& operator[](index i) { return data_[i]; }
  const float& operator[](index i) const { return data_[i]; }

 private:
  char* base_ = nullptr;
  float* data_ = nullptr;
  std::size_t mapped_ = 0;
  index size_;
};

inline void fill_normal(float* x, index n, std::uint32_t seed, float deviation = 1) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0, deviation);
  for (index i = 0; i < n; ++i) x[i] = normal(engine);
}

inline const float* filled(GuardedFloats& x, std::uint32_t seed, float deviation = 1) {
  fill_normal(x.data(), x.size(), seed, deviation);
  return x.data();
}

inline bool same_bits(float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0; }
inline bool same_bits(const float* a, const float* b, index n) {
  return std::memcmp(a, b, std::size_t(n) * sizeof(float)) == 0;
}

// A value no kernel produces: what was not written still has it.
inline const float poison = -1.2345678e33f;

// The packed form of w [n, k], 64-byte aligned.
struct Packed {
  Packed(const KernelTable& table, const float* w, index ldw, index n, index k)
      : floats(std::size_t(table.packed_size(n, k)) + 16) {
    data = floats.data();
    while (reinterpret_cast<std::uintptr_t>(data) % 64 != 0) ++data;
    table.pack_weights(w, ldw, n, k, data);
  }
  std::vector<float> floats;
  float* data;
};

// Relative L2 distance of a to the double-precision b.
inline double relative_error(const float* a, const std::vector<double>& b) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    difference += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
    norm += expected_number(b[i]) * b[i];
  }
  return norm > 0 ? std::sqrt(difference / norm) : std::sqrt(difference);
}

}  // namespace kernels_test
