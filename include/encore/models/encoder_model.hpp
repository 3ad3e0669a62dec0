// SPDX-License-Identifier: Apache-2.0
// An encoder and the table of its parameters, to which a head or a pooling adds its own; and what of a batch it refuses.
#pragma once

#include <encore/core/batch.hpp>
#include <encore/layers/encoder.hpp>
#include <encore/models/head.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace encore {

template <class Spec>
class EncoderModel {
 public:
  // Throws ArgumentError for numbers a policy cannot take.
  explicit EncoderModel(const Config<Spec>& config)
      : config_(config),
        layout_(std::make_shared<ParameterLayout>()),
        encoder_(Builder(*layout_), config),
        position_limit_(encoder_.endless() ? std::nullopt : std::optional(config_.shape.max_positions)) {}

  // What it was made of, the parameters' names and shapes so far, and the layers themselves.
  const Config<Spec>& config() const { return config_; }
  const std::shared_ptr<ParameterLayout>& layout() const { return layout_; }
  const Encoder<Spec>& encoder() const { return encoder_; }
  // Tokens that a text may have: what the tables of positions are for. Nothing where positions are computed and a text
  // may be of any length; the shape's max_positions is then no more than what config.json says of the training.
  std::optional<std::int64_t> position_limit() const { return position_limit_; }
  // The id that positions leave out, and that may therefore come beyond the limit (LearnedPosition).
  std::optional<std::int32_t> uncounted_id() const { return encore::uncounted_id(encoder_.position); }

  // Where a head's parameters go, and the table of words to which its decoder may be tied.
  Builder root() { return Builder(*layout_); }
  ParameterId words() const { return encoder_.embedding.word; }
  // For heads that read a table of positions (EnhancedMaskDecoder), where the encoder itself has none.
  void limit_to_positions() { position_limit_ = config_.shape.max_positions; }

  // -> hidden states [N, C]
  auto operator()(auto& ex, const BatchIndices& in) const { return encoder_(ex, in); }
  // What a head is called with; `before_last`: it reads those rows too.
  auto encode(auto& ex, const BatchIndices& in, bool before_last) const {
    using Value = decltype(encoder_(ex, in));
    Encoded<Spec, Value> x{encoder_, {}, {}};
    x.states = encoder_(ex, in, [&](const Value& rows) {
      if (before_last) x.before_last = rows;
    });
    return x;
  }

  // Throws InputError naming the sequence and the limit for ids outside the tables and sequences beyond the positions.
  // `texts` numbers the sequences as the caller does, where that is not their order in the batch.
  void check(const Batch& batch, std::span<const std::size_t> texts = {}) const {
    const Segments& segments = batch.segments();
    for (std::int64_t s = 0; s < segments.count(); ++s) {
      const auto where = [&texts, s] {
        return texts.empty() ? "sequence " + std::to_string(s) + ": "
                             : "text " + std::to_string(texts[std::size_t(s)]) + ": ";
      };
      check_length(batch, s, where);
      for (std::int64_t n = segments.begin(s); n < segments.end(s); ++n) check_ids(batch, n, where);
    }
  }

 private:
  void check_length(const Batch& batch, std::int64_t s, const auto& where) const {
    const std::int64_t length = batch.segments().length(s);
    if (!position_limit_ || length <= *position_limit_) return;
    const auto ids = batch.ids().subspan(std::size_t(batch.segments().begin(s)), std::size_t(length));
    const std::optional<std::int32_t> padding = uncounted_id();
    const std::int64_t counted = length - (padding ? std::count(ids.begin(), ids.end(), *padding) : std::int64_t{0});
    if (counted > *position_limit_)
      throw InputError(where() + std::to_string(counted) + " tokens, the model takes at most " +
                       std::to_string(*position_limit_));
  }
  void check_ids(const Batch& batch, std::int64_t n, const auto& where) const {
    const ModelShape& shape = config_.shape;
    const std::int32_t id = batch.ids()[std::size_t(n)];
    const std::int32_t type = batch.type_ids()[std::size_t(n)];
    if (id < 0 || id >= shape.vocabulary)
      throw InputError(where() + "token id " + std::to_string(id) + " is not in 0.." +
                       std::to_string(shape.vocabulary - 1));
    if (shape.types && (type < 0 || type >= shape.types))
      throw InputError(where() + "token type " + std::to_string(type) + " is not in 0.." +
                       std::to_string(shape.types - 1));
  }

  Config<Spec> config_;
  std::shared_ptr<ParameterLayout> layout_;
  Encoder<Spec> encoder_;
  std::optional<std::int64_t> position_limit_;
};

}  // namespace encore
