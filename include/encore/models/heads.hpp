// SPDX-License-Identifier: Apache-2.0
// Every head of the library, and the choice among those a spec has while the program runs: one more is one more line in
// head_t.
#pragma once

#include <encore/models/no_head.hpp>
#include <encore/models/sequence_heads.hpp>
#include <encore/models/token_heads.hpp>
#include <encore/models/word_heads.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <variant>

namespace encore {

namespace detail {

template <class... Heads>
struct HeadList {};
template <class... A, class... B>
HeadList<A..., B...> operator+(HeadList<A...>, HeadList<B...>) {
  return {};
}
template <bool present, class... Heads>
using heads_if = std::conditional_t<present, HeadList<Heads...>, HeadList<>>;

template <class... Heads>
std::variant<Heads...> choice_of(HeadList<Heads...>);

}  // namespace detail

// Any head of those for which a spec has the parts.
template <class Spec>
using head_t = decltype(detail::choice_of(
    detail::HeadList<heads::None<Spec>, heads::TokenClassification<Spec>, heads::QuestionAnswering<Spec>,
                     heads::ReplacedTokenDetection<Spec>>() +
    detail::heads_if<summarises<Spec>, heads::SequenceClassification<Spec>, heads::MultipleChoice<Spec>,
                     heads::NextSentence<Spec>>() +
    detail::heads_if<has_lm_head<Spec>, heads::MaskedLm<Spec>>() +
    detail::heads_if<summarises<Spec> && has_lm_head<Spec>, heads::PreTraining<Spec>, heads::SentenceOrder<Spec>>()));

// The head that a folder names. Throws UnsupportedError for one whose parts the spec lacks.
template <class Spec>
head_t<Spec> make_head(Builder root, const Config<Spec>& config, const HeadOptions& options, ParameterId words) {
  return [&]<class... Heads>(std::type_identity<std::variant<Heads...>>) {
    std::optional<head_t<Spec>> made;
    const auto make = [&]<class H>(std::type_identity<H>) {
      if (H::kind == options.head) made.emplace(std::in_place_type<H>, root, config, H::of(options), words);
    };
    (make(std::type_identity<Heads>{}), ...);
    if (!made) throw UnsupportedError("this architecture has no head for '" + std::string(name_of(options.head)) + "'");
    return *std::move(made);
  }(std::type_identity<head_t<Spec>>{});
}

}  // namespace encore
