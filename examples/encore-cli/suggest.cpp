// SPDX-License-Identifier: Apache-2.0
#include "suggest.hpp"

#include <algorithm>
#include <cstddef>

namespace encore::cli {

namespace {

// Edits from one word to the other, a swap of neighbours being one (optimal string alignment).
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> least(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      std::size_t& here = least[i][j];
      if (i == 0 || j == 0) {
        here = i + j;
        continue;
      }
      here = std::min({least[i - 1][j] + 1, least[i][j - 1] + 1, least[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        here = std::min(here, least[i - 2][j - 2] + 1);
    }
  return least[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > 100) return {};
  std::string best;
  std::size_t least = std::min<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& other : known)
    if (const std::size_t distance = edits(word, other); distance < least) {
      least = distance;
      best = other;
    }
  if (best.empty() && word.size() >= 2)
    for (const std::string& other : known)
      if (other.starts_with(word)) return other;
  return best;
}

}  // namespace encore::cli
