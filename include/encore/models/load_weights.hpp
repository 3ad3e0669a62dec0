// SPDX-License-Identifier: Apache-2.0
// A checkpoint into a parameter store. Strict: every parameter is filled, every tensor is used or listed as ignorable,
// and what does not match is reported all at once.
#pragma once

#include <encore/backend/parameters.hpp>
#include <encore/io/match_weights.hpp>

#include <span>
#include <string>
#include <vector>

namespace encore {

namespace detail {

template <class S>
void read_section(const SectionSource& source, std::span<S> rows, std::int64_t cols, std::int64_t heads) {
  if (source.name.stored == Stored::as_is) {
    read_as_float(*source.tensor, rows);
    return;
  }
  std::vector<S> whole(source.tensor ? std::size_t(source.tensor->elements()) : 0);
  if (source.tensor) read_as_float(*source.tensor, std::span<S>(whole));
  arrange_weights(source.name, std::span<const S>(whole), rows, cols, heads);
}

}  // namespace detail

// Whether a layout can be filled from a checkpoint, as its header says, before memory is taken for the numbers: what a
// config.json asks for is worth nothing until a file bears it out. Throws as load_weights does.
inline void check_weights(const ParameterLayout& layout, const Checkpoint& checkpoint, const WeightNames& names,
                          const std::string& file, const LoadOptions& options = {}) {
  detail::match_weights(layout, checkpoint, names, file, options);
}

// Fills a store from a checkpoint. Throws WeightsError naming missing, unexpected, mis-shaped and contradictory tensors,
// UnsupportedError for tensors that are not floating point, FileError where the file changed since it was opened.
template <class B>
void load_weights(Context<B>& context, const Checkpoint& checkpoint, const WeightNames& names, const std::string& file,
                  Parameters<B>& parameters, const LoadOptions& options = {}) {
  const auto sources = detail::match_weights(parameters.layout(), checkpoint, names, file, options);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].empty()) continue;
    parameters.fill(context, ParameterId{std::int32_t(i)}, [&](std::span<scalar_t<B>> rows) {
      for (const detail::SectionSource& source : sources[i]) {
        detail::read_section(source, rows.first(source.elements),
                             parameters.layout()[ParameterId{std::int32_t(i)}].cols(), names.heads);
        rows = rows.subspan(source.elements);
      }
    });
  }
}

}  // namespace encore
