// SPDX-License-Identifier: Apache-2.0
// Where a model is: a folder, a repository in a Hugging Face cache, a name looked up in that cache, or memory.
// Cache layout: huggingface.co/docs/hub/local-cache.
#pragma once

#include <encore/config.hpp>
#include <encore/io/checkpoint.hpp>
#include <encore/io/cross_encoder.hpp>
#include <encore/io/folder.hpp>
#include <encore/io/json.hpp>
#include <encore/io/sentence_transformer.hpp>
#include <encore/io/sparse_encoder.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace encore {

class ModelFolder {
 public:
  // `path` is, in this order: a folder with a model's files; a cache's folder "models--org--name"; or a hub name
  // "org/name" that the cache holds (HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub). Nothing is
  // downloaded. Throws FileError saying what to do when it is none of them.
  static ModelFolder open(const std::filesystem::path& path);
  // `files` maps file names ("config.json", "1_Pooling/config.json") to their content.
  static ModelFolder from_memory(std::map<std::string, std::string> files, std::string name = "memory");

  // As the caller, or the cache, calls it; for messages.
  const std::string& name() const { return root_.name(); }

  // config.json. Throws FileError where there is none or it is not JSON, ConfigError where it is not an object.
  JsonObject config() const;
  // Files of the transformer, tokenizer files included: they are looked for in its own folder first
  // (sentence-transformers once kept them in 0_Transformer), then at the top.
  bool has(std::string_view file) const;
  std::string read(std::string_view file, std::size_t max_bytes = Folder::max_text_bytes) const;
  // A file that is a JSON object, read once (Folder::object).
  JsonObject object(std::string_view file) const;
  // How messages call a file.
  std::string label(std::string_view file) const;
  Checkpoint checkpoint() const;
  // What modules.json says; nothing where there is no such file.
  std::optional<SentenceTransformer> sentence_transformer() const;
  // How scores and sparse vectors are made of logits, where it says something of that.
  CrossEncoder cross_encoder() const;
  SparseEncoder sparse_encoder() const;
  // SentenceTransformer::lower_cases.
  bool lower_cases() const;
  // The longest text in tokens, special ones included: model_max_length of tokenizer_config.json, and max_seq_length of a
  // folder of sentence-transformers, of whatever kind. Nothing where the files set no limit. Throw ConfigError.
  std::optional<std::int64_t> model_max_length() const;
  std::optional<std::int64_t> max_seq_length() const;

 private:
  explicit ModelFolder(Folder root);
  const Folder& where(std::string_view file) const;

  Folder root_;
  Folder transformer_;
};

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/model_folder.hpp>
#endif
