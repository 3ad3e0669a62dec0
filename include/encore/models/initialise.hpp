// SPDX-License-Identifier: Apache-2.0
// Parameters of a model that is trained from scratch.
#pragma once

#include <encore/backend/parameters.hpp>
#include <encore/core/philox.hpp>

#include <functional>
#include <string_view>

namespace encore {

// How initialise() draws.
struct InitOptions {
  std::uint64_t seed = 0;
  double deviation = 0.02;  // of weights and tables; Devlin et al. 2019
  StoreKind kind = StoreKind::training;
};

// The random numbers of what is called `name`: of a parameter or one of its sections.
constexpr RandomStream stream_of(std::string_view name, std::uint64_t seed) {
  std::uint64_t hash = 0;
  for (char c : name) hash = scope_hash(hash, std::uint64_t(static_cast<unsigned char>(c)));
  return {seed, hash};
}

// Weights and tables normal(0, deviation), gains one, biases zero, each times the scale its section asks for. A
// parameter's numbers depend on the seed and its name only.
template <class Task, class B>
Parameters<B> initialise(Context<B>& context, const Task& task, const InitOptions& options = {}) {
  Parameters<B> parameters(context, task.layout(), options.kind);
  for (std::size_t i = 0; i < parameters.layout().size(); ++i) {
    const ParameterId id{std::int32_t(i)};
    const ParameterSpec& spec = parameters.layout()[id];
    if (spec.constant) continue;
    const RandomStream stream = stream_of(spec.name(), options.seed);
    parameters.fill(context, id, [&](auto rows) {
      std::size_t n = 0;
      for (const ParameterSection& section : spec.sections)
        for (const std::size_t end = n + std::size_t(section.rows * spec.cols()); n < end; ++n)
          rows[n] = scalar_t<B>(section.scale * (spec.init == Init::normal ? options.deviation * stream.normal(n)
                                                 : spec.init == Init::ones ? 1.0
                                                                           : 0.0));
    });
  }
  return parameters;
}

}  // namespace encore
