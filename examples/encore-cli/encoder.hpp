// SPDX-License-Identifier: Apache-2.0
// A checkpoint's encoder with the heads it has, as `encode`, `info` and `bench` see it.
#pragma once

#include <encore/backend/parameters.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/load_weights.hpp>

namespace encore::cli {

// Whether the checkpoint holds the tensors of a pooler.
template <class Spec>
bool holds_pooler(const Checkpoint& checkpoint) {
  for (const char* parameter : {"pooler.dense.weight", "pooler.dense.bias"})
    for (const std::string& name : published_names(Spec::weight_names(), parameter))
      if (checkpoint.find(name)) return true;
  return false;
}

// The head that `architectures` names. An encoder without a head has a pooler where the checkpoint does; null: that is
// not known, and config.json decides.
template <class Spec>
HeadOptions heads_of(const JsonObject& config, const Checkpoint* checkpoint) {
  HeadOptions heads = Spec::heads(config);
  if (heads.head == Head::none && checkpoint) heads.pooler = has_pooler<Spec> && holds_pooler<Spec>(*checkpoint);
  return heads;
}

template <class Spec, class B>
Parameters<B> load_encoder(const Context<B>& context, const ModelFolder& folder, const Checkpoint& checkpoint,
                           const EncoderModel<Spec>& model) {
  Parameters<B> parameters(context, model.layout(), StoreKind::inference);
  load_weights(context, checkpoint, Spec::weight_names(), folder.name(), parameters);
  return parameters;
}

}  // namespace encore::cli
