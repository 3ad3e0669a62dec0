// SPDX-License-Identifier: Apache-2.0
// Placement policies: where the norm of a sublayer stands. Each gives a `Sublayer<Norm>` that wraps a function of rows,
// and says whether the stack ends in a norm of its own.
#pragma once

#include <encore/layers/model_shape.hpp>

#include <optional>

namespace encore {

namespace detail {
// Once for each norm, whatever runs it.
template <class Norm>
void refuse_one_operand() {
  static_assert(refused<Norm>,
                "encore: a norm behind a sum takes two operands too: norm(ex, residual, x) is norm(residual + x)");
}
}  // namespace detail

// Whether a norm takes a residual too: norm(ex, x, y) is norm(x + y).
template <class Norm, class Ex, class X, class Y>
concept NormsSums = requires(const Norm& norm, Ex& ex, const X& x, const Y& y) { norm(ex, x, y); };

// norm(x + y) by the norm's form of two operands, which may be one kernel.
template <class Norm, class Ex, class X, class Y>
auto residual_norm(Ex& ex, const Norm& norm, const X& x, const Y& y) {
  if constexpr (NormsSums<Norm, Ex, X, Y>) {
    return norm(ex, x, y);
  } else {
    detail::refuse_one_operand<Norm>();
    return x;
  }
}

// x <- norm(x + f(x)). Vaswani et al. 2017; BERT.
struct PostNorm {
  static constexpr bool final_norm = false;

  template <class Norm>
  struct Sublayer {
    Norm norm;
    float dropout;

    Sublayer(Builder b, const ModelShape& shape, const options_t<Norm>& options)
        : norm(construct<Norm>(b, shape.hidden, options)), dropout(shape.dropout) {}
    auto operator()(auto& ex, const auto& x, auto&& f) const {  // [N, C] -> [N, C]
      auto y = f(x);
      auto kept = ex.dropout(y, dropout);
      return residual_norm(ex, norm, x, kept);
    }
  };
};

// x <- x + f(norm(x)), and a norm at the end of the stack. Xiong et al. 2020.
struct PreNorm {
  static constexpr bool final_norm = true;

  template <class Norm>
  struct Sublayer {
    Norm norm;
    float dropout;

    Sublayer(Builder b, const ModelShape& shape, const options_t<Norm>& options)
        : norm(construct<Norm>(b, shape.hidden, options)), dropout(shape.dropout) {}
    auto operator()(auto& ex, const auto& x, auto&& f) const {
      auto normal = norm(ex, x);
      auto y = f(normal);
      auto kept = ex.dropout(y, dropout);
      return ex.add(x, kept);
    }
  };
};

// PreNorm without the norm of the first attention: the embeddings have just been normed. Warner et al. 2024, ModernBERT.
struct PreNormAfterFirst {
  static constexpr bool final_norm = true;

  template <class Norm>
  struct Sublayer {
    std::optional<Norm> norm;
    float dropout;

    Sublayer(Builder b, const ModelShape& shape, const options_t<Norm>& options, const LayerPlace& place)
        : dropout(shape.dropout) {
      if (place.layer > 0 || place.part != Part::attention) norm = construct<Norm>(b, shape.hidden, options);
    }
    auto operator()(auto& ex, const auto& x, auto&& f) const {
      auto normal = norm ? (*norm)(ex, x) : x;
      auto y = f(normal);
      auto kept = ex.dropout(y, dropout);
      return ex.add(x, kept);
    }
  };
};

}  // namespace encore
