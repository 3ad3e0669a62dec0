// SPDX-License-Identifier: Apache-2.0
// Products by cuBLASLt. One algorithm for each (output width, inner size, formats, layout), found once for a fixed
// number of rows and used for any, without split-K: a row's bits do not depend on how many others there are.
#pragma once

#include <encore/backend/cuda/device.hpp>
#include <encore/backend/cuda/gpu_error.cuh>

#include <map>
#include <tuple>

namespace encore::cuda {

class Gemm {
 public:
  Gemm(bool allow_tf32, cudaStream_t stream)
      : compute_(allow_tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F), stream_(stream) {
    check(cublasLtCreate(&handle_), "cublasLtCreate");
    check(cudaMalloc(&workspace_, workspace_bytes), "cudaMalloc of cuBLASLt's workspace");
  }
  Gemm(const Gemm&) = delete;
  Gemm& operator=(const Gemm&) = delete;
  ~Gemm() {
    for (auto& [key, plan] : plans_) cublasLtMatmulDescDestroy(plan.description);
    if (workspace_) cudaFree(workspace_);
    cublasLtDestroy(handle_);
  }

  // Row-major c = a b is, seen column by column, c' = b' a': cuBLASLt's first operand is our second.
  void run(const GemmTask& task) {
    if (task.m() == 0 || task.n() == 0) return;
    const Plan& plan = plan_for(task);
    const Layouts layouts(task, task.m());
    if (task.bias) {
      check(cublasLtMatmulDescSetAttribute(plan.description, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &task.bias,
                                           sizeof task.bias),
            "bias");
    }
    const float one = 1, beta = task.accumulate ? 1.0f : 0.0f;
    check(cublasLtMatmul(handle_, plan.description, &one, task.b.data, layouts.b, task.a.data, layouts.a, &beta,
                         task.c.data, layouts.c, task.c.data, layouts.c, &plan.algorithm, workspace_, workspace_bytes,
                         stream_),
          "cublasLtMatmul");
  }

 private:
  static constexpr std::size_t workspace_bytes = std::size_t{32} << 20;
  static constexpr std::int64_t planned_rows = 8192;  // that algorithms are chosen for

  static cudaDataType_t type_of(Format format) { return format == Format::f32 ? CUDA_R_32F : CUDA_R_16BF; }
  // The largest power of two up to 256 that divides an address.
  static std::uint32_t alignment_of(const void* data) {
    const auto address = reinterpret_cast<std::uintptr_t>(data) | 256;
    return std::uint32_t(address & (~address + 1));
  }

  struct Layouts {
    cublasLtMatrixLayout_t a = nullptr, b = nullptr, c = nullptr;

    Layouts(const GemmTask& task, std::int64_t rows) {
      const std::int64_t k = task.k();
      make(a, task.a, task.transpose_a ? rows : k, task.transpose_a ? k : rows);
      make(b, task.b, task.transpose_b ? k : task.n(), task.transpose_b ? task.n() : k);
      make(c, task.c, task.n(), rows);
    }
    Layouts(const Layouts&) = delete;
    Layouts& operator=(const Layouts&) = delete;
    ~Layouts() {
      for (cublasLtMatrixLayout_t layout : {a, b, c})
        if (layout) cublasLtMatrixLayoutDestroy(layout);
    }

   private:
    static void make(cublasLtMatrixLayout_t& layout, const View& x, std::int64_t rows, std::int64_t cols) {
      check(cublasLtMatrixLayoutCreate(&layout, type_of(x.format), std::uint64_t(rows), std::uint64_t(cols), x.stride),
            "cublasLtMatrixLayoutCreate");
    }
  };
  struct Plan {
    cublasLtMatmulDesc_t description = nullptr;
    cublasLtMatmulAlgo_t algorithm;
  };
  // What an algorithm may depend on. For gradients of weights the rows are the inner size, and say nothing of a row.
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, int, std::uint32_t,
                         std::uint32_t, std::uint32_t>;

