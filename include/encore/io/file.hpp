// SPDX-License-Identifier: Apache-2.0
// Files: read without trusting them to stay as they are, or written so that a reader sees either the old content or all
// of the new.
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

// A regular file that is open for reading. Bytes are copied when they are asked for and never mapped: a file that is
// cut short or written over meanwhile is an error, not a signal, and not a mixture of two contents.
class InputFile {
 public:
  // Throws FileError where the file cannot be opened, or is a folder, a pipe, a socket or a device: nothing is read
  // of these. A file that was written a moment ago is waited for, 20 ms at most, so that the next change shows in its
  // modification time.
  explicit InputFile(const std::filesystem::path& path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  InputFile(InputFile&& other) noexcept { swap(other); }
  InputFile& operator=(InputFile&& other) noexcept {
    InputFile(std::move(other)).swap(*this);
    return *this;
  }
  ~InputFile();

  // The path as it was given, or the name for messages.
  const std::string& name() const { return name_; }
  // When it was opened.
  std::uint64_t size() const { return opened_.size; }
  // Copies bytes [first, first + to.size()). Any number of threads may read at once. Throws FileError where the file
  // ends before, or is no longer as it was when it was opened: its size or modification time is another.
  void read(std::uint64_t first, std::span<std::byte> to) const;
  // The whole content. Throws FileError as read() does, and where there are more than max_bytes. The size that a file
  // system reports is not trusted.
  std::string read_all(std::size_t max_bytes) const;

 private:
  friend class AtomicFile;
  InputFile() = default;
  void open(int descriptor);
  std::size_t read_some(std::uint64_t first, std::span<std::byte> to) const;
  void require_unchanged() const;
  void swap(InputFile& other) noexcept;

  // What changes when the content does.
  struct Stamp {
    std::uint64_t size = 0;
    std::int64_t seconds = 0;  // of the last modification
    std::int64_t nanoseconds = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  Stamp stamp() const;

  std::string name_;
  Stamp opened_;
  int descriptor_ = -1;          // where there is pread; elsewhere
  std::vector<std::byte> copy_;  // the whole content
};

// The whole content of a regular file. Throws FileError, naming the file, as InputFile does.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes);

// A file that appears under its name only when it is complete: bytes go to a temporary file in the same folder, which
// commit() renames. Destroyed without commit() it leaves no trace. A symbolic link stays one: what it leads to is
// replaced, or made. A target that is a device or a pipe is written to directly, for it cannot be replaced.
class AtomicFile {
 public:
  // Throws FileError when the folder does not exist or cannot be written to, or the target is a directory.
  explicit AtomicFile(const std::filesystem::path& target);
  // A file in the same folder that never gets a name: room for what is to be read again. `target` is for messages.
  static AtomicFile scratch_beside(const std::filesystem::path& target);
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
  InputFile written();

  // The target as the caller named it.
  const std::string& name() const { return name_; }

 private:
  AtomicFile() = default;
  [[noreturn]] void fail(const char* what) const;
  void require_open() const;
  void open_temporary(const std::filesystem::path& folder);
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
