// SPDX-License-Identifier: Apache-2.0
// Heads: what stands on an encoder and makes logits of its rows. A head is a policy, a class template H over the spec:
//
//   struct Options                                    its numbers
//   H(Builder root, const Config<Spec>&, const Options&, ParameterId words)
//                                                     words: the table of the embedding, for decoders tied to it
//   auto operator()(auto& ex, auto encoded, const BatchIndices& in) const
//                                                     its outputs; `encoded` is an Encoded
//
// Outputs are members of a struct whose each(f) calls f(name, Rows, value) with every one. Where there is one kind of
// logits, that member is called `logits`, and the head says of it
//
//   static constexpr Rows rows                        whose they are
//   std::int64_t width() const                        their columns
//
// and to be opened from folders, a head of the library has
//
//   static constexpr Head kind                        what `architectures` names
//   static Options of(const HeadOptions&)             its numbers among a folder's
//
// Devlin et al. 2019, Lan et al. 2020 and Clark et al. 2020, as transformers' classes <Architecture>For<Task> have them.
#pragma once

#include <encore/core/rows.hpp>
#include <encore/layers/encoder.hpp>
#include <encore/models/head_options.hpp>

#include <optional>

namespace encore {

// What an encoder gives its head. It is the head's own: what is moved from is freed before the logits are made.
template <class Spec, class Value>
struct Encoded {
  const Encoder<Spec>& encoder;
  Value states;       // [N, C]
  Value before_last;  // [N, C], what the last block read; for heads whose reads_before_last() says so
};

// Logits of one kind.
template <Rows kind, class Value>
struct Logits {
  Value logits;
  void each(auto&& f) const { f("logits", kind, logits); }
};

// Logits of sequences, and the pooler's rows [sequences, C] where they are made from those.
template <class Value>
struct SequenceLogits {
  std::optional<Value> pooled;
  Value logits;
  void each(auto&& f) const {
    if (pooled) f("pooler_output", Rows::sequences, *pooled);
    f("logits", Rows::sequences, logits);
  }
};

// Whether a head asks for the rows that the last block read.
template <class H>
bool reads_before_last(const H& head) {
  if constexpr (requires { head.reads_before_last(); })
    return head.reads_before_last();
  else
    return false;
}

}  // namespace encore
