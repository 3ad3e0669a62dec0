// SPDX-License-Identifier: Apache-2.0
// Learned absolute positions, added to the embedding. Gehring et al. 2017; Devlin et al. 2019.
#pragma once

#include <encore/layers/model_shape.hpp>
#include <encore/ops/embed.hpp>

#include <cstdint>
#include <optional>

namespace encore {

// x_p += P[p], p from 0 in each sequence. With a padding id (RoBERTa, MPNet, after fairseq's make_positions): P[p +
// padding + 1], where tokens of that id are not counted and read P[padding]. Parameter `weight` [max_positions, E], with
// padding + 1 rows more before them.
struct LearnedPosition {
  // Which token is not counted, and how wide the rows are.
  struct Options {
    std::optional<std::int32_t> padding{};
    std::int64_t width = 0;  // E; 0: the shape's embedding width
  };
  ParameterId table;
  std::optional<std::int32_t> padding;

  LearnedPosition(Builder b, const ModelShape& shape, const Options& options)
      : table(b.table("weight", shape.max_positions + (options.padding ? *options.padding + 1 : 0),
                      options.width ? options.width : shape.embedding_width())),
        padding(options.padding) {}
  void add_to(op::Embed& embed, Indices positions) const { embed.add({table, positions, 0}); }
};

}  // namespace encore
