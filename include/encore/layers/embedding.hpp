// SPDX-License-Identifier: Apache-2.0
// Embedding policies: token ids to rows.
#pragma once

#include <encore/layers/position.hpp>

namespace encore {

// The indices of a packed batch, where the backend can read them.
struct BatchIndices {
  Indices ids;         // [N]
  Indices type_ids;    // [N]
  Indices positions;   // [N], from 0 in each sequence
  Indices first_rows;  // [sequences]
};

// norm(word[id] + type[type] + position terms) -> [N, C], then dropout. Parameters `word.weight` [vocabulary, C] and,
// if the shape has token types, `type.weight` [types, C]. Devlin et al. 2019.
template <class Norm>
struct TokenEmbedding {
  ParameterId word;
  ParameterId type;
  Norm norm;
  float dropout;

  TokenEmbedding(Builder b, const ModelShape& shape, const options_t<Norm>& norm_options)
      : word((b / "word").table("weight", shape.vocabulary, shape.hidden)),
        norm(make_norm<Norm>(b / "norm", shape.hidden, norm_options)),
        dropout(shape.dropout) {
    if (shape.types) type = (b / "type").table("weight", shape.types, shape.hidden);
  }

  template <class Position>
  auto operator()(auto& ex, const BatchIndices& in, const Position& position) const {
    op::Embed sum;
    add_term(sum, {word, in.ids, 0});
    if (type) add_term(sum, {type, in.type_ids, 0});
    if constexpr (AddsToEmbedding<Position>) position.add_to(sum, in.positions);
    auto rows = ex.embed(sum);
    auto normal = norm(ex, rows);
    return ex.dropout(normal, dropout);
  }
};

}  // namespace encore
