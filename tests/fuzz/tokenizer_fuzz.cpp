// SPDX-License-Identifier: Apache-2.0
// Tokenizer files and texts from strangers: nothing but typed errors, and encodings that hold together. The first byte
// says what the rest is: 'j' a tokenizer.json, 'v' a vocab.txt, 'c' a tokenizer_config.json, 's' a spiece.model, 'm' a
// merges.txt, and anything else a text for fixed tokenizers.
#include "charsmap.hpp"
#include "use_tokenizer.hpp"

#include <encore/text/tokenizer.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using fuzzing::require;
using fuzzing::use;

namespace {

constexpr std::string_view vocabulary =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\n##a\n##b\n##bc\nabc\nhello\n##s\n.\n,\n-\n\xc3\xa9\n##\xc3\xa9\n"
    "i\n##i\n\xe4\xb8\xad\n\xe3\x81\x82\n##\xe3\x81\x84\n\xe1\x84\x80\n##\xe1\x85\xa1\n\xf0\x9f\x98\x80\ne\n##"
    "\xcc\x81\n";

// Byte-level BPE, and Unigram with everything that goes with it. The charsmap has rules for "A", "e" with an accent,
// line breaks, and some more.
constexpr const char* byte_pairs =
    R"({"added_tokens": [{"id": 0, "content": "<m>", "lstrip": true, "normalized": true}],
  "normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true},
  "post_processor": {"type": "RobertaProcessing", "sep": ["<m>", 0], "cls": ["<m>", 0], "trim_offsets": true, "add_prefix_space": true},
  "model": {"type": "BPE", "unk_token": "<m>", "vocab": {"<m>": 0, "a": 1, "b": 2, "ab": 3, "\u0120": 4, "\u0120a": 5, "c": 6, "abab": 7, "e": 8},
            "merges": ["a b", "\u0120 a", ["ab", "ab"]]}})";
constexpr const char* unigram = R"({"added_tokens": [{"id": 9, "content": "<m>", "rstrip": true, "normalized": false}],
  "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Precompiled", "precompiled_charsmap": "RULES"},
                 {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
  "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
                    {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": true}]},
  "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["\u2581", -1], ["a", -2], ["b", -2.5], ["ab", -3],
            ["\u2581a", -2.5], ["e", -3], ["\u00e9", -4], ["abab", -5]]}})";

const std::vector<encore::Tokenizer>& tokenizers() {
  static const std::vector<encore::Tokenizer> all = [] {
    using encore::text::AddedToken;
    std::vector<encore::Tokenizer> made;
    made.push_back(encore::Tokenizer::from_vocabulary(vocabulary));
    made.push_back(
        encore::Tokenizer::from_vocabulary(vocabulary, {.lowercase = false, .tokenize_chinese_chars = false}));
    made.push_back(encore::Tokenizer::from_vocabulary(
        vocabulary,
        {.strip_accents = true,
         .added_tokens = {AddedToken{.content = "<l>", .lstrip = true}, AddedToken{.content = "<r>", .rstrip = true},
                          AddedToken{.content = "yes", .single_word = true},
                          AddedToken{.content = "\xc3\x89t", .normalized = true},
                          AddedToken{.content = "  x", .lstrip = true, .rstrip = true}}}));
    made.push_back(encore::Tokenizer::from_json(byte_pairs));
    std::string with_rules = unigram;
    made.push_back(encore::Tokenizer::from_json(with_rules.replace(with_rules.find("RULES"), 5, charsmap)));
    return made;
  }();
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const char kind = input.empty() ? ' ' : input.front();
  const std::string_view rest = input.substr(input.empty() ? 0 : 1);
  try {
    if (kind == 'j') {
      use(encore::Tokenizer::from_json(rest));
    } else if (kind == 'v') {
      use(encore::Tokenizer::from_vocabulary(rest));
    } else if (kind == 's') {
      for (const char* type : {"t5", "albert", "xlm-roberta"})
        use(encore::Tokenizer::from(
            encore::ModelFolder::from_memory({{"config.json", std::string(R"({"model_type": ")") + type + "\"}"},
                                              {"spiece.model", std::string(rest)}})));
    } else if (kind == 'm') {
      use(encore::Tokenizer::from(encore::ModelFolder::from_memory(
          {{"config.json", "{}"},
           {"vocab.json", R"({"<s>":0,"</s>":1,"a":2,"b":3,"c":4,"ab":5,"abc":6,"bc":7,"\u0120":8,"\u0120a":9})"},
           {"merges.txt", std::string(rest)}})));
    } else if (kind == 'c') {
      const std::string config(rest);
      use(encore::Tokenizer::from(encore::ModelFolder::from_memory(
          {{"config.json", "{}"}, {"vocab.txt", std::string(vocabulary)}, {"tokenizer_config.json", config}})));
      use(encore::Tokenizer::from(encore::ModelFolder::from_memory({{"config.json", "{}"},
                                                                    {"vocab.txt", std::string(vocabulary)},
                                                                    {"special_tokens_map.json", config},
                                                                    {"added_tokens.json", config}})));
    } else {
      const std::string_view second = rest.substr(rest.size() / 2);
      for (const auto& tokenizer : tokenizers()) require(encoding_properties::broken(tokenizer, rest, second));
    }
  } catch (const encore::Error&) {
  }
  return 0;
}
