// SPDX-License-Identifier: Apache-2.0
// Tokens and their ids, both ways.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/trie.hpp>
#include <encore/text/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

// Immutable once made. Ids may have holes.
class Vocabulary {
 public:
  // A token and its id.
  using Entry = std::pair<std::string, std::int32_t>;

  Vocabulary() = default;
  // Throws ConfigError, beginning with `source`, for a negative id, one id for two tokens, or one token with two ids.
  Vocabulary(std::vector<Entry> entries, const std::string& source) : entries_(std::move(entries)) {
    std::vector<Trie::Entry> keys;
    keys.reserve(entries_.size());
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.second < b.second; });
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const auto& [token, id] = entries_[i];
      if (id < 0)
        throw ConfigError(source + ": token " + in_quotes(token) + " has the negative id " + std::to_string(id));
      if (i && entries_[i - 1].second == id)
        throw ConfigError(source + ": tokens " + in_quotes(entries_[i - 1].first) + " and " + in_quotes(token) +
                          " have one id, " + std::to_string(id));
      longest_ = std::max(longest_, token.size());
      keys.emplace_back(token, id);
    }
    std::sort(keys.begin(), keys.end());
    for (std::size_t i = 1; i < keys.size(); ++i)
      if (keys[i - 1].first == keys[i].first)
        throw ConfigError(source + ": token " + in_quotes(keys[i].first) + " is there twice");
    trie_ = Trie(keys);
  }

  // How many tokens there are.
  std::int64_t size() const { return std::int64_t(entries_.size()); }
  // The greatest id there is; -1 where there are no tokens.
  std::int32_t last_id() const { return entries_.empty() ? -1 : entries_.back().second; }
  std::size_t longest_token_bytes() const { return longest_; }
  const Trie& trie() const { return trie_; }
  // Calls each(token, id), by id.
  template <class Each>
  void for_each(Each each) const {
    for (const auto& [token, id] : entries_) each(token, id);
  }

  // -1 where there is no such token. (The empty token is never found.)
  std::int32_t id_of(std::string_view token) const { return trie_.find(token); }
  // nullptr where there is no such id.
  const std::string* token_of(std::int32_t id) const {
    if (id < 0) return nullptr;
    if (std::size_t(id) < entries_.size() && entries_[std::size_t(id)].second == id)
      return &entries_[std::size_t(id)].first;
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), id,
                                        [](const Entry& entry, std::int32_t wanted) { return entry.second < wanted; });
    return found != entries_.end() && found->second == id ? &found->first : nullptr;
  }

 private:
  std::vector<Entry> entries_;  // by id
  Trie trie_;
  std::size_t longest_ = 0;
};

}  // namespace encore::text
