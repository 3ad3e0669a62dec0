// SPDX-License-Identifier: Apache-2.0
// Files: read whole, mapped, or written so that a reader sees either the old content or all of the new.
#pragma once

#include <encore/config.hpp>
#include <encore/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace encore {

// The whole content of a file. Throws FileError, naming the file, when it cannot be read, is a directory, or holds more
// than max_bytes.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes);

// A file's bytes, mapped read-only (read into memory where there is no mmap, or where the file cannot be mapped). The
// file must not be cut short while it is mapped: the operating system answers a read beyond its end with a signal.
class MappedFile {
 public:
  MappedFile() = default;
  // Throws FileError when the file cannot be opened or is a directory.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  MappedFile(MappedFile&& other) noexcept { swap(other); }
  MappedFile& operator=(MappedFile&& other) noexcept {
    MappedFile(std::move(other)).swap(*this);
    return *this;
  }
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::string& name() const { return name_; }

  // Gives the memory of the pages that hold bytes [first, first + count) back to the system. The content stays valid:
  // it is read from the file again when it is touched again.
  void release_pages(std::size_t first, std::size_t count) const;

 private:
  void swap(MappedFile& other) noexcept {
    std::swap(name_, other.name_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(mapped_, other.mapped_);
    std::swap(copy_, other.copy_);
  }

  std::string name_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  bool mapped_ = false;
  std::vector<std::byte> copy_;
};

// A file that appears under its name only when it is complete: bytes go to a temporary file in the same folder, which
// commit() renames. Destroyed without commit() it leaves no trace. A target that is a device or a pipe is written to
// directly, for it cannot be replaced.
class AtomicFile {
 public:
  // Throws FileError when the folder does not exist or cannot be written to, or the target is a directory.
  explicit AtomicFile(const std::filesystem::path& target);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  AtomicFile(AtomicFile&& other) noexcept
      : name_(std::move(other.name_)),
        target_(std::move(other.target_)),
        temporary_(std::exchange(other.temporary_, {})),
        file_(std::exchange(other.file_, nullptr)) {}
  ~AtomicFile() { discard(); }

  // Appends. Throws FileError naming the target.
  void write(std::span<const std::byte> bytes);
  // Writes over bytes already written, then goes on at the end. Throws FileError also where the target cannot seek.
  void overwrite(std::uint64_t position, std::span<const std::byte> bytes);
  // Makes the file durable and gives it its name. Nothing can be written afterwards.
  void commit();
  // What has been written so far, before commit(). Throws FileError where the target is a pipe.
  MappedFile written();

  // The target as the caller named it.
  const std::string& name() const { return name_; }

 private:
  [[noreturn]] void fail(const char* what) const;
  void require_open() const;
  void discard() noexcept;

  std::string name_;
  std::filesystem::path target_;
  std::filesystem::path temporary_;  // empty: written to directly
  std::FILE* file_ = nullptr;
};

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/file.hpp>
#endif
