// SPDX-License-Identifier: Apache-2.0
// What the tokens with a meaning of their own are called, where there are such.
#pragma once

#include <encore/config.hpp>

#include <string>

namespace encore::text {

struct SpecialTokenNames {
  std::string cls = "[CLS]";
  std::string sep = "[SEP]";
  std::string pad = "[PAD]";
  std::string mask = "[MASK]";
  std::string unk = "[UNK]";
};

}  // namespace encore::text
