// SPDX-License-Identifier: Apache-2.0
// Packed sequences: the real tokens of all sequences end to end, and where each begins. There is no padding.
#pragma once

#include <encore/core/error.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace encore {

// Offsets of sequences in a packed [N, C] matrix: sequence s has rows [begin(s), end(s)).
class Segments {
 public:
  Segments() { offsets_.push_back(0); }
  // Throws InputError for an empty sequence or more than 2^31 - 1 tokens.
  explicit Segments(const std::vector<std::int64_t>& lengths) : Segments() {
    for (std::int64_t length : lengths) push_back(length);
  }

  // Appends a sequence of that many tokens. Throws InputError where it is empty or the batch would have more than
  // 2147483647 tokens.
  void push_back(std::int64_t length) {
    if (length <= 0) throw InputError("segments: sequence " + std::to_string(count()) + " is empty");
    if (length > std::numeric_limits<std::int32_t>::max() - tokens())
      throw InputError("segments: more than 2147483647 tokens in one batch");
    offsets_.push_back(std::int32_t(tokens() + length));
    longest_ = std::max(longest_, length);
  }
  // Keeps the memory, so that a batch object can be reused without allocating.
  void clear() {
    offsets_.resize(1);
    longest_ = 0;
  }

  // Sequences, tokens of all of them and of the longest one; sequence s has the rows begin(s) to end(s) of [N, C].
  std::int64_t count() const { return std::int64_t(offsets_.size()) - 1; }
  std::int64_t tokens() const { return offsets_.back(); }
  std::int64_t longest() const { return longest_; }
  std::int64_t begin(std::int64_t s) const { return offsets_[std::size_t(s)]; }
  std::int64_t end(std::int64_t s) const { return offsets_[std::size_t(s) + 1]; }
  std::int64_t length(std::int64_t s) const { return end(s) - begin(s); }
  // count() + 1 offsets, the first 0 and the last tokens().
  const std::int32_t* offsets() const { return offsets_.data(); }

  friend bool operator==(const Segments& a, const Segments& b) { return a.offsets_ == b.offsets_; }

 private:
  std::vector<std::int32_t> offsets_;
  std::int64_t longest_ = 0;
};

}  // namespace encore
