// SPDX-License-Identifier: Apache-2.0
// The numbers every encoder has, and where in one a policy stands.
#pragma once

#include <encore/core/error.hpp>
#include <encore/core/layout.hpp>
#include <encore/layers/policy.hpp>

#include <cstdint>
#include <string>

namespace encore {

// Sizes of an encoder. Zero means: derived from the others.
struct ModelShape {
  std::int64_t vocabulary = 30522;
  std::int64_t hidden = 768;
  std::int64_t layers = 12;
  std::int64_t heads = 12;
  std::int64_t intermediate = 0;  // 0: 4 hidden
  std::int64_t max_positions = 512;
  std::int64_t types = 0;      // token types; 0: none
  std::int64_t embedding = 0;  // width of the embedding tables; 0: hidden
  std::int64_t head = 0;       // width of a head; 0: hidden / heads
  float dropout = 0;           // of sublayer outputs and embeddings, while training
  float stochastic_depth = 0;  // probability that a sequence skips a sublayer of the last layer, while training

  // The widths with what is derived put in: of a head, of all heads' queries, of the feed-forward's middle, of the
  // embedding.
  constexpr std::int64_t head_size() const { return head ? head : hidden / heads; }
  constexpr std::int64_t attention_width() const { return heads * head_size(); }
  constexpr std::int64_t feed_forward_width() const { return intermediate ? intermediate : 4 * hidden; }
  constexpr std::int64_t embedding_width() const { return embedding ? embedding : hidden; }

  // Throws ArgumentError naming the number at fault.
  void check() const {
    auto positive = [](const char* name, std::int64_t value) {
      if (value <= 0)
        throw ArgumentError(std::string("shape: ") + name + " = " + std::to_string(value) + " is not positive");
    };
    positive("vocabulary", vocabulary);
    positive("hidden", hidden);
    positive("layers", layers);
    positive("heads", heads);
    positive("max_positions", max_positions);
    positive("intermediate", feed_forward_width());
    positive("embedding", embedding_width());
    if (types < 0) throw ArgumentError("shape: types = " + std::to_string(types) + " is negative");
    positive("head", head_size());
    if (!head && hidden % heads != 0)
      throw ArgumentError("shape: hidden = " + std::to_string(hidden) +
                          " is not a multiple of heads = " + std::to_string(heads));
  }
};

// What a sublayer holds.
enum class Part : std::uint8_t { attention, feed_forward };

// Where in the stack a policy stands: for those that differ from layer to layer.
struct LayerPlace {
  std::int64_t layer = 0;
  std::int64_t layers = 1;
  Part part = Part::attention;
};

}  // namespace encore
