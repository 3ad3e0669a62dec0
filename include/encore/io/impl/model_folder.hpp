// SPDX-License-Identifier: Apache-2.0
// The bodies of io/model_folder.hpp.
#pragma once

#include <encore/io/file.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/io/sentence_modules.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

namespace encore {

ENCORE_INLINE ModelFolder ModelFolder::from_memory(std::map<std::string, std::string> files, std::string name) {
  return ModelFolder(Folder::from_memory(std::move(files), std::move(name)));
}

ENCORE_INLINE ModelFolder::ModelFolder(Folder root) : root_(std::move(root)), transformer_(root_) {
  if (!root_.has("config.json"))
    if (const auto path = SentenceTransformer::transformer_path(root_)) transformer_ = root_.folder(*path);
}

ENCORE_INLINE const Folder& ModelFolder::where(std::string_view file) const {
  return transformer_.has(file) ? transformer_ : root_;
}
ENCORE_INLINE bool ModelFolder::has(std::string_view file) const { return where(file).has(file); }
ENCORE_INLINE std::string ModelFolder::read(std::string_view file, std::size_t max_bytes) const {
  return where(file).read(file, max_bytes);
}
ENCORE_INLINE JsonObject ModelFolder::object(std::string_view file) const { return where(file).object(file); }
ENCORE_INLINE std::string ModelFolder::label(std::string_view file) const { return where(file).label(file); }

ENCORE_INLINE JsonObject ModelFolder::config() const {
  if (!has("config.json")) throw FileError(root_.label("config.json") + ": no such file; a model's folder holds one");
  return object("config.json");
}
ENCORE_INLINE Checkpoint ModelFolder::checkpoint() const { return Checkpoint::open(transformer_); }
ENCORE_INLINE std::optional<SentenceTransformer> ModelFolder::sentence_transformer() const {
  return SentenceTransformer::read(root_);
}
ENCORE_INLINE CrossEncoder ModelFolder::cross_encoder() const { return CrossEncoder::read(root_, config()); }
ENCORE_INLINE SparseEncoder ModelFolder::sparse_encoder() const { return SparseEncoder::read(root_); }
ENCORE_INLINE bool ModelFolder::lower_cases() const { return SentenceTransformer::lower_cases(root_); }
ENCORE_INLINE std::optional<std::int64_t> ModelFolder::model_max_length() const {
  if (!has("tokenizer_config.json")) return std::nullopt;
  const JsonObject config = object("tokenizer_config.json").nullable();
  for (const std::string_view key : {"model_max_length", "max_len"})
    if (const auto most = config.optional_number(key, {1, 1e300})) {
      constexpr double none = 1e20;  // transformers' way to say that there is no limit is a larger number
      if (*most >= none) return std::nullopt;
      if (*most >= 9e18 || *most != std::floor(*most)) throw config.error(key, "is not a number of tokens");
      return std::int64_t(*most);
    }
  return std::nullopt;
}
ENCORE_INLINE std::optional<std::int64_t> ModelFolder::max_seq_length() const {
  const auto path = SentenceTransformer::transformer_path(root_);
  const auto options = path ? detail::transformer_options(root_.folder(*path)) : std::nullopt;
  return options ? detail::TextOptions(*options).max_seq_length : std::nullopt;
}

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

ENCORE_INLINE ModelFolder ModelFolder::open(const std::filesystem::path& path) {
  // "folder/" is the folder.
  const auto plain = path.has_filename() ? path : path.parent_path();
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::none)
    throw FileError(path.string() + ": cannot be looked at: " + error.message());
  if (std::filesystem::is_directory(status))
    return ModelFolder(Folder::open(detail::is_cache_repository(plain) ? detail::cache_snapshot(plain) : path));
  if (std::filesystem::exists(status))
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
