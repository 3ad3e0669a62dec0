// SPDX-License-Identifier: Apache-2.0
// A map functor that the library does not know, in a recorded step: on the emulator, and on a GPU from a .cu file.
#include "cuda/map_functor.hpp"

#include "catch.hpp"
#include "cuda/numbers.hpp"

using namespace cuda_test;

struct HostCompiler;

TEST_CASE("A functor of the user's own runs on Cuda, forward and backward", "[cuda][ops]") {
  const std::int64_t rows = 67, cols = 37;
  const auto exact = [&](std::uint64_t seed) { return short_normal<double>(rows, cols, seed); };
  const auto single = [&](std::uint64_t seed) { return short_normal<float>(rows, cols, seed); };
  const Tensor<double> x = exact(3), y = exact(4), dz = exact(6);
  const std::vector<Tensor<double>> expected =
      run_map<Wave<HostCompiler>>(lvalue(Context<Reference<double>>()), x.matrix(), y.matrix(), dz.matrix());
  const Tensor<float> fx = single(3), fy = single(4), fdz = single(6);
  // One rounding of the result, and in bfloat16 2^-9 relative, about 2e-3 by norms.
  for (const auto& [precision, bound] : {std::pair{Precision::f32, 1e-6}, std::pair{Precision::bf16, 4e-3}}) {
    const std::vector<Tensor<double>> mine =
        on_gpu() ? run_map_on_gpu(precision, fx.matrix(), fy.matrix(), fdz.matrix())
                 : run_map<Wave<HostCompiler>>(lvalue(cuda_context(precision)), fx.matrix(), fy.matrix(), fdz.matrix());
    REQUIRE(mine.size() == 3);
    for (std::size_t i = 0; i < mine.size(); ++i) {
      INFO(name_of(precision) << ", result " << i);
      CHECK(norm_error(mine[i], expected[i]) <= bound);
    }
  }
}
