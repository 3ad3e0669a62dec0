// SPDX-License-Identifier: Apache-2.0
// The JSON header of a safetensors file, read event by event: a hostile header of the greatest size allowed costs
// memory in proportion to the tensors it names, and is refused at its first fault.
#pragma once

#include <encore/config.hpp>
#include <encore/core/dtype.hpp>
#include <encore/core/error.hpp>
#include <encore/io/tensor_bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace encore {

// One tensor of a file, or for one: its bytes are row-major and little-endian.
struct TensorEntry {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;  // empty: a scalar
  TensorBytes bytes;

  // The product of the extents, 1 of a scalar; of what was read it is known to fit.
  std::int64_t elements() const {
    std::int64_t product = 1;
    for (std::int64_t extent : shape) product *= extent;
    return product;
  }
};

namespace detail {

inline constexpr std::array all_dtypes{DType::f64, DType::f32, DType::f16,    DType::bf16, DType::i64,
                                       DType::i32, DType::i16, DType::i8,     DType::u64,  DType::u32,
                                       DType::u16, DType::u8,  DType::boolean};

// The byte count of a tensor, or nothing where it overflows.
std::optional<std::uint64_t> byte_count(std::span<const std::int64_t> shape, DType dtype);

struct SafetensorsHeader {
  std::vector<TensorEntry> entries;  // sorted by name
  std::map<std::string, std::string> metadata;
};

inline constexpr std::size_t max_safetensors_header = 100'000'000;  // the reference's limit

// Throws FileError, naming file and tensor, for anything that the format does not allow.
SafetensorsHeader read_safetensors_header(const TensorBytes& bytes, const std::string& file);

}  // namespace detail

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/safetensors_header.hpp>
#endif
