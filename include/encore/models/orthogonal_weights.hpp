// SPDX-License-Identifier: Apache-2.0
// Orthogonal weights to begin training with, in place of initialise()'s normal ones.
#pragma once

#include <encore/core/orthogonal.hpp>
#include <encore/models/initialise.hpp>

#include <algorithm>

namespace encore {

// How draw_orthogonal_weights() draws.
struct OrthogonalOptions {
  std::uint64_t seed = 0;
  double gain = 1;  // what all singular values are
};

// Draws the matrices that products read anew: each section [rows, inputs], times the scale it asks for, has orthogonal
// rows, or columns where there are more rows, of length `gain`. Constants stay, and so do tables, one that a decoder
// shares among them. A section's numbers depend on the seed and its name only. Saxe, McClelland & Ganguli 2014, "Exact
// solutions to the nonlinear dynamics of learning in deep linear neural networks".
template <class B>
void draw_orthogonal_weights(Context<B>& context, Parameters<B>& parameters, const OrthogonalOptions& options = {}) {
  for (std::size_t i = 0; i < parameters.layout().size(); ++i) {
    const ParameterId id{std::int32_t(i)};
    const ParameterSpec& spec = parameters.layout()[id];
    if (spec.constant || !spec.reads_product || spec.reads_rows) continue;
    parameters.fill(context, id, [&](auto rows) {
      auto next = rows.begin();
      for (const ParameterSection& section : spec.sections) {
        const double gain = section.scale * options.gain;
        const auto numbers = random_orthogonal(section.rows, spec.cols(), stream_of(section.name, options.seed));
        next = std::transform(numbers.begin(), numbers.end(), next, [&](double x) { return scalar_t<B>(gain * x); });
      }
    });
  }
}

}  // namespace encore
