// SPDX-License-Identifier: Apache-2.0
// y[n] = sum over terms t of table_t[index_t[n] + offset_t] -> [N, C], in their order. Backward adds to the tables'
// gradients. An index that is no row is an InputError.
#pragma once

#include <encore/backend/operands.hpp>
#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore {

// One summand of an embedding, as layers say it.
struct EmbedTerm {
  ParameterId table{};
  Indices indices{};
  std::int64_t offset = 0;
};

namespace op {

ENCORE_KERNEL(embed)
struct Embed {
  static constexpr const char* name = "embed";
  static constexpr std::size_t max_terms = 4;
  std::array<EmbedTerm, max_terms> terms{};
  std::size_t count = 0;

  // Throws ArgumentError where there is no room for one more.
  void add(const EmbedTerm& term) {
    if (count == max_terms) throw ArgumentError("embed: more than " + std::to_string(max_terms) + " terms");
    terms[count++] = term;
  }
  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent>) const {
    if (count < 1 || count > max_terms)
      throw ArgumentError("embed: " + std::to_string(count) + " terms, 1 to " + std::to_string(max_terms) +
                          " are possible");
    Extent first;
    for (std::size_t t = 0; t < count; ++t) {
      const ParameterSpec& table = row_parameter(name, env.layout, terms[t].table);
      const Extent size{terms[t].indices.size, table.cols()};
      if (t == 0) first = size;
      if (size != first) shape_error(name, first, size, "terms differ");
      check_indices(name, terms[t].indices, terms[t].offset, table.rows(), table.name());
    }
    return first;
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>>, Out<B> y, Out<B>, std::byte*) const {
    std::array<LookupTerm<scalar_t<B>>, max_terms> lookups;
    for (std::size_t t = 0; t < count; ++t)
      lookups[t] = {env.weights(terms[t].table).rows(), terms[t].indices, terms[t].offset};
    const std::span<const LookupTerm<scalar_t<B>>> used(lookups.data(), count);
    embed_kernel(env.kernels, used, y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>>) const {
    for (std::size_t t = 0; t < count; ++t)
      if (auto* gradient = env.gradient(terms[t].table))
        env.kernels.embed_backward(terms[t].indices, terms[t].offset, dy, *gradient);
  }
  template <class B>
  double flops(const Env<B>& env, std::span<const Extent>) const {
    return double(count - 1) * double(terms[0].indices.size) * double(env.layout[terms[0].table].cols());
  }
};

}  // namespace op
}  // namespace encore
