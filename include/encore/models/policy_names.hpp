// SPDX-License-Identifier: Apache-2.0
// What the policies of a spec are called, with their numbers.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/core/type_name.hpp>
#include <encore/layers/encoder.hpp>
#include <encore/models/any_encoder.hpp>

#include <charconv>
#include <string>
#include <string_view>

namespace encore {

// A policy's own `name`, or its type's.
template <class P>
std::string policy_name() {
  if constexpr (requires { std::string_view(P::name); })
    return std::string(P::name);
  else
    return type_name<P>();
}

namespace detail {

// The shortest decimal that reads back as the number.
inline std::string decimal(double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return std::string(text, end);
}

// The policy with those of its numbers that have a known name.
template <class P, class Options>
std::string with_numbers(const Options& options) {
  std::string text = policy_name<P>();
  if constexpr (requires { Activation(options.activation); }) text += ", " + std::string(name_of(options.activation));
  if constexpr (requires { options.eps; }) text += ", eps " + decimal(options.eps);
  if constexpr (requires { name_of(options.kind); }) text += ", " + std::string(name_of(options.kind));
  if constexpr (requires { options.base; }) text += ", base " + decimal(options.base);
  if constexpr (requires { options.global.base; })
    text += ", bases " + decimal(options.global.base) + " and " + decimal(options.local.base);
  if constexpr (requires { options.buckets; })
    if (options.buckets > 0) text += ", " + std::to_string(options.buckets) + " buckets";
  if constexpr (requires { options.groups; })
    text += ", " + std::to_string(options.groups) + (options.groups == 1 ? " group" : " groups");
  if constexpr (requires { options.window; })
    if (options.window >= 0) text += ", window " + std::to_string(options.window);
  if constexpr (requires { options.kv_heads; })
    if (options.kv_heads > 0) text += ", " + std::to_string(options.kv_heads) + " heads of keys and values";
  if constexpr (requires { options.softcap; })
    if (options.softcap > 0) text += ", softcap " + decimal(options.softcap);
  return text;
}

}  // namespace detail

// The spec's name, its model_type and its policies in the order of a config, each with those of its numbers that have a
// known name. What `encore info` prints.
template <class Spec>
ArchitectureDescription describe(const Config<Spec>& config) {
  using Position = typename Spec::Position;
  using Stack = stack_t<Spec>;
  ArchitectureDescription about{std::string(Spec::name), std::string(Spec::model_types[0]), {}};
  about.policies = {{"embedding", policy_name<typename Spec::template Embedding<typename Spec::Norm>>()},
                    {"position", detail::with_numbers<Position>(config.position)},
                    {"norm", detail::with_numbers<typename Spec::Norm>(config.norm)},
                    {"placement", policy_name<typename Spec::Placement>()},
                    {"attention", detail::with_numbers<typename Spec::template Attention<Position>>(config.attention)},
                    {"feed_forward", detail::with_numbers<typename Spec::FeedForward>(config.feed_forward)},
                    {"stack", detail::with_numbers<Stack>(config.stack)}};
  return about;
}

}  // namespace encore
