// SPDX-License-Identifier: Apache-2.0
// Shape, AlignedBuffer, Tensor, Arena, Workspace.
#include "catch.hpp"
#include "sanitizer.hpp"

#include <encore/backend/workspace.hpp>
#include <encore/core/tensor.hpp>

#include <map>
#include <random>

using namespace encore;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("a shape holds up to four extents and multiplies them") {
  CHECK(Shape{}.elements() == 1);
  CHECK(Shape{2, 3, 4}.elements() == 24);
  CHECK(Shape{5, 0}.elements() == 0);
  CHECK(Shape{0, std::int64_t{1} << 62, 8}.elements() == 0);
  CHECK(to_string(Shape{2, 384}) == "[2, 384]");
  CHECK(to_string(Shape{}) == "[]");
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK(Shape{2, 3} != Shape{2, 3, 1});
}

TEST_CASE("a shape refuses a fifth extent, a negative one, and more elements than can be counted") {
  CHECK_THROWS_MATCHES((Shape{1, 2, 3, 4, 5}), ShapeError, MessageMatches(ContainsSubstring("4 dimensions")));
  CHECK_THROWS_MATCHES((Shape{1, -2}), ShapeError, MessageMatches(ContainsSubstring("-2")));
  CHECK_THROWS_AS((Shape{std::int64_t{1} << 40, std::int64_t{1} << 40}.elements()), ShapeError);
}

TEST_CASE("a buffer is zero, aligned, and copied, moved and assigned by value") {
  AlignedBuffer<float> a(37);
  CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
  CHECK(std::count(a.begin(), a.end(), 0.0f) == 37);
  a[36] = 5;
  AlignedBuffer<float> copy(a);
  CHECK(copy[36] == 5);
  CHECK(copy.data() != a.data());
  AlignedBuffer<float>& self = a;
  a = self;
  CHECK(a[36] == 5);
  a = std::move(self);
  CHECK(a.size() == 37);
  CHECK(a[36] == 5);
  AlignedBuffer<float> moved(std::move(a));
  CHECK(a.empty());
  CHECK(a.data() == nullptr);
  CHECK(moved[36] == 5);
  a = copy;
  CHECK(a[36] == 5);
  copy = {};
  CHECK(copy.empty());
  AlignedBuffer<float> empty(0), other(empty);
  CHECK(other.data() == nullptr);
}

TEST_CASE("a buffer that cannot be had is a MemoryError that says how much was asked for") {
  const std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_MATCHES(AlignedBuffer<double>(most / 2), MemoryError,
                       MessageMatches(ContainsSubstring(std::to_string(most / 2))));
  CHECK_THROWS_AS(AlignedBuffer<double>(most), MemoryError);
  CHECK_THROWS_AS(AlignedBuffer<char>(most), MemoryError);
}

TEST_CASE("a workspace that cannot grow is a MemoryError, and can be had smaller") {
#if ENCORE_TEST_SANITIZED
  ENCORE_SKIP("a sanitizer stops the program at such a size");
#else
  const std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_AS(AlignedBuffer<char>(most / 4), MemoryError);
  Workspace workspace;
  workspace.reserve(100);
  CHECK_THROWS_AS(workspace.reserve(most / 4), MemoryError);
  workspace.reserve(200);
  CHECK(workspace.size() == 200);
#endif
}

TEST_CASE("a tensor knows its rows, and views of it their columns") {
  Tensor<int> t(Shape{2, 3, 4});
  CHECK(t.rows() == 2);
  CHECK(t.cols() == 12);
  t[1][5] = 7;
  CHECK(t.matrix()(1, 5) == 7);
  CHECK(t.matrix().columns(4, 3)(1, 1) == 7);
  CHECK(Tensor<int>().rows() == 0);
  CHECK(Tensor<int>().values().empty());
}

TEST_CASE("the arena never hands out a byte twice, joins what is given back, and ends empty") {
  for (const std::uint32_t seed : {1u, 2u, 3u}) {
    std::mt19937 random(seed);
    Arena arena;
    std::map<std::size_t, std::size_t> taken;  // offset -> bytes asked for
    std::size_t live = 0, highest = 0;
    auto rounded = [](std::size_t bytes) { return (bytes + 63) / 64 * 64; };
    for (int step = 0; step < 20000; ++step) {
      if (taken.empty() || random() % 100 < (step / 2000 % 2 ? 40 : 60)) {
        const std::size_t bytes = 1 + random() % (random() % 10 ? 1000 : 100000);
        const std::size_t offset = arena.take(bytes);
        REQUIRE(offset % 64 == 0);
        const auto next = taken.lower_bound(offset);
        if (next != taken.end()) REQUIRE(offset + bytes <= next->first);
        if (next != taken.begin()) REQUIRE(std::prev(next)->first + std::prev(next)->second <= offset);
        taken[offset] = bytes;
        live += rounded(bytes);
        highest = std::max(highest, offset + rounded(bytes));
      } else {
        const auto which = std::next(taken.begin(), std::ptrdiff_t(random() % taken.size()));
        arena.give(which->first, which->second);
        live -= rounded(which->second);
        taken.erase(which);
      }
      REQUIRE(arena.live() == live);
      REQUIRE(arena.peak() == highest);
    }
    for (const auto& [offset, bytes] : taken) arena.give(offset, bytes);
    CHECK(arena.live() == 0);
    CHECK(arena.take(1 << 20) == 0);  // all of it is one block again
  }
}

TEST_CASE("an arena whose end is free grows from there, not behind it") {
  Arena arena;
  const std::size_t kept = arena.take(64), end = arena.take(64);
  arena.give(end, 64);
  CHECK(arena.take(192) == end);
  CHECK(arena.peak() == 256);
  arena.give(kept, 64);
  arena.give(end, 192);
  CHECK(arena.take(320) == 0);
  CHECK(arena.peak() == 320);
}

TEST_CASE("an arena's free blocks are joined on both sides and used first") {
  Arena arena;
  const std::size_t a = arena.take(64), b = arena.take(64), c = arena.take(64), d = arena.take(64);
  arena.give(a, 64);
  arena.give(c, 64);
  arena.give(b, 64);
  CHECK(arena.take(192) == a);
  CHECK(arena.peak() == 256);
  arena.give(d, 64);
  CHECK(arena.take(64) == d);
  CHECK(arena.peak() == 256);
  CHECK(arena.take(0) == 0);
  arena.give(0, 0);
  CHECK(arena.live() == 256);
  arena.reset();
  CHECK(arena.live() == 0);
  CHECK(arena.peak() == 0);
}
