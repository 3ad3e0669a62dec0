// SPDX-License-Identifier: Apache-2.0
// From a folder's model_type to the spec: the bodies of AnyEncoder::open and AnySentenceEncoder::open.
#pragma once

#include <encore/models/all_specs.hpp>
#include <encore/models/any_encoder.hpp>

namespace encore {

// Defined in impl/any_encoder.hpp.
template <class Spec, class B>
std::unique_ptr<AnyEncoder<B>> make_any_encoder(Context<B>& context, const ModelFolder& folder,
                                                const AnyEncoderOptions& options);
template <class Spec, class B>
std::unique_ptr<AnySentenceEncoder<B>> make_any_sentence_encoder(Context<B>& context, const ModelFolder& folder,
                                                                 WeightsFrom weights);

template <BackendTag B>
std::unique_ptr<AnyEncoder<B>> AnyEncoder<B>::open(Context<B>& context, const ModelFolder& folder,
                                                   const AnyEncoderOptions& options) {
  return with_spec(folder.config(), folder.name(), [&]<class Spec>(std::type_identity<Spec>) {
    return make_any_encoder<Spec, B>(context, folder, options);
  });
}
template <BackendTag B>
std::unique_ptr<AnySentenceEncoder<B>> AnySentenceEncoder<B>::open(Context<B>& context, const ModelFolder& folder,
                                                                   WeightsFrom weights) {
  return with_spec(folder.config(), folder.name(), [&]<class Spec>(std::type_identity<Spec>) {
    return make_any_sentence_encoder<Spec, B>(context, folder, weights);
  });
}

}  // namespace encore
