// expect: encore: this backend keeps parameters in a memory of its own; Parameters::values copies them
#include <encore/backend/cuda.hpp>
#include <encore/interop/eigen.hpp>

auto rows(const encore::Parameters<encore::Cuda>& parameters) {
  return encore::as_eigen(parameters, encore::ParameterId{0}).rows();
}
