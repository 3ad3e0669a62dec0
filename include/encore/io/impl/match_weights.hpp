// SPDX-License-Identifier: Apache-2.0
// The body of io/match_weights.hpp.
#pragma once

#include <encore/config.hpp>
#include <encore/core/error.hpp>
#include <encore/io/match_weights.hpp>
#include <encore/io/tensor_faults.hpp>

#include <algorithm>
#include <set>
#include <string_view>

namespace encore::detail {

inline std::string to_string(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

ENCORE_INLINE std::vector<std::vector<SectionSource>> match_weights(const ParameterLayout& layout,
                                                                    const Checkpoint& checkpoint,
                                                                    const WeightNames& names, const std::string& file,
                                                                    const LoadOptions& options) {
  std::vector<std::string> missing, unexpected, misshaped, contradictory;
  std::set<std::string_view> used;
  std::vector<std::vector<SectionSource>> sources;
  for (const ParameterSpec& spec : layout) {
    sources.emplace_back();
    const bool elsewhere = std::any_of(names.elsewhere.begin(), names.elsewhere.end(),
                                       [&](std::string_view beginning) { return spec.name().starts_with(beginning); });
    if (elsewhere) continue;
    for (const ParameterSection& section : spec.sections) {
      const std::vector<PublishedName> candidates = published_names(names, section.name);
      SectionSource source{nullptr, {section.name}, std::size_t(section.rows * spec.cols())};
      if (!candidates.empty()) source.name = candidates.front();
      for (const PublishedName& candidate : candidates) {
        if (candidate.stored == Stored::zeros && !source.tensor) source.name = candidate;
        const TensorEntry* entry = checkpoint.find(candidate.name);
        if (!entry) continue;
        used.insert(entry->name);
        if (!source.tensor) {
          source.tensor = entry;
          source.name = candidate;
        } else if (!candidate.outranked && !same_bytes(source.tensor->bytes, entry->bytes)) {
          contradictory.push_back("'" + source.tensor->name + "' and '" + entry->name + "'");
        }
      }
      const auto wanted = published_shape(source.name, section.rows, spec.cols(), spec.shape.rank() == 1);
      if (!source.tensor && spec.constant) {  // it is computed, unless the file has it
        sources.back().clear();
        break;
      }
      if (!source.tensor && source.name.stored != Stored::zeros)
        missing.push_back("'" + source.name.name + "' " + to_string(wanted));
      else if (source.tensor && source.tensor->shape != wanted)
        misshaped.push_back("'" + source.tensor->name + "' is " + to_string(source.tensor->shape) + ", expected " +
                            to_string(wanted));
      sources.back().push_back(std::move(source));
    }
  }
  for (std::string_view name : checkpoint.names())
    if (!used.contains(name) && !is_ignorable(names, name) && !options.allow_unexpected)
      unexpected.push_back(tensor_in_quotes(name));
  const std::string problems = tensor_faults("missing", missing) + tensor_faults("unexpected", unexpected) +
                               tensor_faults("of the wrong shape", misshaped) +
                               tensor_faults("stored twice with different values", contradictory);
  if (!problems.empty()) throw WeightsError(file + ": tensors do not match the model" + problems);
  return sources;
}

}  // namespace encore::detail
