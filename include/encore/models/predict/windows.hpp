// SPDX-License-Identifier: Apache-2.0
// Contexts that do not fit a model, in overlapping windows beside the whole question.
#pragma once

#include <encore/core/encoding.hpp>
#include <encore/core/error.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace encore {

// An encoded pair cut into encodings of at most `longest` tokens: each has all of the first text and the special tokens,
// and a stretch of the second that overlaps the one before by `overlap` tokens. Offsets stay those of the whole text.
// What fits comes back as it is. Throws InputError where the first text leaves no room for more than the overlap.
inline std::vector<Encoding> windows_of(const Encoding& whole, std::int64_t longest, std::int64_t overlap) {
  const std::size_t tokens = whole.ids.size();
  if (std::int64_t(tokens) <= longest) return {whole};
  const auto in_second = [](std::int32_t sequence) { return sequence == 1; };
  const auto& sequences = whole.sequence_ids;
  const std::size_t first =
      std::size_t(std::find_if(sequences.begin(), sequences.end(), in_second) - sequences.begin());
  const std::size_t last =
      tokens - std::size_t(std::find_if(sequences.rbegin(), sequences.rend(), in_second) - sequences.rbegin());
  const std::int64_t room = longest - std::int64_t(first + tokens - last);
  if (first == tokens || room <= overlap)
    throw InputError("the first text leaves room for " + std::to_string(std::max<std::int64_t>(room, 0)) + " of " +
                     std::to_string(longest) + " tokens, and windows overlap by " + std::to_string(overlap));
  std::vector<Encoding> windows;
  for (std::size_t begin = first;; begin += std::size_t(room - overlap)) {
    const std::size_t end = std::min(begin + std::size_t(room), last);
    Encoding& window = windows.emplace_back();
    const auto take = [&](std::size_t from, std::size_t to) {
      const auto copy = [&](const auto& source, auto& into) {
        into.insert(into.end(), source.begin() + std::ptrdiff_t(from), source.begin() + std::ptrdiff_t(to));
      };
      copy(whole.ids, window.ids);
      copy(whole.type_ids, window.type_ids);
      copy(whole.tokens, window.tokens);
      copy(whole.offsets, window.offsets);
      copy(whole.byte_offsets, window.byte_offsets);
      copy(whole.sequence_ids, window.sequence_ids);
      copy(whole.word_ids, window.word_ids);
    };
    take(0, first);
    take(begin, end);
    take(last, tokens);
    if (end == last) return windows;
  }
}

}  // namespace encore
