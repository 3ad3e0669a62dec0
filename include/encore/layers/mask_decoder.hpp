// SPDX-License-Identifier: Apache-2.0
// The enhanced mask decoder: masked tokens learn their absolute positions after the encoder. He, Liu, Gao & Chen 2021,
// DeBERTa, section 3.2; microsoft/DeBERTa apps/models/masked_language_model.py.
#pragma once

#include <encore/layers/heads.hpp>
#include <encore/layers/learned_position.hpp>
#include <encore/layers/model_shape.hpp>

#include <optional>

namespace encore {

// MaskedLmHead of z_2, where with h the rows that the last block read and P[p] the row of a position,
//   z_0 = h + P, z_1 = block(z_0; h), z_2 = block(z_1; h)                                                       [N, C]
// and block(z; h) is the last block with queries and residuals z, keys and values of h. Parameters of MaskedLmHead and
// `position.weight` [max_positions, C]. Not enhanced: MaskedLmHead of the encoder's rows.
template <class Norm>
struct EnhancedMaskDecoder : MaskedLmHead<Norm> {
  std::optional<LearnedPosition> position;

  EnhancedMaskDecoder(Builder b, const ModelShape& shape, const LmHeadOptions& options,
                      const options_t<Norm>& norm_options, ParameterId words)
      : MaskedLmHead<Norm>(b, shape, options, norm_options, words) {
    if (options.enhanced) position.emplace(b / "position", shape, LearnedPosition::Options{.width = shape.hidden});
  }
  // Whether the decoder is there: decode() is called then.
  bool decodes() const { return position.has_value(); }
  // -> z_2, for the call operator.
  auto decode(auto& ex, const auto& encoder, const auto& h, const BatchIndices& in) const {
    op::Embed rows;
    position->add_to(rows, in.positions);
    auto z = ex.add(h, ex.embed(rows));
    for (std::int64_t pass = 0; pass < 2; ++pass) z = encoder.last_block(ex, z, h, pass);
    return z;
  }
};

}  // namespace encore
