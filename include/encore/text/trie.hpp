// SPDX-License-Identifier: Apache-2.0
// A trie over bytes in one array: a double array (Aoe 1989) with the value of a node beside its links.
#pragma once

#include <encore/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

class Trie {
 public:
  using Entry = std::pair<std::string_view, std::int32_t>;  // key and value, which is not negative
  // The node of the empty key, and no node.
  static constexpr std::uint32_t root = 0;
  static constexpr std::uint32_t none = 0xffffffff;

  Trie() : Trie(std::span<const Entry>{}) {}
  // `entries` are sorted by key, no two keys equal; the empty key is left out.
  explicit Trie(std::span<const Entry> entries) {
    grow(end_);
    nodes_[root].parent = no_parent;
    build(entries);
  }

  // The node behind `node` by that byte, or none.
  std::uint32_t child(std::uint32_t node, char byte) const {
    const std::uint32_t at = nodes_[node].base + static_cast<unsigned char>(byte);
    return nodes_[at].parent == node ? at : none;
  }
  // The value of the key that ends at the node, or -1.
  std::int32_t value(std::uint32_t node) const { return nodes_[node].value; }
  // The node behind `node` by those bytes, or none.
  std::uint32_t descend(std::uint32_t node, std::string_view bytes) const {
    for (const char byte : bytes)
      if ((node = child(node, byte)) == none) return none;
    return node;
  }
  // The value of a key, -1 where there is none.
  std::int32_t find(std::string_view key) const {
    const std::uint32_t node = descend(root, key);
    return node == none || node == root ? -1 : value(node);
  }

  // The longest key that begins with `begin`'s successors: from `node`, over [begin, end).
  struct Match {
    std::int32_t value = -1;  // -1: there is none
    const char* end = nullptr;
  };
  // The longest key below `node` that [begin, end) begins with.
  Match longest(std::uint32_t node, const char* begin, const char* end) const {
    Match best;
    for (const char* at = begin; at != end;) {
      node = child(node, *at++);
      if (node == none) break;
      if (const std::int32_t found = value(node); found >= 0) best = {found, at};
    }
    return best;
  }

 private:
  struct Node {
    std::uint32_t base = 0;  // children are at base + byte
    std::uint32_t parent = unused;
    std::int32_t value = -1;
  };
  static constexpr std::uint32_t unused = 0xffffffff;
  static constexpr std::uint32_t no_parent = 0xfffffffe;
  static constexpr std::size_t reach = 256;  // the array goes on for so long behind every base

  // An array in which `count` places can have children.
  void grow(std::size_t count) {
    if (count + reach >= no_parent) throw MemoryError("a vocabulary's trie of more than 4 billion nodes");
    if (nodes_.size() < count + reach) nodes_.resize(std::max(count + reach, nodes_.size() * 3 / 2));
  }

  // A base at which all of the children are unused: looked for in a window that moves on once it is crowded, else
  // behind everything. A vocabulary made to defeat the search costs memory in proportion to its size, and no time.
  std::uint32_t find_base(std::span<const std::pair<unsigned char, std::size_t>> children) {
    while (window_ < end_ && nodes_[window_].parent != unused) ++window_;
    const unsigned lowest = children.front().first;
    for (std::size_t at = window_; at < std::min(window_ + window_size, end_); ++at) {
      if (nodes_[at].parent != unused) continue;
      const std::size_t base = at - lowest;
      const bool fits = std::all_of(children.begin(), children.end(),
                                    [&](const auto& child) { return nodes_[base + child.first].parent == unused; });
      if (fits) return std::uint32_t(base);
    }
    if (++misses_ == 8 && window_ + window_size < end_) {
      window_ += window_size / 2;
      misses_ = 0;
    }
    return std::uint32_t(end_);
  }

  void build(std::span<const Entry> entries) {
    struct Task {
      std::uint32_t node;
      std::size_t depth, first, last;  // the entries that share the node's key
    };
    std::vector<Task> tasks{{root, 0, 0, entries.size()}};
    std::vector<std::pair<unsigned char, std::size_t>> children;  // byte and first entry
    while (!tasks.empty()) {
      auto [node, depth, first, last] = tasks.back();
      tasks.pop_back();
      if (first < last && entries[first].first.size() == depth) {
        if (depth) nodes_[node].value = entries[first].second;
        ++first;
      }
      if (first == last) continue;
      children.clear();
      for (std::size_t i = first; i < last; ++i) {
        const auto byte = static_cast<unsigned char>(entries[i].first[depth]);
        if (children.empty() || children.back().first != byte) children.emplace_back(byte, i);
      }
      const std::uint32_t base = find_base(children);
      grow(base + reach);
      nodes_[node].base = base;
      for (std::size_t i = 0; i < children.size(); ++i) {
        const std::uint32_t at = base + children[i].first;
        nodes_[at].parent = node;
        end_ = std::max<std::size_t>(end_, at + 1);
        tasks.push_back({at, depth + 1, children[i].second, i + 1 < children.size() ? children[i + 1].second : last});
      }
    }
    nodes_.resize(end_ + reach);
    nodes_.shrink_to_fit();
  }

  static constexpr std::size_t window_size = 512;

  std::vector<Node> nodes_;
  std::size_t end_ = reach;     // behind the last used place
  std::size_t window_ = reach;  // no base may be below 1
  std::size_t misses_ = 0;
};

}  // namespace encore::text
