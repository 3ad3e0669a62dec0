// SPDX-License-Identifier: Apache-2.0
// Errors of the CUDA runtime and of cuBLASLt as exceptions.
#pragma once

#include <encore/core/error.hpp>

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <string>

namespace encore::cuda {

// A call to the CUDA runtime or to cuBLASLt failed: names the call and the reason. After an illegal access every later
// call fails with it: the process cannot use the GPU any more.
class CudaError : public Error {
 public:
  using Error::Error;
};

inline void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  throw CudaError(std::string("cuda: ") + what + ": " + cudaGetErrorString(status));
}
inline void check(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw CudaError(std::string("cublasLt: ") + what + ": " + cublasLtGetStatusString(status));
}

}  // namespace encore::cuda
