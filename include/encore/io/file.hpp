// SPDX-License-Identifier: Apache-2.0
// Files: read whole, mapped, or written so that a reader sees either the old content or all of the new.
#pragma once

#include <encore/core/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#if __has_include(<sys/mman.h>) && __has_include(<unistd.h>)
#define ENCORE_HAS_MMAP 1
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#define ENCORE_HAS_MMAP 0
#endif

namespace encore {

namespace detail {

// The current errno in words.
inline std::string system_message() { return std::error_code(errno, std::generic_category()).message(); }

inline void refuse_directory(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw FileError(path.string() + ": is a directory, not a file");
}

// Reads the file in pieces: the size that a file system reports is not trusted, and a pipe has none.
template <class Container>
Container read_whole(const std::filesystem::path& path, std::size_t max_bytes) {
  refuse_directory(path);
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw FileError(path.string() + ": cannot be opened: " + system_message());
  constexpr std::size_t piece = std::size_t{1} << 16;
  Container content;
  std::size_t size = 0;
  while (stream) {
    if (content.size() < size + piece) content.resize(std::max(content.size() * 2, size + piece));
    stream.read(reinterpret_cast<char*>(content.data()) + size, std::streamsize(piece));
    size += std::size_t(stream.gcount());
    if (size > max_bytes)
      throw FileError(path.string() + ": larger than the " + std::to_string(max_bytes) +
                      " bytes allowed for this file");
  }
  if (stream.bad()) throw FileError(path.string() + ": cannot be read: " + system_message());
  content.resize(size);
  return content;
}

}  // namespace detail

// The whole content of a file. Throws FileError, naming the file, when it cannot be read, is a directory, or holds more
// than max_bytes.
inline std::string read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  return detail::read_whole<std::string>(path, max_bytes);
}

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

inline MappedFile::MappedFile(const std::filesystem::path& path) : name_(path.string()) {
  detail::refuse_directory(path);
#if ENCORE_HAS_MMAP
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw FileError(name_ + ": cannot be opened: " + detail::system_message());
  struct stat status {};
  void* address = MAP_FAILED;
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
    address = ::mmap(nullptr, std::size_t(status.st_size), PROT_READ, MAP_PRIVATE, file, 0);
  ::close(file);
  if (address != MAP_FAILED) {
    data_ = static_cast<const std::byte*>(address);
    size_ = std::size_t(status.st_size);
    mapped_ = true;
    return;
  }
#endif
  copy_ = detail::read_whole<std::vector<std::byte>>(path, SIZE_MAX);
  data_ = copy_.data();
  size_ = copy_.size();
}

inline MappedFile::~MappedFile() {
#if ENCORE_HAS_MMAP
  if (mapped_) ::munmap(const_cast<std::byte*>(data_), size_);
#endif
}

inline void MappedFile::release_pages([[maybe_unused]] std::size_t first, [[maybe_unused]] std::size_t count) const {
#if ENCORE_HAS_MMAP
  if (!mapped_ || first >= size_) return;
  const std::size_t page = std::size_t(::sysconf(_SC_PAGESIZE));
  const std::size_t last = first + std::min(count, size_ - first);
  first = first / page * page;
  if (last > first) ::madvise(const_cast<std::byte*>(data_) + first, last - first, MADV_DONTNEED);
#endif
}

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
  [[noreturn]] void fail(const char* what) const {
    throw FileError(name_ + ": " + what + ": " + detail::system_message());
  }
  void require_open() const {
    if (!file_) throw FileError(name_ + ": is complete and takes no more bytes");
  }
  void discard() noexcept;

  std::string name_;
  std::filesystem::path target_;
  std::filesystem::path temporary_;  // empty: written to directly
  std::FILE* file_ = nullptr;
};

inline AtomicFile::AtomicFile(const std::filesystem::path& target) : name_(target.string()), target_(target) {
  detail::refuse_directory(target);
  std::error_code ignored;
  const auto status = std::filesystem::status(target, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    file_ = std::fopen(name_.c_str(), "wb");
    if (!file_) fail("cannot be opened for writing");
    return;
  }
  // A link stays a link: what it leads to is replaced.
  const auto resolved = std::filesystem::weakly_canonical(target, ignored);
  if (!ignored && !resolved.empty()) target_ = resolved;
  std::random_device random;
  for (int attempt = 0; attempt < 16 && !file_; ++attempt) {
    temporary_ = target_;
    temporary_ += ".tmp-" + std::to_string(random());
    errno = 0;
    file_ = std::fopen(temporary_.string().c_str(), "wbx");
    if (!file_ && errno != EEXIST) break;
  }
  if (!file_) fail("cannot be opened for writing");
}

inline void AtomicFile::write(std::span<const std::byte> bytes) {
  require_open();
  if (bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail("cannot be written");
}

inline void AtomicFile::overwrite(std::uint64_t position, std::span<const std::byte> bytes) {
  require_open();
  // A FILE's long offset has 32 bits on some systems; what is patched is a header at the front.
  if (position > 0x7fffffffu || std::fseek(file_, long(position), SEEK_SET) != 0) fail("cannot be written to twice");
  write(bytes);
  if (std::fseek(file_, 0, SEEK_END) != 0) fail("cannot be written to twice");
}

inline MappedFile AtomicFile::written() {
  require_open();
  if (std::fflush(file_) != 0) fail("cannot be written");
  return MappedFile(temporary_.empty() ? target_ : temporary_);
}

inline void AtomicFile::commit() {
  require_open();
  if (std::fflush(file_) != 0) fail("cannot be written");
#if ENCORE_HAS_MMAP
  if (!temporary_.empty() && ::fsync(::fileno(file_)) != 0) fail("cannot be written");
#endif
  if (std::fclose(std::exchange(file_, nullptr)) != 0) {
    const int cause = errno;
    discard();
    errno = cause;
    fail("cannot be written");
  }
  if (temporary_.empty()) return;
  std::error_code error;
  std::filesystem::rename(temporary_, target_, error);
  if (error) {
    discard();
    throw FileError(name_ + ": cannot be replaced: " + error.message());
  }
  temporary_.clear();
}

inline void AtomicFile::discard() noexcept {
  if (file_) std::fclose(std::exchange(file_, nullptr));
  if (temporary_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
  temporary_.clear();
}

}  // namespace encore
