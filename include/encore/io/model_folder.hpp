// SPDX-License-Identifier: Apache-2.0
// Where a model is: a folder, a repository in a Hugging Face cache, a name looked up in that cache, or memory.
// Cache layout: huggingface.co/docs/hub/local-cache.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/checkpoint.hpp>
#include <encore/io/folder.hpp>
#include <encore/io/json.hpp>
#include <encore/io/sentence_transformer.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace encore {

class ModelFolder {
 public:
  // `path` is, in this order: a folder with a model's files; a cache's folder "models--org--name"; or a hub name
  // "org/name" that the cache holds (HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub). Nothing is
  // downloaded. Throws FileError saying what to do when it is none of them.
  static ModelFolder open(const std::filesystem::path& path);
  // `files` maps file names ("config.json", "1_Pooling/config.json") to their content.
  static ModelFolder from_memory(std::map<std::string, std::string> files, std::string name = "memory") {
    return ModelFolder(Folder::from_memory(std::move(files), std::move(name)));
  }

  // As the caller, or the cache, calls it; for messages.
  const std::string& name() const { return root_.name(); }

  // config.json. Throws FileError where there is none or it is not JSON, ConfigError where it is not an object.
  JsonObject config() const {
    if (!has("config.json")) throw FileError(root_.label("config.json") + ": no such file; a model's folder holds one");
    return where("config.json").object("config.json");
  }
  // Files of the transformer, tokenizer files included: they are looked for in its own folder first
  // (sentence-transformers once kept them in 0_Transformer), then at the top.
  bool has(std::string_view file) const { return where(file).has(file); }
  std::string read(std::string_view file, std::size_t max_bytes = Folder::max_text_bytes) const {
    return where(file).read(file, max_bytes);
  }
  // How messages call a file.
  std::string label(std::string_view file) const { return where(file).label(file); }
  Checkpoint checkpoint() const { return Checkpoint::open(transformer_); }
  // What modules.json says; nothing where there is no such file.
  std::optional<SentenceTransformer> sentence_transformer() const { return SentenceTransformer::read(root_); }

 private:
  explicit ModelFolder(Folder root) : root_(std::move(root)), transformer_(root_) {
    if (!root_.has("config.json"))
      if (const auto path = SentenceTransformer::transformer_path(root_)) transformer_ = root_.folder(*path);
  }
  const Folder& where(std::string_view file) const { return transformer_.has(file) ? transformer_ : root_; }

  Folder root_;
  Folder transformer_;
};

namespace detail {

// huggingface_hub's rule, its old variable included.
inline std::filesystem::path hub_cache() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::filesystem::path(value ? value : "");
  };
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const auto path = variable(name); !path.empty()) return path;
  if (const auto path = variable("HF_HOME"); !path.empty()) return path / "hub";
  if (const auto path = variable("XDG_CACHE_HOME"); !path.empty()) return path / "huggingface" / "hub";
  return variable("HOME") / ".cache" / "huggingface" / "hub";
}

inline bool is_cache_repository(const std::filesystem::path& path) {
  std::error_code ignored;
  return path.filename().string().starts_with("models--") && std::filesystem::is_directory(path / "snapshots", ignored);
}

// The snapshot that refs/main names, or the only one there is.
inline std::filesystem::path cache_snapshot(const std::filesystem::path& repository) {
  std::error_code ignored;
  const auto snapshots = repository / "snapshots";
  const auto reference = repository / "refs" / "main";
  if (std::filesystem::is_regular_file(reference, ignored)) {
    std::string revision = read_file(reference, 1024);
    while (!revision.empty() && std::isspace(static_cast<unsigned char>(revision.back()))) revision.pop_back();
    const bool plain = !revision.empty() &&
                       std::all_of(revision.begin(), revision.end(), [](unsigned char c) { return std::isalnum(c); });
    if (!plain) throw FileError(reference.string() + ": found " + in_quotes(revision) + ", want the hash of a commit");
    if (std::filesystem::is_directory(snapshots / revision, ignored)) return snapshots / revision;
    throw FileError(reference.string() + ": names snapshot " + revision + ", which is not in " + snapshots.string() +
                    "; the download is incomplete");
  }
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(snapshots, ignored))
    if (entry.is_directory(ignored)) all.push_back(entry.path());
  if (all.size() == 1) return all.front();
  throw FileError(repository.string() + ": has no refs/main and " + std::to_string(all.size()) +
                  " snapshots; name one of the folders in " + snapshots.string());
}

// "org/name" or "name", of the characters that the hub allows.
inline bool is_hub_name(const std::string& name) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '/'; };
  const bool dots = name.starts_with('.') || name.find("/.") != name.npos;
  return !name.empty() && !dots && std::all_of(name.begin(), name.end(), allowed) &&
         std::count(name.begin(), name.end(), '/') <= 1 && name.front() != '/' && name.back() != '/';
}

}  // namespace detail

inline ModelFolder ModelFolder::open(const std::filesystem::path& path) {
  std::error_code ignored;
  // "folder/" is the folder.
  const auto plain = path.has_filename() ? path : path.parent_path();
  if (std::filesystem::is_directory(path, ignored))
    return ModelFolder(Folder::open(detail::is_cache_repository(plain) ? detail::cache_snapshot(plain) : path));
  if (std::filesystem::exists(path, ignored))
    throw FileError(path.string() + ": is a file; name the folder that holds config.json and model.safetensors");

  const std::string name = path.generic_string();
  if (!detail::is_hub_name(name)) throw FileError(name + ": no such folder");
  const auto cache = detail::hub_cache();
  // sentence-transformers knows its own models without the organisation's name.
  const bool bare = name.find('/') == name.npos;
  for (const std::string& full : bare ? std::vector{name, "sentence-transformers/" + name} : std::vector{name}) {
    auto folder = "models--" + full;
    if (const auto slash = folder.find('/'); slash != folder.npos) folder.replace(slash, 1, "--");
    if (detail::is_cache_repository(cache / folder))
      return ModelFolder(Folder::open(detail::cache_snapshot(cache / folder)));
  }
  throw FileError(name + ": no such folder, and no such model in the Hugging Face cache " + cache.string() +
                  "; nothing is downloaded here: name the model's folder, or fetch it first with: hf download " +
                  (bare ? "ORGANISATION/" : "") + name);
}

}  // namespace encore
