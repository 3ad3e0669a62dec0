// SPDX-License-Identifier: Apache-2.0
// The origins of characters that replace others, as NormalizedString::transform of the Hugging Face tokenizers library
// (tokenizers/src/tokenizer/normalizer.rs) gives them.
#pragma once

#include <encore/text/normalized_text.hpp>

#include <cstdint>

namespace encore::text {

// Takes the characters of the new text one by one, with what each is to the old text: above 0 one that is inserted, 0
// one that takes the place of the next character, below 0 one that takes the place of that many more. An inserted
// character has the origin of the character of the old text before it, any other that of the first one it replaces.
// Changes that do not add up shift what follows, in the library as here.
class Transformation {
 public:
  // From the view's beginning; appends to `to`.
  Transformation(const TextView& from, NormalizedText& to) : from_(from), to_(to), last_(from.first) {}

  // The next character and how it came to be, as above.
  void put(char32_t c, std::int64_t change) {
    if (!to_.with_origins()) return to_.put(c, 0);
    std::uint32_t origin = last_;
    if (change <= 0 && !from_.done()) {
      origin = from_.origin();
      for (; change <= 0 && !from_.done(); ++change) {
        last_ = from_.origin();
        from_.take();
      }
    }
    to_.put(c, origin);
  }

 private:
  TextCursor from_;
  NormalizedText& to_;
  std::uint32_t last_;  // the origin of the character before the next one
};

}  // namespace encore::text
