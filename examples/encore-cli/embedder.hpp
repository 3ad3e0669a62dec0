// SPDX-License-Identifier: Apache-2.0
// Texts in, vectors out, for whatever architecture and backend the folder and the options name: what `embed` and
// `search` share. The instantiations for all of them are in embedder.cpp alone.
#pragma once

#include "options.hpp"

#include <encore/core/tensor.hpp>
#include <encore/io/model_folder.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace encore::cli {

// What has been done so far.
struct EmbedCounts {
  std::size_t texts = 0;
  std::size_t tokens = 0;
  std::size_t cut = 0;  // texts longer than max_tokens()
};

class Embedder {
 public:
  static std::unique_ptr<Embedder> open(const ModelOptions& options);
  virtual ~Embedder() = default;

  virtual std::int64_t dimension() const = 0;
  // Tokens that a text is cut to, special ones included.
  virtual std::int64_t max_tokens() const = 0;
  virtual const std::optional<SentenceTransformer>& settings() const = 0;
  // "avx512, 2 threads, f32"
  virtual std::string machine() const = 0;
  // The vectors of prompt + text: [texts, dimension]. progress(n) is told how many are done.
  virtual Tensor<float> embed(std::span<const std::string> texts, const std::string& prompt,
                              const std::function<void(std::size_t)>& progress) = 0;

  // prompt_named, of the folder's.
  std::string prompt(const std::string& name) const;
  // The folder's default prompt, or none.
  std::string default_prompt() const;
  // The first prompt that the folder has of these names, or none.
  std::string first_prompt(std::initializer_list<const char*> names) const;
  const EmbedCounts& counts() const { return counts_; }
  // "1,234 texts (27,148 tokens) in 1.52 s: 812 texts/s on avx512, 2 threads, f32", and how many texts were cut.
  std::string report(double seconds) const;

 protected:
  EmbedCounts counts_;
};

// The prompt of that name, "" for the name "". Throws UsageError naming the prompts there are.
std::string prompt_named(const Prompts& prompts, const std::string& name);

// Texts are read, tokenized and embedded in blocks of this size, so that an input of any length takes bounded memory.
inline constexpr std::size_t block_texts = 1024;
inline constexpr std::size_t block_bytes = std::size_t{8} << 20;

}  // namespace encore::cli
