// SPDX-License-Identifier: Apache-2.0
// What the policies of a spec are called, with their numbers.
#pragma once

#include <encore/layers/encoder.hpp>
#include <encore/models/bert.hpp>
#include <encore/ops/rows.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace encore::cli {

// "LayerNorm": a policy's own `name`, or its type's as the compiler spells it.
template <class P>
std::string policy_name() {
  if constexpr (requires { std::string_view(P::name); }) return std::string(P::name);
#if defined(__GNUC__)
  std::string_view text = __PRETTY_FUNCTION__;  // "... [with P = encore::LayerNorm; ...]" or "[P = encore::LayerNorm]"
  text.remove_prefix(text.find("P = ") + 4);
  text = text.substr(0, text.find_first_of(";]<"));
  if (const std::size_t colon = text.rfind("::"); colon != text.npos) text.remove_prefix(colon + 2);
  return std::string(text);
#else
  return "?";
#endif
}

inline std::string_view name_of_pooling(Pooling pooling) {
  switch (pooling) {
    case Pooling::first: return "cls";
    case Pooling::mean: return "mean";
    case Pooling::max: return "max";
  }
  return "?";
}

inline std::string_view name_of_positions(BertPositions kind) {
  switch (kind) {
    case BertPositions::absolute: return "absolute";
    case BertPositions::relative_key: return "relative_key";
    case BertPositions::relative_key_query: return "relative_key_query";
  }
  return "?";
}

// The policy with those of its numbers that have a known name.
template <class P, class Options>
std::string with_numbers(const Options& options) {
  std::string text = policy_name<P>();
  if constexpr (requires { options.eps; }) text += ", eps " + nlohmann::json(options.eps).dump();
  if constexpr (requires { Activation(options.activation); }) text += ", " + std::string(name_of(options.activation));
  if constexpr (requires { BertPositions(options.kind); }) text += ", " + std::string(name_of_positions(options.kind));
  if constexpr (requires { options.window; })
    if (options.window >= 0) text += ", window " + std::to_string(options.window);
  return text;
}

template <class Spec>
nlohmann::ordered_json policies_of(const Config<Spec>& config) {
  using Position = typename Spec::Position;
  return {{"embedding", policy_name<typename Spec::template Embedding<typename Spec::Norm>>()},
          {"position", with_numbers<Position>(config.position)},
          {"norm", with_numbers<typename Spec::Norm>(config.norm)},
          {"placement", policy_name<typename Spec::Placement>()},
          {"attention", with_numbers<typename Spec::template Attention<Position>>(config.attention)},
          {"feed_forward", with_numbers<typename Spec::FeedForward>(config.feed_forward)}};
}

}  // namespace encore::cli
