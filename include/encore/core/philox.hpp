// SPDX-License-Identifier: Apache-2.0
// Philox-4x32-10: random numbers as a pure function of (key, counter), so that a mask need not be stored and does not
// depend on threads. Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
#pragma once

#include <encore/config.hpp>

#include <cmath>
#include <cstdint>

namespace encore {

// Four random words. Not std::array: its members cannot be called on a GPU.
struct PhiloxBlock {
  std::uint32_t words[4];
  // Choices, not an address: a GPU has no address for a register.
  ENCORE_HD constexpr std::uint32_t operator[](std::uint64_t i) const {
    return i & 2 ? (i & 1 ? words[3] : words[2]) : (i & 1 ? words[1] : words[0]);
  }
  friend constexpr bool operator==(const PhiloxBlock&, const PhiloxBlock&) = default;
};

// Ten rounds over the counter under a 64-bit key.
ENCORE_HD constexpr PhiloxBlock philox(std::uint64_t key, std::uint64_t counter_high, std::uint64_t counter_low) {
  PhiloxBlock c{{std::uint32_t(counter_low), std::uint32_t(counter_low >> 32), std::uint32_t(counter_high),
                 std::uint32_t(counter_high >> 32)}};
  std::uint32_t k0 = std::uint32_t(key);
  std::uint32_t k1 = std::uint32_t(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c[2];
    c = {{std::uint32_t(p1 >> 32) ^ c[1] ^ k0, std::uint32_t(p1), std::uint32_t(p0 >> 32) ^ c[3] ^ k1,
          std::uint32_t(p0)}};
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return c;
}

// A stream of random numbers at (key, stream): element i is the same whoever asks, in whatever order.
struct RandomStream {
  std::uint64_t key = 0;
  std::uint64_t stream = 0;

  // 32 random bits, number i of the stream.
  ENCORE_HD constexpr std::uint32_t bits(std::uint64_t i) const { return philox(key, stream, i >> 2)[i & 3]; }
  // Uniform in [0, 1), 24 bits.
  ENCORE_HD constexpr float uniform(std::uint64_t i) const { return float(bits(i) >> 8) * 0x1p-24f; }
  // Standard normal by Box and Muller, in double.
  double normal(std::uint64_t i) const {
    const PhiloxBlock block = philox(key, stream, i);
    const double u = (double(block[0]) + 1.0) * 0x1p-32;
    const double v = double(block[1]) * 0x1p-32;
    return std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586 * v);
  }
};

// Mixes a step of a scope path (a name's hash, a layer's index) into a stream number.
constexpr std::uint64_t scope_hash(std::uint64_t parent, std::uint64_t step) {
  std::uint64_t h = parent ^ (step + 0x9E3779B97F4A7C15ull + (parent << 6) + (parent >> 2));
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9ull;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EBull;
  return h ^ (h >> 31);
}

}  // namespace encore
