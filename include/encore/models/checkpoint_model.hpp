// SPDX-License-Identifier: Apache-2.0
// An encoder with the head that a checkpoint has, chosen while the program runs among all that its spec has the parts of.
#pragma once

#include <encore/models/encoder_model.hpp>
#include <encore/models/heads.hpp>

#include <memory>
#include <utility>
#include <variant>

namespace encore {

template <class Spec>
class CheckpointModel {
 public:
  // Throws ArgumentError for numbers a policy cannot take, UnsupportedError for a head the spec lacks.
  CheckpointModel(const Config<Spec>& config, const HeadOptions& options)
      : encoder_(config),
        options_(options),
        head_(make_head<Spec>(encoder_.root(), config, options, encoder_.words())) {
    if (before_last()) encoder_.limit_to_positions();
  }

  // What it was made of: the config, the encoder, the head's kind and numbers, the names and shapes of all parameters.
  const Config<Spec>& config() const { return encoder_.config(); }
  const EncoderModel<Spec>& model() const { return encoder_; }
  const HeadOptions& heads() const { return options_; }
  const std::shared_ptr<ParameterLayout>& layout() const { return encoder_.layout(); }

  // Calls emit(name, rows, value) for last_hidden_state and each output of the head.
  void operator()(auto& ex, const BatchIndices& in, auto&& emit) const {
    auto x = encoder_.encode(ex, in, before_last());
    emit("last_hidden_state", Rows::tokens, x.states);
    std::visit([&](const auto& head) { head(ex, std::move(x), in).each(emit); }, head_);
  }

 private:
  bool before_last() const {
    return std::visit([](const auto& head) { return reads_before_last(head); }, head_);
  }

  EncoderModel<Spec> encoder_;
  HeadOptions options_;
  head_t<Spec> head_;
};

}  // namespace encore
