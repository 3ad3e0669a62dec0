// SPDX-License-Identifier: Apache-2.0
// A user's program that shows a tensor to Eigen.
#include <encore/core/tensor.hpp>
#include <encore/interop/eigen.hpp>

int main() {
  encore::Tensor<float> tensor(encore::Shape{2, 3});
  encore::as_eigen(tensor).setOnes();
  return encore::as_eigen(tensor).sum() == 6 ? 0 : 1;
}
