// SPDX-License-Identifier: Apache-2.0
// An encoder of any spec behind one type: the properties, which call it in a dozen places, are compiled once and not
// for every spec.
#pragma once

#include <encore/exec/infer.hpp>
#include <encore/exec/record.hpp>
#include <encore/layers/encoder.hpp>

namespace policies_test {

using namespace encore;

template <class B>
struct AnyEncoder {
  virtual ~AnyEncoder() = default;
  virtual typename Count<B>::Value operator()(Count<B>& ex, const BatchIndices& in) const = 0;
  virtual typename Infer<B>::Value operator()(Infer<B>& ex, const BatchIndices& in) const = 0;
  virtual typename Record<B>::Value operator()(Record<B>& ex, const BatchIndices& in) const = 0;
};

template <class B, class Spec>
struct EncoderOn final : AnyEncoder<B> {
  explicit EncoderOn(const Encoder<Spec>& e) : encoder(e) {}
  typename Count<B>::Value operator()(Count<B>& ex, const BatchIndices& in) const override { return encoder(ex, in); }
  typename Infer<B>::Value operator()(Infer<B>& ex, const BatchIndices& in) const override { return encoder(ex, in); }
  typename Record<B>::Value operator()(Record<B>& ex, const BatchIndices& in) const override { return encoder(ex, in); }

  const Encoder<Spec>& encoder;
};

}  // namespace policies_test
