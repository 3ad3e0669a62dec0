// SPDX-License-Identifier: Apache-2.0
// Tokens back to text: the decoders of the Hugging Face tokenizers library, a chain of steps that each rewrite the list
// of tokens; what is left is joined.
#pragma once

#include <encore/core/error.hpp>
#include <encore/text/byte_alphabet.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace encore::text {

// The spellings of the tokens to decode, which steps rewrite.
using TokenList = std::vector<std::string>;

// `pattern` is not empty.
inline void replace_all(std::string& text, std::string_view pattern, std::string_view content) {
  std::size_t at = text.find(pattern), copied = 0;
  if (at == text.npos) return;
  std::string result;
  for (; at != text.npos; at = text.find(pattern, copied)) {
    result.append(text, copied, at - copied).append(content);
    copied = at + pattern.size();
  }
  text = result.append(text, copied);
}

// Bytes as text: what is not UTF-8 becomes U+FFFD, one for each maximal subpart.
inline std::string text_of_bytes(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const Utf8Step step = utf8_step(bytes);
    text += step.valid ? bytes.substr(0, std::size_t(step.bytes)) : std::string_view("\xef\xbf\xbd");
    bytes.remove_prefix(std::size_t(step.bytes));
  }
  return text;
}

// Takes away the spaces that joining words puts before English punctuation.
inline void clean_up_spaces(std::string& text, bool with_do_not) {
  using Pair = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Pair, 6> before{
      {{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"}}};
  static constexpr std::array<Pair, 4> after{{{" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}}};
  for (const auto& [pattern, content] : before) replace_all(text, pattern, content);
  if (with_do_not) replace_all(text, " do not", " don't");
  for (const auto& [pattern, content] : after) replace_all(text, pattern, content);
}

// "un ##able" -> "unable": pieces with the prefix stick to what is before them, others get a space.
struct WordPieceDecoder {
  std::string prefix = "##";
  bool cleanup = true;

  void operator()(TokenList& tokens) const {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0 && tokens[i].starts_with(prefix))
        tokens[i].erase(0, prefix.size());
      else if (i > 0)
        tokens[i].insert(0, " ");
      if (cleanup) clean_up_spaces(tokens[i], true);
    }
  }
};

// The letters of a byte-level vocabulary to the bytes they stand for; a token with other letters stands for itself.
struct ByteLevelDecoder {
  void operator()(TokenList& tokens) const {
    std::string bytes;
    for (const std::string& token : tokens) bytes += bytes_of_token(token).value_or(token);
    tokens = {text_of_bytes(bytes)};
  }
};

// U+2581 to a space, to nothing in the first token where encoding puts one before a text.
struct MetaspaceDecoder {
  std::string replacement = "\xe2\x96\x81";
  bool prepends = true;

  void operator()(TokenList& tokens) const {
    for (std::size_t i = 0; i < tokens.size(); ++i) replace_all(tokens[i], replacement, i == 0 && prepends ? "" : " ");
  }
};

// The mark of a word's end to a space.
struct BpeDecoder {
  std::string suffix = "</w>";

  void operator()(TokenList& tokens) const {
    for (std::size_t i = 0; i < tokens.size(); ++i) replace_all(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
  }
};

// Throws InputError where the tokens would become longer than `limit` together.
struct ReplaceDecoder {
  std::string pattern, content;

  void operator()(TokenList& tokens, std::size_t limit) const {
    for (std::string& token : tokens) {
      for (std::size_t at = token.find(pattern); at != token.npos; at = token.find(pattern, at + pattern.size()))
        if (content.size() > limit)
          throw InputError("the decoder's rules make more bytes of the tokens than are allowed");
        else
          limit -= content.size();
      replace_all(token, pattern, content);
    }
  }
};

// All tokens become one.
struct FuseDecoder {
  void operator()(TokenList& tokens) const {
    std::string all;
    for (const std::string& token : tokens) all += token;
    tokens = {std::move(all)};
  }
};

// At most so many of one character from each end of a token.
struct StripDecoder {
  std::string content;  // one character
  std::int64_t start = 0;
  std::int64_t stop = 0;

  void operator()(TokenList& tokens) const {
    for (std::string& token : tokens) {
      for (std::int64_t i = 0; i < start && token.starts_with(content); ++i) token.erase(0, content.size());
      for (std::int64_t i = 0; i < stop && token.ends_with(content); ++i) token.erase(token.size() - content.size());
    }
  }
};

// "<0xE2>" to the byte; bytes in a row that are no UTF-8 give a U+FFFD each.
struct ByteFallbackDecoder {
  void operator()(TokenList& tokens) const {
    TokenList result;
    std::string bytes;
    const auto flush = [&] {
      if (bytes.empty()) return;
      if (is_valid_utf8(bytes))
        result.push_back(bytes);
      else
        result.insert(result.end(), bytes.size(), "\xef\xbf\xbd");
      bytes.clear();
    };
    for (std::string& token : tokens) {
      unsigned byte = 0;
      const char* digits = token.data() + 3;
      if (token.size() == 6 && token.starts_with("<0x") && token.ends_with('>') &&
          std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
        bytes += char(byte);
        continue;
      }
      flush();
      result.push_back(std::move(token));
    }
    flush();
    tokens = std::move(result);
  }
};

// One step; a step of another kind is a further alternative.
using DecoderStep = std::variant<WordPieceDecoder, ByteLevelDecoder, MetaspaceDecoder, BpeDecoder, ReplaceDecoder,
                                 FuseDecoder, StripDecoder, ByteFallbackDecoder>;

class Decoder {
 public:
  Decoder() = default;  // tokens with spaces between
  // Steps in order; what is left is joined without spaces.
  explicit Decoder(std::vector<DecoderStep> steps) : steps_(std::move(steps)), joins_(true) {}
  // A decoder that there is none of here: using it throws UnsupportedError with this message.
  static Decoder unsupported(std::string message) {
    Decoder decoder;
    decoder.refusal_ = std::move(message);
    return decoder;
  }

  std::string operator()(TokenList tokens) const {
    if (!refusal_.empty()) throw UnsupportedError(refusal_);
    std::size_t bytes = 0;
    for (const std::string& token : tokens) bytes += token.size();
    const std::size_t limit = most_bytes_of(bytes);
    const auto run = [&](const auto& step) {
      if constexpr (requires { step(tokens, limit); })
        step(tokens, limit);
      else
        step(tokens);
    };
    for (const DecoderStep& step : steps_) std::visit(run, step);
    std::string text;
    for (const std::string& token : tokens) {
      if (!joins_ && &token != tokens.data()) text += ' ';
      text += token;
    }
    return text;
  }

 private:
  std::vector<DecoderStep> steps_;
  bool joins_ = false;  // what the steps leave is joined without spaces
  std::string refusal_;
};

}  // namespace encore::text
