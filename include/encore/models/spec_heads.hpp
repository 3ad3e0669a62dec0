// SPDX-License-Identifier: Apache-2.0
// The parts of heads that a spec brings: Pooler, LmHead<Norm>, Detector<Norm>, classifies_by_features.
#pragma once

#include <encore/layers/heads.hpp>
#include <encore/layers/policy.hpp>

#include <type_traits>

namespace encore {

namespace detail {
template <class Spec>
using pooler_member = typename Spec::Pooler;
template <class Spec>
using lm_head_member = typename Spec::template LmHead<typename Spec::Norm>;
template <class Spec>
using detector_member = typename Spec::template Detector<typename Spec::Norm>;
}  // namespace detail

// A spec's parts of heads; AbsentHead where it has none.
template <class Spec>
using pooler_t = detected_or_t<AbsentHead, detail::pooler_member, Spec>;
template <class Spec>
using lm_head_t = detected_or_t<AbsentHead, detail::lm_head_member, Spec>;
template <class Spec>
using detector_t = detected_or_t<AbsentHead, detail::detector_member, Spec>;

// Whether it has them.
template <class Spec>
inline constexpr bool has_pooler = !std::is_same_v<pooler_t<Spec>, AbsentHead>;
template <class Spec>
inline constexpr bool has_lm_head = !std::is_same_v<lm_head_t<Spec>, AbsentHead>;
// Whether replaced token detection is a head of the spec's own, not a classifier of features.
template <class Spec>
inline constexpr bool has_detector = !std::is_same_v<detector_t<Spec>, AbsentHead>;

// Whether classifiers of sequences read features of their own (HeadOptions::features) instead of a pooler.
template <class Spec>
inline constexpr bool classifies_by_features = [] {
  if constexpr (requires { Spec::classifies_by_features; })
    return Spec::classifies_by_features;
  else
    return false;
}();

// Whether a row is made of each sequence, for heads of sequences.
template <class Spec>
inline constexpr bool summarises = has_pooler<Spec> || classifies_by_features<Spec>;

}  // namespace encore
