// SPDX-License-Identifier: Apache-2.0
// Numbers that depend on weights alone, computed once when those are loaded instead of in every pass.
#pragma once

#include <encore/exec/infer.hpp>
#include <encore/layers/encoder.hpp>

#include <algorithm>

namespace encore {

// Fills the derived parameters of an inference store whose other numbers are there; executors then read them. After a
// change of weights they go back to computing, until it is called again. A store for training has none to read: its
// executors compute what gradients flow through.
template <class Spec, class B>
void prepare(Context<B>& context, const Encoder<Spec>& encoder, Parameters<B>& parameters) {
  if constexpr (Encoder<Spec>::prepares) {
    if (parameters.kind() != StoreKind::inference) return;
    infer(context, parameters, Segments({1}), {}, [&](auto& ex) {
      encoder.prepare(ex, [&](ParameterId id, const auto& value) {
        const auto rows = ex.view(value);
        if constexpr (std::remove_reference_t<decltype(ex)>::computing)
          parameters.fill(context, id, [&](auto numbers) {
            for (std::int64_t r = 0; r < rows.rows; ++r)
              std::copy_n(rows.row(r), rows.cols, numbers.begin() + std::ptrdiff_t(r * rows.cols));
          });
      });
    });
    parameters.set_prepared();
  }
}

}  // namespace encore
