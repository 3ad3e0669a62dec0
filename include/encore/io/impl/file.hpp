// SPDX-License-Identifier: Apache-2.0
// The bodies of io/file.hpp.
#pragma once

#include <encore/io/file.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <random>
#include <system_error>

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

ENCORE_INLINE std::string read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  return detail::read_whole<std::string>(path, max_bytes);
}

ENCORE_INLINE MappedFile::MappedFile(const std::filesystem::path& path) : name_(path.string()) {
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

ENCORE_INLINE MappedFile::~MappedFile() {
#if ENCORE_HAS_MMAP
  if (mapped_) ::munmap(const_cast<std::byte*>(data_), size_);
#endif
}

ENCORE_INLINE void MappedFile::release_pages([[maybe_unused]] std::size_t first,
                                             [[maybe_unused]] std::size_t count) const {
#if ENCORE_HAS_MMAP
  if (!mapped_ || first >= size_) return;
  const std::size_t page = std::size_t(::sysconf(_SC_PAGESIZE));
  const std::size_t last = first + std::min(count, size_ - first);
  first = first / page * page;
  if (last > first) ::madvise(const_cast<std::byte*>(data_) + first, last - first, MADV_DONTNEED);
#endif
}

ENCORE_INLINE AtomicFile::AtomicFile(const std::filesystem::path& target) : name_(target.string()), target_(target) {
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

ENCORE_INLINE void AtomicFile::fail(const char* what) const {
  throw FileError(name_ + ": " + what + ": " + detail::system_message());
}
ENCORE_INLINE void AtomicFile::require_open() const {
  if (!file_) throw FileError(name_ + ": is complete and takes no more bytes");
}

ENCORE_INLINE void AtomicFile::write(std::span<const std::byte> bytes) {
  require_open();
  if (bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail("cannot be written");
}

ENCORE_INLINE void AtomicFile::overwrite(std::uint64_t position, std::span<const std::byte> bytes) {
  require_open();
  // A FILE's long offset has 32 bits on some systems; what is patched is a header at the front.
  if (position > 0x7fffffffu || std::fseek(file_, long(position), SEEK_SET) != 0) fail("cannot be written to twice");
  write(bytes);
  if (std::fseek(file_, 0, SEEK_END) != 0) fail("cannot be written to twice");
}

ENCORE_INLINE MappedFile AtomicFile::written() {
  require_open();
  if (std::fflush(file_) != 0) fail("cannot be written");
  return MappedFile(temporary_.empty() ? target_ : temporary_);
}

ENCORE_INLINE void AtomicFile::commit() {
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

ENCORE_INLINE void AtomicFile::discard() noexcept {
  if (file_) std::fclose(std::exchange(file_, nullptr));
  if (temporary_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
  temporary_.clear();
}

}  // namespace encore
