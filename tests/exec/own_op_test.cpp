// SPDX-License-Identifier: Apache-2.0
// An op of a user's own runs where the vocabulary's do; what it leaves out is refused where it is asked for.
#include "catch.hpp"
#include "exec/contexts.hpp"

#include <encore/testing/gradient_check.hpp>

using namespace exec_test;
using Catch::Matchers::ContainsSubstring;

namespace {

// y[n] = x of the same sequence's tokens in reverse.
struct Reverse {
  static constexpr const char* name = "reverse";
  template <class B>
  Extent output(const op::Env<B>& env, std::span<const Extent> in) const {
    if (in[0].rows != env.segments.tokens())
      op::shape_error(name, in[0], {env.segments.tokens(), in[0].cols}, "rows are not the tokens");
    return in[0];
  }
  template <class B>
  void forward(const op::Env<B>& env, std::span<const op::In<B>> in, op::Out<B> y, op::Out<B>, std::byte*) const {
    for (std::int64_t s = 0; s < env.segments.count(); ++s)
      for (std::int64_t i = 0; i < env.segments.length(s); ++i)
        std::copy_n(in[0].row(env.segments.end(s) - 1 - i), y.cols, y.row(env.segments.begin(s) + i));
  }
};
struct ReverseWithGradient : Reverse {
  template <class B>
  void backward(const op::Env<B>& env, std::span<const op::In<B>>, op::In<B>, op::In<B>, op::In<B> dy,
                std::span<const op::Out<B>> dx) const {
    if (dx[0].data) forward<B>(env, std::span(&dy, 1), dx[0], {}, nullptr);
  }
};

template <class B>
std::vector<double> reversed(Context<B>& context) {
  const Parameters<B> parameters(context, std::make_shared<ParameterLayout>(), StoreKind::inference);
  const std::array<scalar_t<B>, 6> x{1, 2, 3, 4, 5, 6};
  std::vector<double> y;
  infer(context, parameters, Segments({2, 1}), {}, [&](auto& ex) {
    const auto rows = ex.view(ex.op(Reverse{}, ex.input({x.data(), 3, 2, 2})));
    if constexpr (std::remove_reference_t<decltype(ex)>::computing)
      for (std::int64_t n = 0; n < 3; ++n)
        for (std::int64_t c = 0; c < 2; ++c) y.push_back(double(rows(n, c)));
  });
  return y;
}

}  // namespace

TEST_CASE("an op of one's own runs on the reference backend and on the CPU") {
  const std::vector<double> expected{3, 4, 1, 2, 5, 6};
  CHECK(reversed(lvalue(Context<Reference<double>>{})) == expected);
  CHECK(reversed(lvalue(Context<Cpu>{})) == expected);
}

TEST_CASE("the gradient of an op of one's own is checked in one line") {
  CHECK(testing::check_op_gradients(ReverseWithGradient{}, {}, 3).worst() < 1e-10);
}

TEST_CASE("a gradient that comes to an op without a backward is refused by name") {
  Context<Reference<double>> context;
  const Parameters<Reference<double>> parameters(context, std::make_shared<ParameterLayout>(), StoreKind::training);
  const Segments segments({1});
  Check ex(context, parameters, segments, nullptr);
  const double one = 1;
  const auto y = ex.op(Reverse{}, ex.input({&one, 1, 1, 1}));
  CHECK_THROWS_WITH(ex.backward(y, {&one, 1, 1, 1}), ContainsSubstring("reverse: the op has no backward"));
}
