// SPDX-License-Identifier: Apache-2.0
// Parameters in a file of their own, under the names of their layout: what a researcher keeps of a model that nobody
// published, without a table of names.
#pragma once

#include <encore/backend/parameters.hpp>
#include <encore/io/safetensors_writer.hpp>
#include <encore/models/load_weights.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <type_traits>
#include <vector>

namespace encore {

// Writes every section of every parameter, `layers.0.attention.query.weight` and the like, as safetensors in the
// backend's scalar; constants are computed again. The file appears complete or not at all. Throws FileError.
template <class B>
void save(const Parameters<B>& parameters, const std::filesystem::path& path) {
  using S = scalar_t<B>;
  static_assert(std::is_same_v<S, float> || std::is_same_v<S, double>);
  SafetensorsWriter file(path);
  const ParameterLayout& layout = parameters.layout();
  for (std::size_t i = 0; i < layout.size(); ++i) {
    const ParameterId id{std::int32_t(i)};
    const ParameterSpec& spec = layout[id];
    if (spec.constant) continue;
    const std::vector<S> values = parameters.values(id);
    std::span<const S> rest(values);
    for (const ParameterSection& section : spec.sections) {
      const auto rows = rest.first(std::size_t(section.rows * spec.cols()));
      rest = rest.subspan(rows.size());
      file.add(section.name, std::is_same_v<S, float> ? DType::f32 : DType::f64,
               spec.shape.rank() == 1 ? std::vector<std::int64_t>{section.rows}
                                      : std::vector<std::int64_t>{section.rows, spec.cols()},
               std::as_bytes(rows));
    }
  }
  file.commit();
}

// Reads such a file into a store of the same layout, on any backend. Throws WeightsError naming what is missing,
// unexpected or of another shape, FileError; the store is as it was where the file does not fit.
template <class B>
void load(Context<B>& context, const std::filesystem::path& path, Parameters<B>& parameters) {
  load_weights(context, Checkpoint({SafetensorsFile::open(path)}), WeightNames{.own = true}, path.string(), parameters);
}

}  // namespace encore
