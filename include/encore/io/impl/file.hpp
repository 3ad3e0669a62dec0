// SPDX-License-Identifier: Apache-2.0
// The bodies of io/file.hpp.
#pragma once

#include <encore/io/file.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <random>
#include <system_error>
#include <thread>

#if __has_include(<sys/stat.h>) && __has_include(<unistd.h>)
#define ENCORE_HAS_PREAD 1
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#define ENCORE_HAS_PREAD 0
#endif

namespace encore {

namespace detail {

// The current errno in words.
inline std::string system_message() { return std::error_code(errno, std::generic_category()).message(); }

inline void refuse_directory(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw FileError(path.string() + ": is a directory, not a file");
}

// Refuses what is there and is no regular file, before it is opened: that alone makes some devices act.
inline void require_regular(const std::filesystem::path& path) {
  std::error_code error;
  const auto refuse = [&](const char* what) { throw FileError(path.string() + ": is " + what + ", not a file"); };
  switch (std::filesystem::status(path, error).type()) {
    case std::filesystem::file_type::directory: refuse("a directory"); break;
    case std::filesystem::file_type::fifo: refuse("a pipe"); break;
    case std::filesystem::file_type::socket: refuse("a socket"); break;
    case std::filesystem::file_type::block:
    case std::filesystem::file_type::character: refuse("a device"); break;
    default: break;  // what is missing is told by who opens it
  }
}

// Where a chain of symbolic links leads, whether or not there is anything.
inline std::filesystem::path behind_links(std::filesystem::path path) {
  std::error_code error;
  for (int links = 0; links < 40 && std::filesystem::is_symlink(path, error); ++links) {
    const auto next = std::filesystem::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / next;
  }
  return path;
}

}  // namespace detail

ENCORE_INLINE InputFile::InputFile(const std::filesystem::path& path) : InputFile() {
  name_ = path.string();
  detail::require_regular(path);
#if ENCORE_HAS_PREAD
  open(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // non-blocking: it may have become a pipe
  // Of two changes within a tick of the clock that stamps them the second does not show.
  constexpr auto tick = std::chrono::milliseconds(20);
  const auto age = std::chrono::system_clock::now().time_since_epoch() - std::chrono::nanoseconds(opened_.nanoseconds) -
                   std::chrono::duration<double>(double(opened_.seconds));
  if (age < std::chrono::seconds(0) || age >= tick) return;
  std::this_thread::sleep_for(tick - age);
  require_unchanged();
#else
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw FileError(name_ + ": cannot be opened: " + detail::system_message());
  for (char piece[1 << 14]; stream.read(piece, sizeof piece), stream.gcount() > 0;) {
    const auto* bytes = reinterpret_cast<const std::byte*>(piece);
    copy_.insert(copy_.end(), bytes, bytes + stream.gcount());
  }
  if (stream.bad()) throw FileError(name_ + ": cannot be read: " + detail::system_message());
  opened_.size = copy_.size();
#endif
}

ENCORE_INLINE void InputFile::open([[maybe_unused]] int descriptor) {
#if ENCORE_HAS_PREAD
  if (descriptor < 0) throw FileError(name_ + ": cannot be opened: " + detail::system_message());
  descriptor_ = descriptor;
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && !S_ISREG(status.st_mode)) throw FileError(name_ + ": is not a regular file");
  opened_ = stamp();
#endif
}

ENCORE_INLINE InputFile::~InputFile() {
#if ENCORE_HAS_PREAD
  if (descriptor_ >= 0) ::close(descriptor_);
#endif
}

ENCORE_INLINE void InputFile::swap(InputFile& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(opened_, other.opened_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(copy_, other.copy_);
}

ENCORE_INLINE InputFile::Stamp InputFile::stamp() const {
#if ENCORE_HAS_PREAD
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw FileError(name_ + ": cannot be read: " + detail::system_message());
#if defined(__APPLE__)
  const auto& modified = status.st_mtimespec;
#else
  const auto& modified = status.st_mtim;
#endif
  return {std::uint64_t(status.st_size), std::int64_t(modified.tv_sec), std::int64_t(modified.tv_nsec)};
#else
  return opened_;
#endif
}

ENCORE_INLINE void InputFile::require_unchanged() const {
  if (stamp() != opened_) throw FileError(name_ + ": was changed by another program while it was read");
}

// Fewer bytes than asked for at the end of the file only.
ENCORE_INLINE std::size_t InputFile::read_some(std::uint64_t first, std::span<std::byte> to) const {
#if ENCORE_HAS_PREAD
  std::size_t done = 0;
  while (done < to.size()) {
    const auto count = ::pread(descriptor_, to.data() + done, to.size() - done, off_t(first + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw FileError(name_ + ": cannot be read: " + detail::system_message());
    if (count == 0) break;
    done += std::size_t(count);
  }
  return done;
#else
  const std::size_t done = first < copy_.size() ? std::min(to.size(), copy_.size() - std::size_t(first)) : 0;
  if (done) std::memcpy(to.data(), copy_.data() + first, done);
  return done;
#endif
}

ENCORE_INLINE void InputFile::read(std::uint64_t first, std::span<std::byte> to) const {
  const std::size_t count = read_some(first, to);
  require_unchanged();
  if (count < to.size())
    throw FileError(name_ + ": ends at byte " + std::to_string(first + count) + ", " +
                    std::to_string(first + to.size()) + " are to be read");
}

ENCORE_INLINE std::string InputFile::read_all(std::size_t max_bytes) const {
  const auto refuse = [&] {
    throw FileError(name_ + ": larger than the " + std::to_string(max_bytes) + " bytes allowed for this file");
  };
  if (size() > max_bytes) refuse();
  constexpr std::size_t piece = std::size_t{1} << 16;
  std::string content;
  for (std::size_t used = 0;;) {
    content.resize(used + std::max(piece, std::size_t(size()) >= used ? std::size_t(size()) - used + 1 : 0));
    const std::size_t count = read_some(used, std::as_writable_bytes(std::span(content).subspan(used)));
    used += count;
    if (used > max_bytes) refuse();
    if (used == content.size()) continue;
    content.resize(used);
    require_unchanged();
    return content;
  }
}

ENCORE_INLINE std::string read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  return InputFile(path).read_all(max_bytes);
}

ENCORE_INLINE AtomicFile::AtomicFile(const std::filesystem::path& target) : name_(target.string()), target_(target) {
  detail::refuse_directory(target);
  std::error_code error;
  const auto status = std::filesystem::status(target, error);
  if (status.type() == std::filesystem::file_type::none)
    throw FileError(name_ + ": cannot be opened for writing: " + error.message());
  target_ = detail::behind_links(target);
  const bool there = std::filesystem::exists(status);
  // A link into /proc may lead to a file that has no name any more.
  const bool named = !there || std::filesystem::equivalent(target, target_, error);
  if (there && (!std::filesystem::is_regular_file(status) || !named)) {
    file_ = std::fopen(name_.c_str(), "wb");
    if (!file_) fail("cannot be opened for writing");
    return;
  }
  open_temporary(target_.parent_path());
#if ENCORE_HAS_PREAD
  if (there) ::fchmod(::fileno(file_), mode_t(status.permissions()) & 0777);  // whom the old content was shown
#endif
}

ENCORE_INLINE AtomicFile AtomicFile::scratch_beside(const std::filesystem::path& target) {
  AtomicFile scratch;
  scratch.name_ = target.string();
  std::error_code ignored;
  const bool beside = !std::filesystem::exists(target, ignored) || std::filesystem::is_regular_file(target, ignored);
  scratch.open_temporary(beside ? detail::behind_links(target).parent_path()
                                : std::filesystem::temp_directory_path(ignored));
#if ENCORE_HAS_PREAD
  std::filesystem::remove(std::exchange(scratch.temporary_, {}), ignored);  // it lives as long as it is open
#endif
  return scratch;
}

// The name is short, whatever the target's, and hidden.
ENCORE_INLINE void AtomicFile::open_temporary(const std::filesystem::path& folder) {
  std::random_device random;
  for (int attempt = 0; attempt < 16 && !file_; ++attempt) {
    temporary_ = folder / (".encore-" + std::to_string(random()));
    errno = 0;
    file_ = std::fopen(temporary_.string().c_str(), "w+bx");
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

ENCORE_INLINE InputFile AtomicFile::written() {
  require_open();
  if (std::fflush(file_) != 0) fail("cannot be written");
#if ENCORE_HAS_PREAD
  InputFile file;
  file.name_ = name_;
  file.open(::fcntl(::fileno(file_), F_DUPFD_CLOEXEC, 0));
  return file;
#else
  return InputFile(temporary_.empty() ? target_ : temporary_);
#endif
}

ENCORE_INLINE void AtomicFile::commit() {
  require_open();
  if (std::fflush(file_) != 0) fail("cannot be written");
#if ENCORE_HAS_PREAD
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
