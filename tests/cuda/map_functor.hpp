// SPDX-License-Identifier: Apache-2.0
// A functor of the user's own in a recorded step: what map_functor.cu compiles for the GPU.
#pragma once

#include <encore/core/precision.hpp>
#include <encore/exec/record.hpp>

namespace cuda_test {

// One type per compiler: the two would make different kernels of the same name.
template <class Compiler>
struct Wave {
  template <class S>
  ENCORE_HD S operator()(S x, S y) const {
    return encore::tanh(x) * y + encore::sigmoid(y) * encore::exp(x) / S(3);
  }
};

// map(F, x, y) and the gradients of x and y for dz: each [rows, cols].
template <class F, class B>
std::vector<encore::Tensor<double>> run_map(encore::Context<B>& context,
                                            encore::MatrixView<const encore::scalar_t<B>> x,
                                            encore::MatrixView<const encore::scalar_t<B>> y,
                                            encore::MatrixView<const encore::scalar_t<B>> dz) {
  const encore::Parameters<B> none(context, std::make_shared<encore::ParameterLayout>(), encore::StoreKind::training);
  encore::Parameters<B> gradients = none.gradients(context);
  encore::Record<B> ex(context, none, encore::Segments({x.rows}), &gradients);
  std::vector<encore::Tensor<double>> results;
  const auto keep = [&](const auto& view) {
    encore::Tensor<double>& rows = results.emplace_back(encore::Shape{view.rows, view.cols});
    for (std::int64_t r = 0; r < view.rows; ++r)
      for (std::int64_t c = 0; c < view.cols; ++c) rows.matrix()(r, c) = double(view(r, c));
  };
  const auto first = ex.input(x);
  const auto second = ex.input(y);
  const auto z = ex.map(F{}, first, second);
  keep(ex.view(z));
  ex.backward(z, dz);
  keep(ex.gradient(first));
  keep(ex.gradient(second));
  return results;
}

// On a GPU, compiled by nvcc.
std::vector<encore::Tensor<double>> run_map_on_gpu(encore::Precision precision, encore::MatrixView<const float> x,
                                                   encore::MatrixView<const float> y,
                                                   encore::MatrixView<const float> dz);

}  // namespace cuda_test
