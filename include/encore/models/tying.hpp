// SPDX-License-Identifier: Apache-2.0
// Decoders that config.json calls tied to the word table, and what the checkpoint says of them. transformers 5
// (PreTrainedModel.tie_weights): what the file has under both names counts for itself where it differs, and what it has
// under one name alone is both.
#pragma once

#include <encore/io/checkpoint.hpp>
#include <encore/io/weight_names.hpp>
#include <encore/layers/encoder.hpp>
#include <encore/models/head_options.hpp>

#include <vector>

namespace encore {

namespace detail {

// The tensor that a parameter is read from, or null.
inline const TensorEntry* find_published(const Checkpoint& checkpoint, const WeightNames& names,
                                         std::string_view ours) {
  for (const PublishedName& published : published_names(names, ours))
    if (const TensorEntry* entry = checkpoint.find(published.name)) return entry;
  return nullptr;
}

inline bool same_values(const TensorEntry& a, const TensorEntry& b) {
  if (a.shape != b.shape) return false;
  if (a.dtype == b.dtype) return same_bytes(a.bytes, b.bytes);
  std::vector<double> of_a(std::size_t(a.elements())), of_b(of_a.size());
  read_as_float(a, std::span<double>(of_a));
  read_as_float(b, std::span<double>(of_b));
  return of_a == of_b;
}

}  // namespace detail

// Settles Tied::where_alike by the tensors of a checkpoint. Throws UnsupportedError for tables that are not floating
// point.
template <class Spec>
void read_tying(const Checkpoint& checkpoint, const Config<Spec>& config, HeadOptions& heads) {
  if (!predicts_words(heads.head) || heads.lm.tied != Tied::where_alike) return;
  const WeightNames names = Spec::weight_names(config);
  const TensorEntry* const words = detail::find_published(checkpoint, names, "embedding.word.weight");
  const TensorEntry* const decoder = detail::find_published(checkpoint, names, "masked_lm.decoder.weight");
  const bool two = words && decoder && !detail::same_values(*words, *decoder);
  heads.lm.tied = two ? Tied::no : Tied::yes;
  heads.lm.words_from_decoder = decoder && !words;
}

// The table of names of a model as its checkpoint needs it; see LmHeadOptions::words_from_decoder.
template <class Spec>
WeightNames weight_names_of(const Config<Spec>& config, bool words_from_decoder) {
  WeightNames names = Spec::weight_names(config);
  if (!words_from_decoder) return names;
  const std::vector<WeightName> rows = names.names;
  for (const WeightName& row : rows)
    if (row.ours == "masked_lm.decoder") names.names.push_back({"embedding.word", row.published});
  return names;
}

}  // namespace encore
