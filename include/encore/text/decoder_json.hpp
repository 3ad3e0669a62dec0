// SPDX-License-Identifier: Apache-2.0
// The decoder of a tokenizer.json.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/decoder.hpp>
#include <encore/text/json_part.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

namespace detail {

// Appends the steps of one decoder. Throws UnsupportedError for one that there is none of here.
inline void read_decoder_steps(const JsonObject& part, std::vector<DecoderStep>& steps) {
  const std::string type = part.text("type");
  const auto not_empty = [&](std::string_view key) {
    std::string text = part.text(key);
    if (text.empty()) throw UnsupportedError(part.where(key) + ": an empty text is not supported");
    return text;
  };
  constexpr Bounds<std::int64_t> count{0, INT32_MAX};
  if (type == "Sequence") {
    for (const JsonObject& one : part.objects("decoders")) read_decoder_steps(one, steps);
  } else if (type == "WordPiece") {
    steps.push_back(WordPieceDecoder{part.text("prefix"), part.boolean("cleanup")});
  } else if (type == "ByteLevel") {
    steps.push_back(ByteLevelDecoder{});
  } else if (type == "Metaspace") {
    // Files of the library's first versions say add_prefix_space.
    const bool prepends =
        part.has("prepend_scheme") ? part.text("prepend_scheme") != "never" : part.boolean("add_prefix_space", true);
    steps.push_back(MetaspaceDecoder{not_empty("replacement"), prepends});
  } else if (type == "BPEDecoder") {
    steps.push_back(BpeDecoder{not_empty("suffix")});
  } else if (type == "Replace") {
    const JsonObject pattern = part.object("pattern");
    if (!pattern.has("String"))
      throw UnsupportedError(part.where("pattern") + ": only a String is supported in a decoder");
    if (pattern.text("String").empty())
      throw UnsupportedError(pattern.where("String") + ": an empty text is not supported");
    steps.push_back(ReplaceDecoder{pattern.text("String"), part.text("content")});
  } else if (type == "Fuse") {
    steps.push_back(FuseDecoder{});
  } else if (type == "Strip") {
    steps.push_back(StripDecoder{not_empty("content"), part.integer("start", count), part.integer("stop", count)});
  } else if (type == "ByteFallback") {
    steps.push_back(ByteFallbackDecoder{});
  } else {
    throw UnsupportedError(
        part.where("type") + ": decoder " + in_quotes(type) +
        " is not supported; supported: BPEDecoder, ByteFallback, ByteLevel, Fuse, Metaspace, Replace, "
        "Sequence, Strip, WordPiece");
  }
}

}  // namespace detail

// Of the file, or none. What is not supported is refused when something is to be decoded: encoding does not need it.
inline Decoder read_decoder(const JsonObject& file) {
  const auto part = detail::optional_part(file, "decoder");
  if (!part) return {};
  std::vector<DecoderStep> steps;
  try {
    detail::read_decoder_steps(*part, steps);
  } catch (const UnsupportedError& error) {
    return Decoder::unsupported(error.what());
  }
  return Decoder(std::move(steps));
}

}  // namespace encore::text
