// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets do with a tokenizer that a stranger's files made: everything, and its encodings must hold together.
#pragma once

#include "../text/encoding_properties.hpp"

#include <encore/text/tokenizer.hpp>
#include <encore/text/utf8.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace fuzzing {

// Ends the process where `broken` says which property does not hold.
inline void require(const std::string& broken) {
  if (broken.empty()) return;
  std::fprintf(stderr, "broken property: %s\n", broken.c_str());
  std::abort();
}

inline void use(const encore::Tokenizer& tokenizer) {
  try {
    require(encoding_properties::broken(
        tokenizer, "Hello, a[MASK]bc  \xc3\x89 12345 \xe4\xb8\xad\xe3\x81\x82 e\xcc\x81\n\n\xff", "abc <l> yes-no's"));
  } catch (const encore::Error&) {
  }
  for (std::int32_t id = -1; id < 8; ++id) {
    try {
      if (!encore::text::is_valid_utf8(tokenizer.decode({id, 3, id}))) require("decoded text is no UTF-8");
      tokenizer.token_of(id);
    } catch (const encore::Error&) {
    }
  }
  tokenizer.cls_id();
  tokenizer.unk_id();
}

}  // namespace fuzzing
