// SPDX-License-Identifier: Apache-2.0
// The prompts of sentence-transformers' config_sentence_transformers.json.
#pragma once

#include <encore/config.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace encore {

struct Prompts {
  std::map<std::string, std::string> texts;  // name -> what is put before the input
  std::optional<std::string> default_name;   // one of them

  // That of the default name; empty where there is none.
  std::string_view default_text() const { return default_name ? texts.at(*default_name) : std::string_view(); }
};

}  // namespace encore
