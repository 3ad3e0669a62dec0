// budget: 400 MB
// What a user pays for maps between the library and Eigen.
#include <encore/interop/eigen.hpp>

float sum(const encore::Tensor<float>& vectors) { return encore::as_eigen(vectors).sum(); }
