// SPDX-License-Identifier: Apache-2.0
// Stack policies: which block stands at which depth. One description used twice is one set of parameters. A stack has
// `order`, by depth the block that runs there, and place(layers, block), where that block's names begin.
#pragma once

#include <encore/layers/model_shape.hpp>

#include <algorithm>
#include <vector>

namespace encore {

// A block of its own at every depth: names `layers.<i>`.
struct Repeat {
  std::vector<std::int64_t> order;  // by depth, the block that runs there

  explicit Repeat(const ModelShape& shape) {
    for (std::int64_t i = 0; i < shape.layers; ++i) order.push_back(i);
  }
  Builder place(Builder layers, std::int64_t block) const { return layers / block; }
};

// `groups` sets of `inner` blocks; the layers are divided evenly among the groups, in order, and each layer runs the
// inner blocks of its group: layers * inner steps in all. Names `layers.<group>.<inner>`. Lan et al. 2020, ALBERT.
struct SharedGroups {
  // ALBERT's num_hidden_groups and inner_group_num.
  struct Options {
    std::int64_t groups = 1;
    std::int64_t inner = 1;
  };
  std::vector<std::int64_t> order;
  std::int64_t inner;

  // Throws ArgumentError for more groups than layers.
  SharedGroups(const ModelShape& shape, const Options& options) : inner(options.inner) {
    if (options.groups < 1 || options.inner < 1 || options.groups > shape.layers)
      throw ArgumentError("shared groups: " + std::to_string(options.groups) + " groups of " +
                          std::to_string(options.inner) + " blocks for " + std::to_string(shape.layers) + " layers");
    for (std::int64_t i = 0; i < shape.layers; ++i)  // the group as transformers computes it, rounding included
      for (std::int64_t k = 0; k < inner; ++k)
        order.push_back(std::int64_t(double(i) / (double(shape.layers) / double(options.groups))) * inner + k);
  }
  Builder place(Builder layers, std::int64_t block) const { return layers / (block / inner) / (block % inner); }
};

// Any order, given as a list: {0, 0, 1, 1}. Names `layers.<block>`.
struct SharedPattern {
  // By depth, the block that runs there.
  struct Options {
    std::vector<std::int64_t> order;
  };
  std::vector<std::int64_t> order;

  // Throws ArgumentError for an empty order, a negative block, or one that is left out.
  SharedPattern(const ModelShape&, const Options& options) : order(options.order) {
    std::vector<std::int64_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    std::int64_t next = 0;
    for (const std::int64_t block : sorted) {
      if (block > next || block < 0)
        throw ArgumentError("shared pattern: block " + std::to_string(block) + " where " + std::to_string(next) +
                            " comes next");
      next = std::max(next, block + 1);
    }
    if (order.empty()) throw ArgumentError("shared pattern: the order is empty");
  }
  Builder place(Builder layers, std::int64_t block) const { return layers / block; }
};

}  // namespace encore
