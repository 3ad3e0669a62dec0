// SPDX-License-Identifier: Apache-2.0
// A model folder's encoder with the heads that its `architectures` names.
#pragma once

#include <encore/backend/parameters.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/models/checkpoint_model.hpp>
#include <encore/models/load_weights.hpp>
#include <encore/models/prepare.hpp>
#include <encore/models/tying.hpp>

#include <algorithm>

namespace encore {

// Whether a checkpoint's tensors say of the heads what config.json does not:
//   static void read_tensors(const JsonObject&, const Checkpoint* (null: none), Config<Spec>&, HeadOptions&)
template <class Spec>
concept ReadsTensors = requires(const JsonObject& json, const Checkpoint* checkpoint, Config<Spec>& config,
                                HeadOptions& heads) { Spec::read_tensors(json, checkpoint, config, heads); };

// The heads of config.json; `unnamed`: the one where `architectures` names none, in specs whose published files may lack
// it.
template <class Spec>
HeadOptions read_heads_of(const JsonObject& json, const Config<Spec>& config, Head unnamed) {
  if constexpr (requires { Spec::heads(json, config, unnamed); })
    return Spec::heads(json, config, unnamed);
  else
    return Spec::heads(json, config);
}

// Whether a checkpoint has anything of a module of ours, be it half: what is missing of it is then an error.
inline bool has_part_of(const Checkpoint& checkpoint, const WeightNames& names, std::string_view module) {
  const std::vector<PublishedName> published = published_names(names, module);
  return std::any_of(published.begin(), published.end(),
                     [&](const PublishedName& name) { return checkpoint.has_part_of(name.name); });
}

// The encoder that config.json describes. Without a head it has a pooler where the checkpoint has one; without a
// checkpoint (null) config.json decides. Throws ConfigError, UnsupportedError.
template <class Spec>
CheckpointModel<Spec> open_encoder(const JsonObject& json, const Checkpoint* checkpoint, Head unnamed = Head::none) {
  Config<Spec> config = Spec::config(json);
  HeadOptions heads = read_heads_of<Spec>(json, config, unnamed);
  if constexpr (ReadsTensors<Spec>) Spec::read_tensors(json, checkpoint, config, heads);
  if (checkpoint) read_tying(*checkpoint, config, heads);
  if (heads.head == Head::none && heads.pooler_dense && checkpoint)
    heads.pooler = has_pooler<Spec> && has_part_of(*checkpoint, Spec::weight_names(config), "pooler.dense");
  return CheckpointModel<Spec>(config, heads);
}

// A store filled from the checkpoint; `file` names it in errors. Throws WeightsError, UnsupportedError.
template <class Spec, class B>
Parameters<B> load_parameters(Context<B>& context, const CheckpointModel<Spec>& model, const Checkpoint& checkpoint,
                              const std::string& file, StoreKind kind = StoreKind::inference) {
  const WeightNames names = weight_names_of<Spec>(model.config(), model.heads().lm.words_from_decoder);
  check_weights(*model.layout(), checkpoint, names, file);
  Parameters<B> parameters(context, model.layout(), kind);
  load_weights(context, checkpoint, names, file, parameters);
  prepare(context, model.model().encoder(), parameters);
  return parameters;
}

}  // namespace encore
