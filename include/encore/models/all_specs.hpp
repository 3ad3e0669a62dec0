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

// Calls f(std::type_identity<Spec>) with the spec of config.json's model_type, which the first BERT checkpoints lack.
// Throws UnsupportedError naming what there is.
template <class F>
decltype(auto) with_spec(const JsonObject& config, F&& f) {
  return detail::with_spec(AllSpecs{}, config, config.text("model_type", "bert"), std::forward<F>(f));
}

}  // namespace encore