  static Key key_of(const GemmTask& task) {
    const int flags = int(task.transpose_a) | int(task.transpose_b) << 1 | int(task.accumulate) << 2 |
                      int(task.bias != nullptr) << 3 | int(task.a.format) << 4 | int(task.b.format) << 5 |
                      int(task.c.format) << 6;
    return {task.n(),
            task.transpose_a ? task.m() : task.k(),
            task.a.stride,
            task.b.stride,
            task.c.stride,
            flags,
            alignment_of(task.a.data),
            alignment_of(task.b.data),
            alignment_of(task.c.data)};
  }

  const Plan& plan_for(const GemmTask& task) {
    const Key key = key_of(task);
    if (const auto found = plans_.find(key); found != plans_.end()) return found->second;
    Plan plan;
    check(cublasLtMatmulDescCreate(&plan.description, compute_, CUDA_R_32F), "cublasLtMatmulDescCreate");
    const auto set = [&](cublasLtMatmulDescAttributes_t attribute, const auto& value) {
      check(cublasLtMatmulDescSetAttribute(plan.description, attribute, &value, sizeof value),
            "cublasLtMatmulDescSetAttribute");
    };
    const cublasOperation_t first = task.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N;
    const cublasOperation_t second = task.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N;
    set(CUBLASLT_MATMUL_DESC_TRANSA, first);
    set(CUBLASLT_MATMUL_DESC_TRANSB, second);
    if (task.bias) {
      const cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_BIAS;
      set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue);
      set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, task.bias);
    }
    // Where rows are the inner size, plan for them; elsewhere for any number of rows.
    GemmTask planned = task;
    if (task.transpose_a) planned.a.rows = planned.b.rows = planned_rows;
    const Layouts layouts(planned, task.transpose_a ? task.m() : planned_rows);

    cublasLtMatmulPreference_t preference = nullptr;
    check(cublasLtMatmulPreferenceCreate(&preference), "cublasLtMatmulPreferenceCreate");
    const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
      check(cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, sizeof value),
            "cublasLtMatmulPreferenceSetAttribute");
    };
    const std::uint64_t bytes = workspace_bytes;
    const std::uint32_t reductions = CUBLASLT_REDUCTION_SCHEME_NONE;
    const std::uint32_t alignment_a = alignment_of(task.b.data), alignment_b = alignment_of(task.a.data),
                        alignment_c = alignment_of(task.c.data);
    prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, bytes);
    prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, reductions);
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment_a);
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment_b);
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment_c);
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment_c);

    constexpr int wanted = 16;
    cublasLtMatmulHeuristicResult_t results[wanted];
    int found = 0;
    const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
        handle_, plan.description, layouts.b, layouts.a, layouts.c, layouts.c, preference, wanted, results, &found);
    cublasLtMatmulPreferenceDestroy(preference);
    int chosen = -1;
    for (int i = 0; i < found && chosen < 0; ++i) {
      std::int32_t splits = 1;
      cublasLtMatmulAlgoConfigGetAttribute(&results[i].algo, CUBLASLT_ALGO_CONFIG_SPLITK_NUM, &splits, sizeof splits,
                                           nullptr);
      if (results[i].state == CUBLAS_STATUS_SUCCESS && splits <= 1) chosen = i;
    }
    if (status != CUBLAS_STATUS_SUCCESS || chosen < 0) {
      cublasLtMatmulDescDestroy(plan.description);
      throw CudaError("cublasLt: no algorithm without split-K for a product of [" + std::to_string(task.m()) + ", " +
                      std::to_string(task.k()) + "] and [" + std::to_string(task.k()) + ", " +
                      std::to_string(task.n()) + "]");
    }
    plan.algorithm = results[chosen].algo;
    return plans_.emplace(key, plan).first->second;
  }

  cublasComputeType_t compute_;
  cudaStream_t stream_;
  cublasLtHandle_t handle_ = nullptr;
  void* workspace_ = nullptr;
  std::map<Key, Plan> plans_;
};

}  // namespace encore::cuda
