// SPDX-License-Identifier: Apache-2.0
// A tokenizer_config.json from a stranger beside fixed files: it rules over a tokenizer.json, and says which class reads a
// vocabulary. Nothing but typed errors, and encodings that hold together.
#include "use_tokenizer.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace {

// WordPiece, byte-level BPE and Unigram, each as the fast tokenizer of a class that transformers has.
constexpr const char* word_piece = R"({"version": "1.0",
  "added_tokens": [{"id": 0, "content": "[PAD]", "special": true}, {"id": 1, "content": "[UNK]", "special": true},
                   {"id": 2, "content": "[CLS]", "special": true}, {"id": 3, "content": "[SEP]", "special": true},
                   {"id": 4, "content": "[MASK]", "lstrip": true, "special": true}],
  "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
  "pre_tokenizer": {"type": "BertPreTokenizer"},
  "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
  "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5, "##b": 6, "hello": 7, "Hello": 8, ",": 9, "e": 10}}})";
constexpr const char* byte_pairs = R"({"version": "1.0",
  "added_tokens": [{"id": 0, "content": "<s>", "special": true}, {"id": 1, "content": "<pad>", "special": true},
                   {"id": 2, "content": "</s>", "special": true}, {"id": 3, "content": "<unk>", "special": true},
                   {"id": 4, "content": "<mask>", "lstrip": true, "special": true}],
  "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
  "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": true, "add_prefix_space": false},
  "model": {"type": "BPE", "unk_token": "<unk>", "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "a": 5, "b": 6, "ab": 7, "\u0120": 8, "\u0120a": 9, "e": 10, "H": 11},
            "merges": ["a b", "\u0120 a"]}})";
constexpr const char* unigram = R"({"version": "1.0",
  "added_tokens": [{"id": 0, "content": "<s>", "special": true}, {"id": 1, "content": "<pad>", "special": true},
                   {"id": 2, "content": "</s>", "special": true}, {"id": 3, "content": "<unk>", "special": true},
                   {"id": 4, "content": "<mask>", "lstrip": true, "special": true}],
  "normalizer": {"type": "NFKC"},
  "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true},
  "model": {"type": "Unigram", "unk_id": 3, "vocab": [["<s>", 0], ["<pad>", 0], ["</s>", 0], ["<unk>", 0], ["<mask>", 0], ["\u2581", -1], ["a", -2], ["ab", -3], ["\u2581a", -2.5], ["e", -3]]}})";
constexpr const char* vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n<s>\n</s>\n<pad>\n<mask>\na\n##b\nhello\n,\n";

void read(std::map<std::string, std::string> files) {
  try {
    fuzzing::use(encore::Tokenizer::from(encore::ModelFolder::from_memory(std::move(files))));
  } catch (const encore::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string config(reinterpret_cast<const char*>(data), size);
  for (const auto& [type, tokenizer] :
       {std::pair{"bert", word_piece}, {"roberta", byte_pairs}, {"xlm-roberta", unigram}})
    read({{"config.json", std::string(R"({"model_type": ")") + type + "\"}"},
          {"tokenizer.json", tokenizer},
          {"tokenizer_config.json", config}});
  read({{"config.json", "{}"}, {"vocab.txt", vocabulary}, {"tokenizer_config.json", config}});
  return 0;
}
