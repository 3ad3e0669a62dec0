// SPDX-License-Identifier: Apache-2.0
// A token that is found in the text as it is written, beside those of the model: its content and its flags, which are
// those of the Hugging Face tokenizers library.
#pragma once

#include <encore/config.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace encore::text {

struct AddedToken {
  std::string content;
  std::optional<std::int32_t> id = std::nullopt;  // none: that of the vocabulary, or the next one
  bool single_word = false;                       // only where no \w stands beside it
  bool lstrip = false;                            // takes the white space before it
  bool rstrip = false;                            // takes the white space behind it
  bool normalized = false;                        // is normalised itself, and sought in the normalised text
  bool special = false;                           // means something only to whoever decodes
};

}  // namespace encore::text
