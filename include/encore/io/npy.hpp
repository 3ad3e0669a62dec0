// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy files (format 1.0, numpy.lib.format) of float32 matrices: written row by row, read whole.
#pragma once

#include <encore/config.hpp>
#include <encore/core/tensor.hpp>
#include <encore/io/file.hpp>

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>

namespace encore {

namespace detail {

// The whole header of a C-ordered float32 [rows, cols].
std::string npy_header(std::int64_t rows, std::int64_t cols);

}  // namespace detail

// Writes float32 rows, whose number need not be known beforehand, to a file that appears when it is complete.
class NpyWriter {
 public:
  // Throws FileError where the file cannot be written.
  NpyWriter(const std::filesystem::path& path, std::int64_t cols);
  // Appends rows [n, cols]. Throws ArgumentError for a part of a row, FileError where the file cannot be written.
  void append(std::span<const float> rows);
  void commit();
  std::int64_t rows() const { return rows_; }

 private:
  AtomicFile file_;
  std::int64_t cols_;
  std::int64_t rows_ = 0;
};

// The same to a stream that cannot seek, a pipe say: the number of rows is known, the rows follow as bytes.
void write_npy_header(std::ostream& stream, std::int64_t rows, std::int64_t cols);

// Reads a C-ordered float32 array of one or two dimensions. Throws FileError for anything else.
Tensor<float> read_npy(const std::filesystem::path& path);

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/npy.hpp>
#endif
