// SPDX-License-Identifier: Apache-2.0
// Embedding policies: token ids to rows.
#pragma once

#include <encore/layers/batch_indices.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/model_shape.hpp>
#include <encore/layers/norm.hpp>
#include <encore/layers/position_hooks.hpp>

#include <optional>

namespace encore {

// The positions that a policy reads: those of the batch, or counted without its padding id.
template <class Position>
Indices positions_for(auto& ex, const BatchIndices& in, const Position& position) {
  const std::optional<std::int32_t> padding = uncounted_id(position);
  return padding ? ex.positions_without(*padding, in.ids) : in.positions;
}

// The tables of an embedding [.., E] and their sum: word[id] + type[type] + position terms. Parameters `word.weight`
// [vocabulary, E] and, if the shape has token types, `type.weight` [types, E].
struct EmbeddingTables {
  ParameterId word;
  ParameterId type;

  EmbeddingTables(Builder b, const ModelShape& shape)
      : word((b / "word").table("weight", shape.vocabulary, shape.embedding_width())) {
    if (shape.types) type = (b / "type").table("weight", shape.types, shape.embedding_width());
  }
  template <class Position>
  auto operator()(auto& ex, const BatchIndices& in, const Position& position) const {
    op::Embed sum;
    sum.add({word, in.ids, 0});
    if (type) sum.add({type, in.type_ids, 0});
    if constexpr (AddsToEmbedding<Position>) position.add_to(sum, positions_for(ex, in, position));
    auto rows = ex.embed(sum);  // [N, E]
    if constexpr (GivesRows<Position, std::remove_reference_t<decltype(ex)>>)
      return ex.add(rows, position.rows(ex, in.positions));
    else
      return rows;
  }
};

// Whether embeddings of the hidden width are projected too.
enum class Projection : std::uint8_t { where_widths_differ, always };

// dropout(norm(sum)), projected from E to C -> [N, C]. Devlin et al. 2019; with E != C factorised: Lan et al. 2020
// (ALBERT), Clark et al. 2020 (ELECTRA). Parameters of EmbeddingTables, `norm`, and `project` [C, E] with a bias.
template <class Norm, Projection projection = Projection::where_widths_differ>
struct TokenEmbedding : EmbeddingTables {
  Norm norm;
  std::optional<Linear> project;
  float dropout;

  TokenEmbedding(Builder b, const ModelShape& shape, const options_t<Norm>& norm_options)
      : EmbeddingTables(b, shape),
        norm(construct<Norm>(b / "norm", shape.embedding_width(), norm_options)),
        dropout(shape.dropout) {
    if (projection == Projection::always || shape.embedding_width() != shape.hidden)
      project.emplace(b / "project", shape.embedding_width(), shape.hidden);
  }

  template <class Position>
  auto operator()(auto& ex, const BatchIndices& in, const Position& position) const {
    auto rows = EmbeddingTables::operator()(ex, in, position);
    auto normal = norm(ex, rows);
    auto kept = ex.dropout(normal, dropout);
    return project ? (*project)(ex, kept) : kept;
  }
};
// TokenEmbedding with a projection even where E = C, as ALBERT has it. Lan et al. 2020.
template <class Norm>
using FactorisedEmbedding = TokenEmbedding<Norm, Projection::always>;

// dropout(norm(project(sum))) -> [N, C]; no bias, and no projection where E = C. He et al. 2021, DeBERTa.
template <class Norm>
struct ProjectedEmbedding : EmbeddingTables {
  std::optional<Linear> project;
  Norm norm;
  float dropout;

  ProjectedEmbedding(Builder b, const ModelShape& shape, const options_t<Norm>& norm_options)
      : EmbeddingTables(b, shape),
        norm(construct<Norm>(b / "norm", shape.hidden, norm_options)),
        dropout(shape.dropout) {
    if (shape.embedding_width() != shape.hidden)
      project.emplace(b / "project", shape.embedding_width(), shape.hidden, Bias::no);
  }

  template <class Position>
  auto operator()(auto& ex, const BatchIndices& in, const Position& position) const {
    auto rows = EmbeddingTables::operator()(ex, in, position);
    if (project) rows = (*project)(ex, rows);
    auto normal = norm(ex, rows);
    return ex.dropout(normal, dropout);
  }
};

}  // namespace encore
