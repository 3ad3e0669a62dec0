// SPDX-License-Identifier: Apache-2.0
// The pre-tokenisers of tokenizer.json.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/json_part.hpp>
#include <encore/text/normalizer_json.hpp>
#include <encore/text/pre_tokenizer.hpp>

#include <string>
#include <vector>

namespace encore::text::detail {

inline SplitBehavior read_behavior(const JsonObject& part) {
  const std::string name = part.text("behavior");
  if (name == "Removed") return SplitBehavior::removed;
  if (name == "Isolated") return SplitBehavior::isolated;
  if (name == "MergedWithPrevious") return SplitBehavior::merged_with_previous;
  if (name == "MergedWithNext") return SplitBehavior::merged_with_next;
  if (name == "Contiguous") return SplitBehavior::contiguous;
  throw part.error("behavior",
                   in_quotes(name) + " is none of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous");
}

inline Metaspace read_metaspace(const JsonObject& part) {
  Metaspace::Options options;
  const std::string replacement = part.text("replacement");
  if (count_code_points(replacement) != 1) throw part.error("replacement", "is not one character");
  const char* at = replacement.data();
  options.replacement = decode(at);
  const std::string scheme = part.text("prepend_scheme", "always");
  if (scheme == "first")
    options.prepend = Metaspace::Prepend::first;
  else if (scheme == "never")
    options.prepend = Metaspace::Prepend::never;
  else if (scheme != "always")
    throw part.error("prepend_scheme", in_quotes(scheme) + " is none of always, first, never");
  // As files had it before there were schemes.
  if (!part.boolean("add_prefix_space", true)) {
    if (part.has("prepend_scheme") && options.prepend != Metaspace::Prepend::never)
      throw part.error("add_prefix_space", "is false, and prepend_scheme is " + in_quotes(scheme));
    options.prepend = Metaspace::Prepend::never;
  }
  options.split = part.nullable().boolean("split", true);
  return Metaspace(options);
}

// What a tokenizer.json's pre-tokeniser says.
struct PreTokenizerPart {
  std::vector<PreTokenizerStep> steps;
  bool byte_level = false;  // the words are to be taken as bytes
};

inline void read_pre_tokenizer(const JsonObject& part, PreTokenizerPart& out) {
  auto& steps = out.steps;
  const std::string type = part.text("type");
  if (out.byte_level && type != "Sequence")
    throw UnsupportedError(part.where("type") + ": " + in_quotes(type) +
                           " behind ByteLevel is not supported: ByteLevel must be the last of a Sequence");
  if (type == "Sequence") {
    for (const JsonObject& step : steps_of(part, "pretokenizers")) read_pre_tokenizer(step, out);
  } else if (type == "BertPreTokenizer") {
    steps.push_back(BertPreTokenizer{});
  } else if (type == "Whitespace") {
    steps.push_back(Whitespace{});
  } else if (type == "WhitespaceSplit") {
    steps.push_back(WhitespaceSplit{});
  } else if (type == "Punctuation") {
    steps.push_back(Punctuation{part.has("behavior") ? read_behavior(part) : SplitBehavior::isolated});
  } else if (type == "Digits") {
    steps.push_back(Digits{part.boolean("individual_digits")});
  } else if (type == "Split") {
    steps.push_back(Split{read_pattern(part), read_behavior(part), part.boolean("invert")});
  } else if (type == "CharDelimiterSplit" || type == "Delimiter") {
    const std::string delimiter = part.text("delimiter");
    if (count_code_points(delimiter) != 1) throw part.error("delimiter", "is not one character");
    steps.push_back(Split{Pattern::literal(delimiter), SplitBehavior::removed, false});
  } else if (type == "UnicodeScripts") {
    steps.push_back(UnicodeScripts{});
  } else if (type == "Metaspace") {
    steps.push_back(read_metaspace(part));
  } else if (type == "ByteLevel") {
    if (part.boolean("add_prefix_space")) steps.push_back(PrefixSpace{});
    if (part.boolean("use_regex", true)) steps.push_back(Gpt2Words{});
    part.boolean("trim_offsets");
    out.byte_level = true;
  } else {
    refuse_type(part, type,
                "BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Digits, Split, CharDelimiterSplit, "
                "Metaspace, UnicodeScripts, ByteLevel, Sequence of these");
  }
}

}  // namespace encore::text::detail
