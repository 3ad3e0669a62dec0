// SPDX-License-Identifier: Apache-2.0
// Every architecture of the library: one more is one more line here.
#pragma once

#include <encore/models/albert.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/deberta.hpp>
#include <encore/models/distilbert.hpp>
#include <encore/models/electra.hpp>
#include <encore/models/mobilebert.hpp>
#include <encore/models/modernbert.hpp>
#include <encore/models/mpnet.hpp>
#include <encore/models/nomicbert.hpp>
#include <encore/models/roberta.hpp>
#include <encore/models/roformer.hpp>

#include <type_traits>

namespace encore {

// Specs as one type.
template <class... Specs>
struct SpecList {};
using AllSpecs = SpecList<BertSpec, RobertaSpec, DistilBertSpec, ElectraSpec, AlbertSpec, MobileBertSpec, DebertaSpec,
                          DebertaV2Spec, RoFormerSpec, ModernBertSpec, MpnetSpec, NomicBertSpec>;

namespace detail {
template <class Spec>
bool has_model_type(std::string_view type) {
  for (const std::string_view candidate : Spec::model_types)
    if (type == candidate) return true;
  return false;
}
template <class Spec>
void append_model_types(std::string& text) {
  for (const std::string_view type : Spec::model_types) text += " " + std::string(type);
}
template <class F, class First, class... Rest>
decltype(auto) with_spec(SpecList<First, Rest...>, const JsonObject& config, const std::string& type, F&& f) {
  if (has_model_type<First>(type)) return std::forward<F>(f)(std::type_identity<First>{});
  if constexpr (sizeof...(Rest) > 0) {
    return with_spec(SpecList<Rest...>{}, config, type, std::forward<F>(f));
  } else {
    std::string known;
    [&known]<class... All>(SpecList<All...>) { (append_model_types<All>(known), ...); }(AllSpecs{});
    throw UnsupportedError(config.where("model_type") + ": " + in_quotes(type) + " is not supported; there are" +
                           known);
  }
}
}  // namespace detail

namespace detail {
// The longest model_type that the name of a folder holds, as transformers guesses it; BERT's where there is none.
inline std::string guessed_model_type(std::string_view folder) {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  folder.remove_prefix(folder.rfind('/') + 1);  // npos + 1 is 0
  std::string guess;
  const auto consider = [&]<class Spec>(std::type_identity<Spec>) {
    for (const std::string_view type : Spec::model_types)
      if (type.size() > guess.size() && folder.find(type) != folder.npos) guess = type;
  };
  [&]<class... All>(SpecList<All...>) { (consider(std::type_identity<All>{}), ...); }(AllSpecs{});
  return guess.empty() ? "bert" : guess;
}
}  // namespace detail

// Calls f(std::type_identity<Spec>) with the spec of config.json's model_type; where there is none, as in the first
// checkpoints that were published, the name of the folder says it. Throws UnsupportedError naming what there is.
template <class F>
decltype(auto) with_spec(const JsonObject& config, std::string_view folder, F&& f) {
  return detail::with_spec(AllSpecs{}, config, config.text("model_type", detail::guessed_model_type(folder)),
                           std::forward<F>(f));
}

}  // namespace encore
