// SPDX-License-Identifier: Apache-2.0
// do_lower_case of sentence-transformers' sentence_bert_config.json: the tokenizer makes texts lower case before it
// normalises them (base/modules/transformer.py).
#pragma once

#include <encore/text/added_tokens.hpp>
#include <encore/text/normalizer.hpp>
#include <encore/text/tokenizer_parts.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace encore::text {

// Nothing where the normaliser has a step that does. `source` is for messages.
inline void lower_case_first(TokenizerParts& parts, const std::string& source) {
  std::vector<NormalizerStep> steps = parts.normalizer.steps();
  const auto lower_cases = [](const NormalizerStep& step) { return std::holds_alternative<Lowercase>(step); };
  if (std::any_of(steps.begin(), steps.end(), lower_cases)) return;
  steps.insert(steps.begin(), Lowercase{});
  parts.normalizer = Normalizer(std::move(steps));
  // Those that are sought in the normalised text are to be normalised anew.
  parts.added = AddedTokens(parts.added.tokens(), parts.vocabulary, parts.normalizer, parts.classes, source);
}

}  // namespace encore::text
