// SPDX-License-Identifier: Apache-2.0
// The bodies of io/npy.hpp.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/io/npy.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ostream>
#include <string_view>

namespace encore {

namespace detail {

inline constexpr std::size_t npy_header_bytes = 128;  // room for any two 64-bit extents, and what NumPy itself writes

ENCORE_INLINE std::string npy_header(std::int64_t rows, std::int64_t cols) {
  std::string header("\x93NUMPY\x01\x00\x76\x00", 10);  // version 1.0; 0x76 bytes follow
  header += "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " + std::to_string(cols) +
            "), }";
  header.resize(npy_header_bytes - 1, ' ');
  return header + '\n';
}

}  // namespace detail

ENCORE_INLINE NpyWriter::NpyWriter(const std::filesystem::path& path, std::int64_t cols) : file_(path), cols_(cols) {
  const std::string header = detail::npy_header(0, cols);
  file_.write(std::as_bytes(std::span(header)));
}
ENCORE_INLINE void NpyWriter::append(std::span<const float> rows) {
  if (cols_ == 0 ? !rows.empty() : rows.size() % std::size_t(cols_) != 0)
    throw ArgumentError("npy: " + std::to_string(rows.size()) + " values are not whole rows of " +
                        std::to_string(cols_));
  file_.write(std::as_bytes(rows));
  if (cols_ != 0) rows_ += std::int64_t(rows.size()) / cols_;
}
ENCORE_INLINE void NpyWriter::commit() {
  const std::string header = detail::npy_header(rows_, cols_);
  file_.overwrite(0, std::as_bytes(std::span(header)));
  file_.commit();
}

ENCORE_INLINE void write_npy_header(std::ostream& stream, std::int64_t rows, std::int64_t cols) {
  const std::string header = detail::npy_header(rows, cols);
  stream.write(header.data(), std::streamsize(header.size()));
}

ENCORE_INLINE Tensor<float> read_npy(const std::filesystem::path& path) {
  const InputFile file(path);
  const auto fail = [&](const std::string& what) { throw FileError(file.name() + ": " + what); };
  constexpr std::size_t longest_header = 10 + 0xffff;
  std::string all(std::size_t(std::min<std::uint64_t>(file.size(), longest_header)), '\0');
  file.read(0, std::as_writable_bytes(std::span(all)));
  if (all.size() < 10 || !all.starts_with("\x93NUMPY")) fail("not an .npy file");
  if (all[6] != 1) fail("an .npy file of version " + std::to_string(int(all[6])) + ", want 1");
  const std::size_t length = std::size_t(std::uint8_t(all[8])) + 256 * std::size_t(std::uint8_t(all[9]));
  if (all.size() - 10 < length) fail("cut short");
  const std::string_view header = std::string_view(all).substr(10, length);
  const auto has = [&](std::string_view text) { return header.find(text) != header.npos; };
  if (!has("'descr': '<f4'") || !has("'fortran_order': False"))
    fail("want a C-ordered float32 array, found " + in_quotes(header));
  const auto open = header.find('(');
  const auto close = header.find(')');
  if (open == header.npos || close == header.npos || close < open) fail("the header gives no shape");

  Shape shape;
  std::uint64_t elements = 1;
  std::uint64_t extent = 0;
  bool in_number = false;
  for (char c : header.substr(open + 1, close - open)) {
    if (c >= '0' && c <= '9') {
      extent = (in_number ? extent * 10 : 0) + std::uint64_t(c - '0');
      in_number = true;
      if (extent > file.size()) fail("the shape is larger than the file");
    } else if (in_number) {
      if (shape.rank() == 2) fail("more than two dimensions");
      shape.push_back(std::int64_t(extent));
      elements *= extent;
      in_number = false;
    }
  }
  const std::uint64_t data = file.size() - 10 - length;
  if (data > std::numeric_limits<std::uint32_t>::max() || elements * sizeof(float) != data)
    fail("the shape " + to_string(shape) + " does not fit the " + std::to_string(data) + " bytes of data");
  Tensor<float> result(shape);
  file.read(10 + length, std::as_writable_bytes(result.values()));
  return result;
}

}  // namespace encore
