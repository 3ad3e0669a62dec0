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

ENCORE_INLINE SafetensorsFile::SafetensorsFile(std::span<const std::byte> bytes, std::string name)
    : name_(std::move(name)) {
  auto header = detail::read_safetensors_header(bytes, name_);
  entries_ = std::make_shared<const std::vector<TensorEntry>>(std::move(header.entries));
  metadata_ = std::move(header.metadata);
}

ENCORE_INLINE SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  auto map = std::make_shared<const MappedFile>(path);
  SafetensorsFile file(map->bytes(), map->name());
  file.map_ = std::move(map);
  return file;
}
ENCORE_INLINE SafetensorsFile SafetensorsFile::from_bytes(std::vector<std::byte> bytes, std::string name) {
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  return from_bytes(std::span<const std::byte>(*owner), std::move(name), owner);
}
ENCORE_INLINE SafetensorsFile SafetensorsFile::from_bytes(std::span<const std::byte> bytes, std::string name,
                                                          std::shared_ptr<const void> owner) {
  SafetensorsFile file(bytes, std::move(name));
  file.owner_ = std::move(owner);
  return file;
}

ENCORE_INLINE const TensorEntry* SafetensorsFile::find(std::string_view tensor) const {
  const auto found =
      std::lower_bound(begin(), end(), tensor, [](const auto& entry, auto name) { return entry.name < name; });
  return found != end() && found->name == tensor ? &*found : nullptr;
}

ENCORE_INLINE void SafetensorsFile::release(const TensorEntry& entry) const {
  if (map_ && !entry.bytes.empty())
    map_->release_pages(std::size_t(entry.bytes.data() - map_->bytes().data()), entry.bytes.size());
}

namespace detail {

template <class Stored, class To, class Convert>
void convert_elements(const std::byte* from, std::span<To> to, Convert convert) {
  for (To& value : to) {
    Stored stored;  // a file promises no alignment
    std::memcpy(&stored, from, sizeof stored);
    value = To(convert(stored));
    from += sizeof stored;
  }
}

template <class To>
void read_floating(const TensorEntry& entry, std::span<To> to) {
  if (std::size_t(entry.elements()) != to.size())
    throw ShapeError("tensor " + in_quotes(entry.name) + ": has " + std::to_string(entry.elements()) + " elements, " +
                     std::to_string(to.size()) + " are to be filled");
  if (entry.bytes.size() != to.size() * size_of(entry.dtype))
    throw ShapeError("tensor " + in_quotes(entry.name) + ": has " + std::to_string(entry.bytes.size()) + " bytes for " +
                     std::to_string(to.size()) + " elements of " + std::string(name_of(entry.dtype)));
  const std::byte* from = entry.bytes.data();
  const auto same = [](auto x) { return x; };
  switch (entry.dtype) {
    case DType::f64: return convert_elements<double>(from, to, same);
    case DType::f32: return convert_elements<float>(from, to, same);
    case DType::f16: return convert_elements<std::uint16_t>(from, to, half_to_float);
    case DType::bf16: return convert_elements<std::uint16_t>(from, to, bfloat16_to_float);
    default:
      throw UnsupportedError("tensor " + in_quotes(entry.name) + ": has element type " +
                             std::string(name_of(entry.dtype)) + " where F64, F32, F16 or BF16 is needed");
  }
}

}  // namespace detail

ENCORE_INLINE void read_as_float(const TensorEntry& entry, std::span<float> to) { detail::read_floating(entry, to); }
ENCORE_INLINE void read_as_float(const TensorEntry& entry, std::span<double> to) { detail::read_floating(entry, to); }

}  // namespace encore
