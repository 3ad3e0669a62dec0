// SPDX-License-Identifier: Apache-2.0
// Handles: copies, moves, operands used twice, memory given back.
#include "exec/products.hpp"

using namespace exec_test;

TEST_CASE("rows that are not numbers are an error, in what is expected too") {
  const Tensor<float> good = normal<float>(3, 2, 1);
  for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    for (const std::size_t place : {0U, 5U}) {
      Tensor<float> bad = good;
      bad.values()[place] = wrong;
      CHECK(std::isinf(relative_error(bad, good)));
      CHECK_THROWS_AS(relative_error(good, bad), std::logic_error);
    }
  CHECK(relative_error(good, good) == 0);
}

TEST_CASE("a product may be both operands of an op") {
  const Products s;
  check_everywhere(s, [&](auto& ex) {
    auto h = ex.linear(ex.input(s.x.matrix()), s.w, s.b);
    return ex.add(h, h);
  });
  check_everywhere(s, [&](auto& ex) {
    auto h = ex.linear(ex.input(s.x.matrix()), s.w, s.b);
    return ex.residual_norm(op::Norm{.kind = NormKind::rms, .eps = 1e-6}, h, h);
  });
  check_everywhere(s, [&](auto& ex) {
    auto h = ex.linear(ex.input(s.x.matrix()), s.w, s.b);
    return ex.gate(Activation::silu, h, h);
  });
}

TEST_CASE("a product that has been absorbed can still be used") {
  const Products s;
  check_everywhere(s, [&](auto& ex) {
    auto h = ex.linear(ex.input(s.x.matrix()), s.w, s.b);
    auto active = ex.activate(Activation::gelu_erf, h);
    auto sum = ex.add(active, h);
    return ex.add(sum, h);
  });
}

TEST_CASE("both summands may be products") {
  const Products s;
  check_everywhere(s, [&](auto& ex) {
    auto x = ex.input(s.x.matrix());
    auto a = ex.linear(x, s.w, s.b);
    auto b = ex.linear(x, s.w);
    return ex.add(a, b);
  });
}

TEST_CASE("handles are copied, moved and assigned, to themselves too") {
  const Products s;
  check_everywhere(s, [&](auto& ex) {
    auto x = ex.input(s.x.matrix());
    auto h = ex.linear(x, s.w);
    auto copy = h;
    auto& same = copy;
    copy = same;
    auto moved = std::move(copy);
    decltype(moved) empty;
    copy = empty;
    empty = moved;
    h = ex.add(h, empty);
    auto& self = h;
    h = std::move(self);
    x = {};
    moved = h;
    return ex.add(moved, h);
  });
}

TEST_CASE("memory is given back with the last handle, and the rows of a value stay while one lives") {
  const Products s;
  Context<Reference<float>> context;
  const auto parameters = random_parameters(context, s.layout, StoreKind::inference, 1);
  infer(context, parameters, s.segments, {}, [&](auto& ex) {
    auto x = ex.input(s.x.matrix());
    const std::size_t one = context.workspace().arena.live();
    {
      auto y = ex.activate(Activation::tanh, x);
      CHECK(context.workspace().arena.live() == 2 * one);
      auto [left, right] = ex.split(y);
      y = {};
      left = {};
      CHECK(context.workspace().arena.live() == 2 * one);  // one part holds the whole
      if constexpr (std::remove_reference_t<decltype(ex)>::computing)
        CHECK(ex.view(right)(3, 2) == std::tanh(s.x.matrix()(3, 5)));
    }
    CHECK(context.workspace().arena.live() == one);
    const auto deferred = ex.linear(x, s.w);
    CHECK(context.workspace().arena.live() == one);  // nothing computed yet
    x = {};
    CHECK(context.workspace().arena.live() == one);  // but its operand is needed
  });
  CHECK(context.workspace().arena.live() == 0);
}
