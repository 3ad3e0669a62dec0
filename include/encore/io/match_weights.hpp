// SPDX-License-Identifier: Apache-2.0
// Which tensor of a checkpoint each parameter of a layout comes from.
#pragma once

#include <encore/core/layout.hpp>
#include <encore/io/checkpoint.hpp>
#include <encore/io/weight_names.hpp>

#include <string>
#include <vector>

namespace encore {

// How strictly a checkpoint must match the model.
struct LoadOptions {
  bool allow_unexpected = false;  // tensors that nothing reads are not an error
};

namespace detail {

// Where the rows of one section of a parameter come from.
struct SectionSource {
  const TensorEntry* tensor = nullptr;  // null: zeros
  PublishedName name;
  std::size_t elements = 0;
};

// Pairs every section of the layout with a tensor, or throws WeightsError with everything that is wrong.
std::vector<std::vector<SectionSource>> match_weights(const ParameterLayout& layout, const Checkpoint& checkpoint,
                                                      const WeightNames& names, const std::string& file,
                                                      const LoadOptions& options);

}  // namespace detail
}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/match_weights.hpp>
#endif
