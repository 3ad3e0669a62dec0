// SPDX-License-Identifier: Apache-2.0
// Token ids from a file: {"input_ids":[...],"token_type_ids":[...]} or just [...] on each line.
#pragma once

#include "input.hpp"

#include <encore/core/encoding.hpp>
#include <encore/layers/model_shape.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace encore::cli {

class TokenIdReader {
 public:
  // Ids, types and lengths are checked against an AnyEncoder's shape and positions.
  template <class Model>
  TokenIdReader(const std::string& path, const Model& model)
      : lines_(path), shape_(model.shape()), limit_(model.position_limit()), uncounted_(model.uncounted_id()) {}

  // The next lines, at most `count` and hardly more than `tokens`; empty at the end of the file. Throws FileError for
  // what is not JSON, ConfigError for a key or a value at fault, InputError for ids that the model lacks; all name the
  // line.
  std::vector<Encoding> block(std::size_t count, std::size_t tokens);
  const LineReader& lines() const { return lines_; }

 private:
  Encoding parse(const std::string& line) const;
  void check(const Encoding& encoding) const;

  LineReader lines_;
  ModelShape shape_;
  std::optional<std::int64_t> limit_;
  std::optional<std::int32_t> uncounted_;  // the id that the limit is not about
};

}  // namespace encore::cli
