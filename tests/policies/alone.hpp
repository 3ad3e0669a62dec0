// SPDX-License-Identifier: Apache-2.0
// A policy alone: with the usual others around it, with all its numbers, on the reference backend and on Cpu.
#pragma once

#include "policies/combination.hpp"

#include <encore/backend/cpu.hpp>

namespace policies_test {

// The first of a list, and f(tag) for each of it.
template <class P, class... Others>
constexpr Type<P> first(Types<P, Others...>) {
  return {};
}
template <template <class> class P, template <class> class... Others>
constexpr Template<P> first(Templates<P, Others...>) {
  return {};
}
template <class... Policies>
void each(Types<Policies...>, auto&& f) {
  (..., f(Type<Policies>{}));
}
template <template <class> class... Policies>
void each(Templates<Policies...>, auto&& f) {
  (..., f(Template<Policies>{}));
}

inline constexpr auto norm = first(Norms{});
inline constexpr auto placement = first(Placements{});
inline constexpr auto position = first(Positions{});
inline constexpr auto attention = first(Attentions{});
inline constexpr auto feed_forward = first(FeedForwards{});
inline constexpr auto embedding = first(Embeddings{});
inline constexpr auto stack = first(Stacks{});
inline constexpr auto block = first(Blocks{});

template <class N, class Pl, class Po, template <class> class A, class F, template <class> class E, class S,
          template <class> class Bl>
constexpr Combination<N, Pl, Po, A, F, E, S, Bl> combine(Type<N>, Type<Pl>, Type<Po>, Template<A>, Type<F>, Template<E>,
                                                         Type<S>, Template<Bl>) {
  return {};
}

// Infer equals Record, no sequence sees another, and 1, 2 and 5 threads make the same bits, on every instruction set.
void check_on_cpu(const Described& described, const AnyEncoder<Cpu>& encoder);
// Whether permuting the tokens permutes the rows.
void check_permutation(const Described& described, const AnyEncoder<Reference<double>>& encoder, bool permutes);

// Wider than the reference backend's, so that kernels have whole blocks and rests of them.
inline const ModelShape cpu_shape{
    .vocabulary = 31, .hidden = 24, .layers = 1, .heads = 2, .intermediate = 70, .max_positions = 19, .types = 2};

template <class Spec>
void check_alone(auto policy, Spec, bool permutes_tokens) {
  for (int variant = 0; variant < variants(policy); ++variant) {
    with_encoder<Reference<double>, Spec>(small_shape, variant, [](const auto&... encoder) { check(encoder...); });
    with_encoder<Cpu, Spec>(cpu_shape, variant, [](const auto&... encoder) { check_on_cpu(encoder...); });
  }
  with_encoder<Reference<double>, Spec>(
      small_shape, 0, [&](const auto&... encoder) { check_permutation(encoder..., permutes_tokens); });
}
template <class Spec>
void check_alone(auto policy, Spec spec) {
  check_alone(policy, spec, permutes(policy));
}

}  // namespace policies_test
