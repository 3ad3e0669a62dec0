// SPDX-License-Identifier: Apache-2.0
// Reader of safetensors files, as strict as the reference (the Rust crate safetensors, src/tensor.rs): 8 bytes of
// header length, a JSON header, then the tensors' bytes, which cover the rest of the file without a hole or an overlap.
#pragma once

#include <encore/core/dtype.hpp>
#include <encore/core/error.hpp>
#include <encore/io/file.hpp>
#include <encore/io/safetensors_header.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore {

static_assert(std::endian::native == std::endian::little, "encore reads and writes little-endian tensors in place");

// The tensors of one file. A copy shares the bytes with the original; entries are valid as long as one of them lives.
class SafetensorsFile {
 public:
  // Maps the file. Throws FileError, naming file and tensor, for anything that the format does not allow, and
  // UnsupportedError for an element type that DType lacks.
  static SafetensorsFile open(const std::filesystem::path& path) {
    auto map = std::make_shared<const MappedFile>(path);
    SafetensorsFile file(map->bytes(), map->name());
    file.map_ = std::move(map);
    return file;
  }
  // The same for a file in memory; `name` is for messages.
  static SafetensorsFile from_bytes(std::vector<std::byte> bytes, std::string name) {
    auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    return from_bytes(std::span<const std::byte>(*owner), std::move(name), owner);
  }
  // Refers to the bytes, which must outlive the file and its copies unless `owner` keeps them alive.
  static SafetensorsFile from_bytes(std::span<const std::byte> bytes, std::string name,
                                    std::shared_ptr<const void> owner = nullptr) {
    SafetensorsFile file(bytes, std::move(name));
    file.owner_ = std::move(owner);
    return file;
  }

  const std::string& name() const { return name_; }
  // Sorted by name.
  std::span<const TensorEntry> entries() const { return *entries_; }
  std::size_t size() const { return entries_->size(); }
  auto begin() const { return entries_->begin(); }
  auto end() const { return entries_->end(); }
  // nullptr where there is none.
  const TensorEntry* find(std::string_view tensor) const {
    const auto found =
        std::lower_bound(begin(), end(), tensor, [](const auto& entry, auto name) { return entry.name < name; });
    return found != end() && found->name == tensor ? &*found : nullptr;
  }
  // What the writer noted under __metadata__, {"format": "pt"} as a rule.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  // Gives the memory of a tensor's mapped pages back, after its values were copied; its bytes stay readable.
  void release(const TensorEntry& entry) const {
    if (map_ && !entry.bytes.empty())
      map_->release_pages(std::size_t(entry.bytes.data() - map_->bytes().data()), entry.bytes.size());
  }

 private:
  SafetensorsFile(std::span<const std::byte> bytes, std::string name) : name_(std::move(name)) {
    auto header = detail::read_safetensors_header(bytes, name_);
    entries_ = std::make_shared<const std::vector<TensorEntry>>(std::move(header.entries));
    metadata_ = std::move(header.metadata);
  }

  std::string name_;
  std::shared_ptr<const std::vector<TensorEntry>> entries_;
  std::map<std::string, std::string> metadata_;
  std::shared_ptr<const MappedFile> map_;
  std::shared_ptr<const void> owner_;
};

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

// Converts a tensor's values; F16, BF16 and F32 exactly, F64 to the nearest float. `to` takes exactly all elements,
// row-major. Throws ShapeError for another number of them and UnsupportedError for integers, naming the tensor.
inline void read_as_float(const TensorEntry& entry, std::span<float> to) { detail::read_floating(entry, to); }
inline void read_as_float(const TensorEntry& entry, std::span<double> to) { detail::read_floating(entry, to); }

}  // namespace encore
