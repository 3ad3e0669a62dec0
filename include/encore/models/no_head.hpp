// SPDX-License-Identifier: Apache-2.0
// The encoder alone, perhaps with its pooler.
#pragma once

#include <encore/models/head.hpp>
#include <encore/models/spec_heads.hpp>

#include <optional>

namespace encore {

namespace heads {

// No logits; the pooler's rows where they are asked for.
template <class Spec>
class None {
 public:
  static constexpr Head kind = Head::none;
  // Whether there is a pooler, and whether it has weights.
  struct Options {
    bool pooler = false;
    bool pooler_dense = true;  // false: the pooler has no weights
  };
  static Options of(const HeadOptions& all) { return {all.pooler, all.pooler_dense}; }

  // Throws UnsupportedError for a pooler that the spec lacks.
  None(Builder root, const Config<Spec>& config, const Options& options, ParameterId) {
    if (!options.pooler) return;
    if constexpr (has_pooler<Spec>)
      pooler_ = construct<pooler_t<Spec>>(root / "pooler", config.shape, PoolerOptions{options.pooler_dense});
    else
      throw UnsupportedError("this architecture has no pooler");
  }

  // The pooler's rows, called "pooler_output".
  template <class Value>
  struct Outputs {
    std::optional<Value> pooled;  // [sequences, C]
    void each(auto&& f) const {
      if (pooled) f("pooler_output", Rows::sequences, *pooled);
    }
  };
  template <class Value>
  Outputs<Value> operator()(auto& ex, Encoded<Spec, Value> x, const BatchIndices& in) const {
    if constexpr (has_pooler<Spec>)
      if (pooler_) return {(*pooler_)(ex, x.states, in)};
    return {};
  }

 private:
  std::optional<pooler_t<Spec>> pooler_;
};

}  // namespace heads

}  // namespace encore
