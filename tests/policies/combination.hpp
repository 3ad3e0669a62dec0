// SPDX-License-Identifier: Apache-2.0
// A spec of one policy of each kind, with the numbers of each, and its check.
#pragma once

#include "policies/any_encoder.hpp"
#include "policies/policies.hpp"

#include <encore/backend/reference.hpp>

#include <memory>
#include <string>
#include <typeinfo>

namespace policies_test {

inline const ModelShape small_shape{
    .vocabulary = 7, .hidden = 8, .layers = 1, .heads = 2, .intermediate = 5, .max_positions = 19, .types = 2};

template <class N, class Pl, class Po, template <class> class A, class F, template <class> class E, class S,
          template <class> class Bl>
struct Combination {
  using Norm = N;
  using Placement = Pl;
  using Position = Po;
  template <class P>
  using Attention = A<P>;
  using FeedForward = F;
  template <class M>
  using Embedding = E<M>;
  using Stack = S;
  template <class Spec>
  using Block = Bl<Spec>;
  using BlockOptions = decltype(block_options(Template<Bl>{}));

  // Number `variant` of the numbers of each policy, number 0 of those that have fewer.
  static encore::Config<Combination> config(const ModelShape& shape, int variant = 0) {
    encore::Config<Combination> config;
    config.shape = shape;
    const auto set = [&](auto policy) { numbers(policy, variant < variants(policy) ? variant : 0, config); };
    set(Type<N>{});
    set(Type<Pl>{});
    set(Type<Po>{});
    set(Template<A>{});
    set(Type<F>{});
    set(Template<E>{});  // after the position, whose width it may set
    set(Type<S>{});
    set(Template<Bl>{});
    return config;
  }
};

// A type's name as one writes it.
std::string readable(const std::type_info& type);

// A combination's parts, in a test's hands.
struct Described {
  std::string spec;  // for messages
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  ModelShape shape;
};

// Gradients of every parameter, Infer equals Record, and no sequence sees another.
void check(const Described& described, const AnyEncoder<Reference<double>>& encoder);

// f(Described, encoder): the encoder of a combination, on a backend.
template <class B, class Spec>
void with_encoder(const ModelShape& shape, int variant, auto&& f) {
  const Config<Spec> config = Spec::config(shape, variant);
  const Described described{.spec = readable(typeid(Spec)), .shape = config.shape};
  const Encoder<Spec> encoder(Builder(*described.layout), config);
  f(described, EncoderOn<B, Spec>(encoder));
}

template <class Spec>
void check() {
  with_encoder<Reference<double>, Spec>(small_shape, 0, [](const auto&... encoder) { check(encoder...); });
}

}  // namespace policies_test
