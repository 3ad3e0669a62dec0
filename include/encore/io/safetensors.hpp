// SPDX-License-Identifier: Apache-2.0
// Reader of safetensors files, as strict as the reference (the Rust crate safetensors, src/tensor.rs): 8 bytes of
// header length, a JSON header, then the tensors' bytes, which cover the rest of the file without a hole or an overlap.
#pragma once

#include <encore/config.hpp>
#include <encore/core/dtype.hpp>
#include <encore/core/error.hpp>
#include <encore/io/file.hpp>
#include <encore/io/safetensors_header.hpp>

#include <bit>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace encore {

static_assert(std::endian::native == std::endian::little, "encore reads and writes little-endian tensors in place");

// The tensors of one file. A copy shares the bytes with the original; entries are valid as long as one of them lives. Of
// a file on disk only the header is read at first, and the file stays open.
class SafetensorsFile {
 public:
  // Throws FileError, naming file and tensor, for anything that the format does not allow, and UnsupportedError for an
  // element type that DType lacks.
  static SafetensorsFile open(const std::filesystem::path& path);
  // The same for a file in memory; `name` is for messages.
  static SafetensorsFile from_bytes(std::vector<std::byte> bytes, std::string name);
  // Refers to the bytes, which must outlive the file and its copies unless `owner` keeps them alive.
  static SafetensorsFile from_bytes(std::span<const std::byte> bytes, std::string name,
                                    std::shared_ptr<const void> owner = nullptr);

  // The file's name, for messages.
  const std::string& name() const { return name_; }
  // Sorted by name.
  std::span<const TensorEntry> entries() const { return *entries_; }
  std::size_t size() const { return entries_->size(); }
  auto begin() const { return entries_->begin(); }
  auto end() const { return entries_->end(); }
  // nullptr where there is none.
  const TensorEntry* find(std::string_view tensor) const;
  // What the writer noted under __metadata__, {"format": "pt"} as a rule.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

 private:
  SafetensorsFile(const TensorBytes& bytes, std::string name, std::shared_ptr<const void> owner);

  std::string name_;
  std::shared_ptr<const std::vector<TensorEntry>> entries_;
  std::map<std::string, std::string> metadata_;
  std::shared_ptr<const void> owner_;  // of the bytes
};

// Converts a tensor's values; F16, BF16 and F32 exactly, F64 to the nearest float. `to` takes exactly all elements,
// row-major. Throws ShapeError for another number of them and UnsupportedError for integers, naming the tensor, and
// FileError where the file is no longer as it was when it was opened.
void read_as_float(const TensorEntry& entry, std::span<float> to);
void read_as_float(const TensorEntry& entry, std::span<double> to);

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/safetensors.hpp>
#endif
