// SPDX-License-Identifier: Apache-2.0
#include "cuda/map_functor.hpp"

#include <encore/backend/cuda.cuh>

namespace cuda_test {

struct Nvcc;

std::vector<encore::Tensor<double>> run_map_on_gpu(encore::Precision precision, encore::MatrixView<const float> x,
                                                   encore::MatrixView<const float> y,
                                                   encore::MatrixView<const float> dz) {
  encore::Context<encore::Cuda> context({.precision = precision});
  return run_map<Wave<Nvcc>>(context, x, y, dz);
}

}  // namespace cuda_test
