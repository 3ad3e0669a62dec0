// SPDX-License-Identifier: Apache-2.0
// Writer of safetensors files, byte for byte what the reference (the Rust crate safetensors, src/tensor.rs) writes:
// tensors by falling alignment of their type, then by name, behind a header padded to 8 bytes.
#pragma once

#include <encore/config.hpp>
#include <encore/core/dtype.hpp>
#include <encore/core/error.hpp>
#include <encore/io/file.hpp>
#include <encore/io/safetensors_header.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace encore {

// What the reader gives is what the writer takes: `bytes` is borrowed until the file is written.
using TensorToWrite = TensorEntry;

namespace detail {

// Length, JSON and padding. Tensors in the order of their bytes.
std::string safetensors_header(std::span<const TensorEntry* const> tensors,
                               const std::map<std::string, std::string>& metadata);
// Throws ArgumentError for a tensor that no file can hold.
void check_writable(const TensorEntry& tensor);

}  // namespace detail

// Writes all tensors at once; the file appears complete or not at all. Throws ArgumentError for two tensors of one name
// or a byte count that is not that of the shape, FileError where the file cannot be written.
void save_safetensors(const std::filesystem::path& path, std::span<const TensorToWrite> tensors,
                      const std::map<std::string, std::string>& metadata = {});

// For tensors whose number is not known beforehand, or that do not fit memory together: add() appends the bytes to a
// temporary file beside the target, commit() writes header and tensors and gives the file its name. Without commit()
// nothing remains.
class SafetensorsWriter {
 public:
  // `metadata` goes into the header's __metadata__. Throws FileError where the temporary file cannot be made.
  explicit SafetensorsWriter(const std::filesystem::path& path, std::map<std::string, std::string> metadata = {});

  // Throws ArgumentError as save_safetensors does (two tensors of one name: at commit()).
  void add(std::string name, DType dtype, std::vector<std::int64_t> shape, std::span<const std::byte> bytes);
  // Writes the file and gives it its name. Throws ArgumentError for two tensors of one name, FileError where it cannot
  // be written.
  void commit();

 private:
  std::map<std::string, std::string> metadata_;
  AtomicFile file_;
  AtomicFile data_;
  std::vector<TensorEntry> tensors_;
  std::vector<std::size_t> sizes_;
};

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/safetensors_writer.hpp>
#endif
