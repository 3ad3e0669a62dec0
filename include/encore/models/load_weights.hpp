// SPDX-License-Identifier: Apache-2.0
// A checkpoint into a parameter store. Strict: every parameter is filled, every tensor is used or listed as ignorable,
// and what does not match is reported all at once.
#pragma once

#include <encore/backend/parameters.hpp>
#include <encore/io/checkpoint.hpp>
#include <encore/models/weight_names.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace encore {

struct LoadOptions {
  bool allow_unexpected = false;  // tensors that nothing reads are not an error
};

namespace detail {

// Where the rows of one section of a parameter come from.
struct SectionSource {
  const TensorEntry* tensor = nullptr;
  std::size_t elements = 0;
};

inline std::string to_string(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

// Pairs every section of the layout with a tensor, or throws WeightsError with everything that is wrong.
inline std::vector<std::vector<SectionSource>> match_weights(const ParameterLayout& layout,
                                                             const Checkpoint& checkpoint, const WeightNames& names,
                                                             const std::string& file, const LoadOptions& options) {
  std::vector<std::string> missing, unexpected, misshaped, contradictory;
  std::set<std::string_view> used;
  std::vector<std::vector<SectionSource>> sources;
  for (const ParameterSpec& spec : layout) {
    sources.emplace_back();
    const bool elsewhere = std::any_of(names.elsewhere.begin(), names.elsewhere.end(),
                                       [&](std::string_view beginning) { return spec.name().starts_with(beginning); });
    if (spec.constant || elsewhere) continue;
    for (const ParameterSection& section : spec.sections) {
      std::vector<std::int64_t> wanted{section.rows};
      if (spec.shape.rank() > 1) wanted.push_back(spec.cols());
      const std::vector<std::string> candidates = published_names(names, section.name);
      const TensorEntry* found = nullptr;
      for (const std::string& candidate : candidates) {
        const TensorEntry* entry = checkpoint.find(candidate);
        if (!entry) continue;
        used.insert(entry->name);
        if (!found)
          found = entry;
        else if (!std::equal(found->bytes.begin(), found->bytes.end(), entry->bytes.begin(), entry->bytes.end()))
          contradictory.push_back("'" + found->name + "' and '" + entry->name + "'");
      }
      if (!found)
        missing.push_back("'" + (candidates.empty() ? section.name : candidates.front()) + "' " + to_string(wanted));
      else if (found->shape != wanted)
        misshaped.push_back("'" + found->name + "' is " + to_string(found->shape) + ", expected " + to_string(wanted));
      sources.back().push_back({found, std::size_t(section.rows * spec.cols())});
    }
  }
  for (std::string_view name : checkpoint.names())
    if (!used.contains(name) && !is_ignorable(names, name) && !options.allow_unexpected)
      unexpected.push_back("'" + std::string(name) + "'");
  std::string problems;
  auto list = [&](const char* what, const std::vector<std::string>& items) {
    if (items.empty()) return;
    problems += std::string("; ") + std::to_string(items.size()) + " " + what + ":";
    for (const std::string& item : items) problems += " " + item + (&item == &items.back() ? "" : ",");
  };
  list("missing", missing);
  list("unexpected", unexpected);
  list("of the wrong shape", misshaped);
  list("stored twice with different values", contradictory);
  if (!problems.empty()) throw WeightsError(file + ": tensors do not match the model" + problems);
  return sources;
}

}  // namespace detail

// Fills a store from a checkpoint; pages of the file are given back as they are packed. Throws WeightsError listing
// every missing, unexpected, mis-shaped and contradictory tensor, UnsupportedError for tensors that are not floating
// point.
template <class B>
void load_weights(const Context<B>& context, const Checkpoint& checkpoint, const WeightNames& names,
                  const std::string& file, Parameters<B>& parameters, const LoadOptions& options = {}) {
  const auto sources = detail::match_weights(parameters.layout(), checkpoint, names, file, options);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].empty()) continue;
    parameters.fill(context, ParameterId{std::int32_t(i)}, [&](std::span<scalar_t<B>> rows) {
      for (const detail::SectionSource& source : sources[i]) {
        read_as_float(*source.tensor, rows.first(source.elements));
        rows = rows.subspan(source.elements);
        checkpoint.release(source.tensor->name);
      }
    });
  }
}

}  // namespace encore
