// SPDX-License-Identifier: Apache-2.0
// The normalisers of tokenizer.json.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/base64.hpp>
#include <encore/text/json_part.hpp>
#include <encore/text/normalizer.hpp>
#include <encore/text/pattern.hpp>

#include <string>
#include <utility>
#include <vector>

namespace encore::text::detail {

// {"String": "..."} or {"Regex": "..."}. Throws UnsupportedError for an expression that is none.
inline Pattern read_pattern(const JsonObject& part) {
  const JsonObject pattern = part.object("pattern");
  if (const auto literal = pattern.optional_text("String")) {
    if (literal->empty()) throw pattern.error("String", "is empty");
    return Pattern::literal(*literal);
  }
  return Pattern::expression(pattern.text("Regex"), pattern.where("Regex"));
}

inline void read_normalizer(const JsonObject& part, std::vector<NormalizerStep>& steps) {
  const std::string type = part.text("type");
  if (type == "Sequence") {
    for (const JsonObject& step : steps_of(part, "normalizers")) read_normalizer(step, steps);
  } else if (type == "BertNormalizer") {
    const bool lowercase = part.boolean("lowercase");
    steps.push_back(BertNormalizer({.clean_text = part.boolean("clean_text"),
                                    .handle_chinese_chars = part.boolean("handle_chinese_chars"),
                                    .strip_accents = part.nullable().boolean("strip_accents", lowercase),
                                    .lowercase = lowercase}));
  } else if (type == "Lowercase") {
    steps.push_back(Lowercase{});
  } else if (type == "StripAccents") {
    steps.push_back(StripAccents{});
  } else if (type == "NFD" || type == "NFKD") {
    steps.push_back(Decomposition{.compatibly = type == "NFKD"});
  } else if (type == "NFC" || type == "NFKC") {
    steps.push_back(Composition(type == "NFKC"));
  } else if (type == "Replace") {
    steps.push_back(Replace{read_pattern(part), part.text("content")});
  } else if (type == "Prepend") {
    steps.push_back(Prepend{part.text("prepend")});
  } else if (type == "Strip") {
    steps.push_back(Strip{.left = part.boolean("strip_left"), .right = part.boolean("strip_right")});
  } else if (type == "Precompiled") {
    const auto blob = base64_decoded(part.text("precompiled_charsmap"));
    if (!blob) throw part.error("precompiled_charsmap", "is not base64");
    steps.push_back(Precompiled(Charsmap(*blob, part.where("precompiled_charsmap"))));
  } else if (type == "Nmt") {
    steps.push_back(Nmt{});
  } else if (type == "ByteLevel") {
    steps.push_back(ByteCharacters{});
  } else {
    refuse_type(part, type,
                "BertNormalizer, Lowercase, StripAccents, NFC, NFD, NFKC, NFKD, Replace, Prepend, Strip, Nmt, "
                "ByteLevel, Precompiled, Sequence of these");
  }
}

}  // namespace encore::text::detail
