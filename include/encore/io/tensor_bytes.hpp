// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a tensor are: in memory, or in a file from which they are read when they are asked for.
#pragma once

#include <encore/io/file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace encore {

class TensorBytes {
 public:
  TensorBytes() = default;
  // Memory and file must outlive what refers to them.
  TensorBytes(std::span<const std::byte> memory) : memory_(memory.data()), size_(memory.size()) {}
  TensorBytes(const InputFile& file) : file_(&file), size_(file.size()) {}

  // How many bytes there are.
  std::uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Bytes [first, first + size), which must be there.
  TensorBytes part(std::uint64_t first, std::uint64_t size) const {
    TensorBytes bytes = *this;
    bytes.first_ += first;
    bytes.size_ = size;
    return bytes;
  }

  // Copies bytes [first, first + to.size()), which must be there. Throws as InputFile::read does.
  void read(std::uint64_t first, std::span<std::byte> to) const {
    if (file_)
      file_->read(first_ + first, to);
    else if (!to.empty())
      std::memcpy(to.data(), memory_ + first_ + first, to.size());
  }
  // All of them. Throws FileError as InputFile::read() does.
  std::vector<std::byte> read_all() const {
    std::vector<std::byte> all(static_cast<std::size_t>(size_));
    read(0, all);
    return all;
  }
  // each(piece) for all bytes in order; but for the last, pieces are of the same size, a multiple of 8.
  template <class Each>
  void for_each_piece(Each&& each) const {
    if (!file_) return each(std::span<const std::byte>(memory_ + first_, static_cast<std::size_t>(size_)));
    std::vector<std::byte> piece(static_cast<std::size_t>(std::min(size_, longest_piece)));
    for (std::uint64_t first = 0; first < size_; first += piece.size()) {
      const auto bytes = std::span(piece).first(std::size_t(std::min<std::uint64_t>(piece.size(), size_ - first)));
      read(first, bytes);
      each(std::span<const std::byte>(bytes));
    }
  }

 private:
  static constexpr std::uint64_t longest_piece = std::uint64_t{1} << 18;

  const InputFile* file_ = nullptr;
  const std::byte* memory_ = nullptr;
  std::uint64_t first_ = 0;
  std::uint64_t size_ = 0;
};

// Whether both hold the same bytes.
inline bool same_bytes(const TensorBytes& a, const TensorBytes& b) {
  if (a.size() != b.size()) return false;
  bool same = true;
  std::uint64_t at = 0;
  std::vector<std::byte> other;
  a.for_each_piece([&](std::span<const std::byte> piece) {
    if (same) {
      other.resize(piece.size());
      b.read(at, other);
      same = std::equal(piece.begin(), piece.end(), other.begin());
    }
    at += piece.size();
  });
  return same;
}

}  // namespace encore
