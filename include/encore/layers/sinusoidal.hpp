// SPDX-License-Identifier: Apache-2.0
// Positions as sines and cosines, added to the embedding (hook E).
#pragma once

#include <encore/layers/model_shape.hpp>
#include <encore/layers/parameter_row.hpp>

namespace encore {

// How the columns of a table of sinusoids lie: sine and cosine of one frequency side by side, or all sines and then all
// cosines (fairseq, RoFormer's own table).
enum class Sinusoids : std::uint8_t { interleaved, halves };

// The base of the wavelengths, which go from 2 pi tokens to nearly 2 pi base, and the order of columns.
struct SinusoidalOptions {
  double base = 10000;
  Sinusoids layout = Sinusoids::interleaved;
};

// A constant table [rows, width]: for frequency i sin(p / base^(2i/width)) in column 2i and its cosine in 2i + 1, or in i
// and width/2 + i; row r belongs to position r + first.
inline ParameterId sinusoids(Builder b, std::int64_t rows, std::int64_t width, const SinusoidalOptions& options,
                             std::int64_t first = 0) {
  return b.constant("sinusoids", rows, width, [=](std::int64_t r, std::int64_t c) {
    const std::int64_t sines = (width + 1) / 2;
    const bool halves = options.layout == Sinusoids::halves, cosine = halves ? c >= sines : c % 2 == 1;
    const std::int64_t frequency = halves ? (cosine ? c - sines : c) : c / 2;
    const double angle = double(r + first) / std::pow(options.base, 2.0 * double(frequency) / double(width));
    return cosine ? std::cos(angle) : std::sin(angle);
  });
}

// x_p += P[p]. Vaswani et al. 2017, section 3.5.
struct SinusoidalPosition {
  using Options = SinusoidalOptions;
  ParameterId table;

  SinusoidalPosition(Builder b, const ModelShape& shape, const Options& options)
      : table(sinusoids(b, shape.max_positions, shape.embedding_width(), options)) {}
  void add_to(op::Embed& embed, Indices positions) const { embed.add({table, positions, 0}); }
};

// x_p += a P[p], one learned number a, E^(-1/2) at first. Hua et al. 2022; Geiping & Goldstein 2023, "Cramming".
// Parameter `scale` [1, 1].
struct ScaledSinusoidalPosition {
  using Options = SinusoidalOptions;
  ParameterId table;
  ParameterId scale;

  ScaledSinusoidalPosition(Builder b, const ModelShape& shape, const Options& options)
      : table(sinusoids(b, shape.max_positions, shape.embedding_width(), options)),
        scale(b.table("scale", 1, 1, Init::ones, 1.0 / std::sqrt(double(shape.embedding_width())))) {}
  auto rows(auto& ex, Indices positions) const {
    return ex.scale(ex.embed(EmbedTerm{table, positions}), parameter_row(ex, scale));
  }
};

}  // namespace encore
