// SPDX-License-Identifier: Apache-2.0
// What a vocab.txt does not say about itself.
#pragma once

#include <encore/text/added_token.hpp>

#include <optional>
#include <string>
#include <vector>

namespace encore {

// How a vocab.txt is used. The defaults are those of transformers' BertTokenizerFast.
struct VocabularyOptions {
  bool lowercase = true;                             // do_lower_case
  std::optional<bool> strip_accents = std::nullopt;  // none: as lowercase
  bool tokenize_chinese_chars = true;
  std::string unk_token = "[UNK]";
  std::string sep_token = "[SEP]";
  std::string pad_token = "[PAD]";
  std::string cls_token = "[CLS]";
  std::string mask_token = "[MASK]";
  // Further tokens, and those of the above that are more than a name. Ids come in this order where the vocabulary has
  // none.
  std::vector<text::AddedToken> added_tokens = {};
};

}  // namespace encore
