// SPDX-License-Identifier: Apache-2.0
// The bodies of io/safetensors.hpp.
#pragma once

#include <encore/io/json.hpp>
#include <encore/io/safetensors.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace encore {

ENCORE_INLINE SafetensorsFile::SafetensorsFile(const TensorBytes& bytes, std::string name,
                                               std::shared_ptr<const void> owner)
    : name_(std::move(name)), owner_(std::move(owner)) {
  auto header = detail::read_safetensors_header(bytes, name_);
  entries_ = std::make_shared<const std::vector<TensorEntry>>(std::move(header.entries));
  metadata_ = std::move(header.metadata);
}

ENCORE_INLINE SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  auto file = std::make_shared<const InputFile>(path);
  return {*file, file->name(), file};
}
ENCORE_INLINE SafetensorsFile SafetensorsFile::from_bytes(std::vector<std::byte> bytes, std::string name) {
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  return from_bytes(std::span<const std::byte>(*owner), std::move(name), owner);
}
ENCORE_INLINE SafetensorsFile SafetensorsFile::from_bytes(std::span<const std::byte> bytes, std::string name,
                                                          std::shared_ptr<const void> owner) {
  return {bytes, std::move(name), std::move(owner)};
}

ENCORE_INLINE const TensorEntry* SafetensorsFile::find(std::string_view tensor) const {
  const auto found =
      std::lower_bound(begin(), end(), tensor, [](const auto& entry, auto name) { return entry.name < name; });
  return found != end() && found->name == tensor ? &*found : nullptr;
}

namespace detail {

template <class Stored, class To, class Convert>
void convert_elements(const TensorBytes& bytes, std::span<To> to, Convert convert) {
  auto next = to.begin();
  bytes.for_each_piece([&](std::span<const std::byte> piece) {
    for (std::size_t i = 0; i < piece.size(); i += sizeof(Stored)) {
      Stored stored;  // a file promises no alignment
      std::memcpy(&stored, piece.data() + i, sizeof stored);
      *next++ = To(convert(stored));
    }
  });
}

template <class To>
void read_floating(const TensorEntry& entry, std::span<To> to) {
  if (std::size_t(entry.elements()) != to.size())
    throw ShapeError("tensor " + in_quotes(entry.name) + ": has " + std::to_string(entry.elements()) + " elements, " +
                     std::to_string(to.size()) + " are to be filled");
  if (entry.bytes.size() != to.size() * size_of(entry.dtype))
    throw ShapeError("tensor " + in_quotes(entry.name) + ": has " + std::to_string(entry.bytes.size()) + " bytes for " +
                     std::to_string(to.size()) + " elements of " + std::string(name_of(entry.dtype)));
  const bool as_they_are = entry.dtype == (sizeof(To) == 8 ? DType::f64 : DType::f32);
  if (as_they_are) return entry.bytes.read(0, std::as_writable_bytes(to));
  const auto same = [](auto x) { return x; };
  switch (entry.dtype) {
    case DType::f64: return convert_elements<double>(entry.bytes, to, same);
    case DType::f32: return convert_elements<float>(entry.bytes, to, same);
    case DType::f16: return convert_elements<std::uint16_t>(entry.bytes, to, half_to_float);
    case DType::bf16: return convert_elements<std::uint16_t>(entry.bytes, to, bfloat16_to_float);
    default:
      throw UnsupportedError("tensor " + in_quotes(entry.name) + ": has element type " +
                             std::string(name_of(entry.dtype)) + " where F64, F32, F16 or BF16 is needed");
  }
}

}  // namespace detail

ENCORE_INLINE void read_as_float(const TensorEntry& entry, std::span<float> to) { detail::read_floating(entry, to); }
ENCORE_INLINE void read_as_float(const TensorEntry& entry, std::span<double> to) { detail::read_floating(entry, to); }

}  // namespace encore
