// SPDX-License-Identifier: Apache-2.0
// What the CPU backend's kernels share: the context's table and threads, and how rows are cut into chunks. How work is cut
// never touches a bit (kernel_table.hpp). What no one has tuned yet (backward passes) is inherited from the reference
// kernels, in float.
#pragma once

#include <encore/backend/cpu/storage.hpp>
#include <encore/backend/reference/kernels.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace encore {

template <>
struct backend_traits<Cpu> {
  using Scalar = float;
  using Storage = cpu::Storage;
  static constexpr std::string_view name = "cpu";
};

namespace cpu {

class Work : public reference::RowKernels<float, Storage> {
 public:
  explicit Work(Context<Cpu>& context) : context_(&context), table_(context.kernels()), parallel_(context.parallel()) {}

  // Whole panels fit into a row, and the odd 16 floats keep rows of 4 KB from fighting for one cache set.
  std::int64_t stride(std::int64_t cols) const { return (cols + 31) / 32 * 32 + 16; }
  std::int64_t product_columns(const ParameterSpec& spec) const { return section_column(spec, spec.sections.size()); }
  std::int64_t section_column(const ParameterSpec& spec, std::size_t section) const {
    std::int64_t column = 0;
    for (std::size_t s = 0; s < section; ++s) column += padded_outputs(spec.sections[s].rows, table_);
    return column;
  }

 protected:
  static constexpr std::int64_t row_chunk = 64;  // rows of a chunk of row-local work, at most

  // Chunks of rows of about 16 K elements.
  template <class Body>
  void for_rows(std::int64_t rows, std::int64_t cols, Body&& body) const {
    const std::int64_t chunk = std::clamp<std::int64_t>(16384 / std::max<std::int64_t>(cols, 1), 1, row_chunk);
    parallel_.for_each((rows + chunk - 1) / chunk,
                       [&](std::int64_t i, int) { body(i * chunk, std::min(chunk, rows - i * chunk)); });
  }

  Context<Cpu>* context_;
  const KernelTable& table_;
  const Parallel& parallel_;
};

}  // namespace cpu
}  // namespace encore
