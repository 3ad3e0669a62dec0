// SPDX-License-Identifier: Apache-2.0
// The bodies of io/folder.hpp.
#pragma once

#include <encore/io/file.hpp>
#include <encore/io/folder.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <mutex>
#include <span>
#include <system_error>
#include <utility>

namespace encore {

namespace detail {

// The path without "." and doubled slashes; one that leads out of the folder is refused in the name of `source`.
inline std::string path_inside(std::string_view path, const std::string& source) {
  const auto refuse = [&] { throw FileError(source + ": path " + in_quotes(path) + " leaves the folder"); };
  // A backslash or a drive's colon is part of a name here and a way out elsewhere.
  if (path.starts_with('/') || path.find_first_of(std::string_view("\\:\0", 3)) != path.npos) refuse();
  std::string clean;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part == "..") refuse();
    if (part.empty() || part == ".") continue;
    if (!clean.empty()) clean += '/';
    clean += part;
  }
  return clean;
}

// What the path leads to, or, without `through_links`, what bears that name. Throws FileError where the system does not
// say, for want of a permission as a rule: that nothing is there is an answer.
inline std::filesystem::file_status status_of(const std::filesystem::path& path, bool through_links) {
  std::error_code error;
  const auto status =
      through_links ? std::filesystem::status(path, error) : std::filesystem::symlink_status(path, error);
  if (status.type() == std::filesystem::file_type::none)
    throw FileError(path.string() + ": cannot be looked at: " + error.message());
  return status;
}

}  // namespace detail

// What object() has read, by path.
struct Folder::Objects {
  std::mutex mutex;
  std::map<std::string, JsonObject> read;
};

ENCORE_INLINE Folder::Folder() : objects_(std::make_shared<Objects>()) {}

ENCORE_INLINE Folder Folder::open(const std::filesystem::path& path) {
  const auto status = detail::status_of(path, true);
  if (!std::filesystem::is_directory(status))
    throw FileError(path.string() +
                    (std::filesystem::exists(status) ? ": is a file, not a folder" : ": no such folder"));
  Folder folder;
  folder.name_ = path.has_filename() ? path.string() : path.parent_path().string();  // "models/x/" is models/x
  folder.top_ = path;
  return folder;
}
ENCORE_INLINE Folder Folder::from_memory(std::map<std::string, std::string> files, std::string name) {
  Folder folder;
  folder.name_ = std::move(name);
  folder.files_ = std::make_shared<const std::map<std::string, std::string>>(std::move(files));
  return folder;
}

ENCORE_INLINE std::string Folder::label(std::string_view file) const {
  return name_ + "/" + prefix_ + std::string(file);
}

ENCORE_INLINE bool Folder::has(std::string_view file) const {
  const std::string path = prefix_ + checked(file);
  if (files_) return files_->contains(path);
  return std::filesystem::exists(detail::status_of(top_ / path, false));
}
ENCORE_INLINE std::string Folder::read(std::string_view file, std::size_t max_bytes) const {
  const std::string path = prefix_ + checked(file);
  if (!files_) return read_file(top_ / path, max_bytes);
  const std::string& content = in_memory(path);
  if (content.size() > max_bytes)
    throw FileError(label(file) + ": larger than the " + std::to_string(max_bytes) + " bytes allowed for this file");
  return content;
}
ENCORE_INLINE JsonObject Folder::object(std::string_view file) const {
  const std::lock_guard lock(objects_->mutex);
  const std::string path = prefix_ + checked(file);
  const auto found = objects_->read.find(path);
  if (found != objects_->read.end()) return found->second;
  return objects_->read.emplace(path, JsonObject::parse(read(file, max_config_bytes), label(file))).first->second;
}
ENCORE_INLINE SafetensorsFile Folder::safetensors(std::string_view file) const {
  const std::string path = prefix_ + checked(file);
  if (!files_) return SafetensorsFile::open(top_ / path);
  return SafetensorsFile::from_bytes(std::as_bytes(std::span(in_memory(path))), label(file), files_);
}

ENCORE_INLINE Folder Folder::folder(std::string_view path) const {
  Folder inner = *this;
  const std::string below = checked(path);
  if (!below.empty()) inner.prefix_ += below + "/";
  return inner;
}

ENCORE_INLINE void Folder::require_inside(std::string_view path, const std::string& source) const {
  const std::string below = detail::path_inside(path, source);
  if (files_) return;
  std::error_code missing;  // a file that does not exist is the business of whoever opens it
  const auto real = std::filesystem::canonical(top_ / (prefix_ + below), missing);
  if (missing) return;
  const auto root = std::filesystem::canonical(top_, missing);
  if (missing) return;
  const auto relative = real.lexically_relative(root);
  const bool blob = real.parent_path().filename() == "blobs" &&
                    real.parent_path().parent_path().filename().string().starts_with("models--");
  if (!blob && (relative.empty() || *relative.begin() == ".."))
    throw FileError(source + ": path " + in_quotes(path) + " leaves the folder by a symbolic link");
}

ENCORE_INLINE const std::string& Folder::in_memory(const std::string& path) const {
  const auto found = files_->find(path);
  if (found == files_->end()) throw FileError(name_ + "/" + path + ": no such file");
  return found->second;
}
ENCORE_INLINE std::string Folder::checked(std::string_view path) const { return detail::path_inside(path, name_); }

}  // namespace encore
