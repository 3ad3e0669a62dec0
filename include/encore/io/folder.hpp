// SPDX-License-Identifier: Apache-2.0
// A folder of files, on disk or in memory. File names may come from other files (a shard index, modules.json), so none
// leads out of the folder.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/file.hpp>
#include <encore/io/json.hpp>
#include <encore/io/safetensors.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace encore {

class Folder {
 public:
  static constexpr std::size_t max_config_bytes = std::size_t{16} << 20;  // bounds what parsing a hostile file costs
  static constexpr std::size_t max_text_bytes = std::size_t{256} << 20;

  // Throws FileError when there is no such folder.
  static Folder open(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error))
      throw FileError(path.string() +
                      (std::filesystem::exists(path, error) ? ": is a file, not a folder" : ": no such folder"));
    Folder folder;
    folder.name_ = path.has_filename() ? path.string() : path.parent_path().string();  // "models/x/" is models/x
    folder.top_ = path;
    return folder;
  }
  // `files` maps names, with '/' between folders, to content. `name` is for messages.
  static Folder from_memory(std::map<std::string, std::string> files, std::string name = "memory") {
    Folder folder;
    folder.name_ = std::move(name);
    folder.files_ = std::make_shared<const std::map<std::string, std::string>>(std::move(files));
    return folder;
  }

  const std::string& name() const { return name_; }
  // How messages call a file of this folder.
  std::string label(std::string_view file) const { return name_ + "/" + prefix_ + std::string(file); }

  bool has(std::string_view file) const {
    const std::string path = prefix_ + checked(file);
    if (files_) return files_->contains(path);
    std::error_code ignored;
    const auto status = std::filesystem::status(top_ / path, ignored);
    return std::filesystem::exists(status) && !std::filesystem::is_directory(status);
  }
  // Throws FileError, naming the file, where there is none or it holds more than max_bytes.
  std::string read(std::string_view file, std::size_t max_bytes = max_text_bytes) const {
    const std::string path = prefix_ + checked(file);
    if (!files_) return read_file(top_ / path, max_bytes);
    const std::string& content = in_memory(path);
    if (content.size() > max_bytes)
      throw FileError(label(file) + ": larger than the " + std::to_string(max_bytes) + " bytes allowed for this file");
    return content;
  }
  nlohmann::json json(std::string_view file) const { return parse_json(read(file, max_config_bytes), label(file)); }
  JsonObject object(std::string_view file) const { return {json(file), label(file)}; }
  // A file in memory is not copied.
  SafetensorsFile safetensors(std::string_view file) const {
    const std::string path = prefix_ + checked(file);
    if (!files_) return SafetensorsFile::open(top_ / path);
    return SafetensorsFile::from_bytes(std::as_bytes(std::span(in_memory(path))), label(file), files_);
  }

  // A folder inside this one; "" and "." are this one.
  Folder folder(std::string_view path) const {
    Folder inner = *this;
    const std::string below = checked(path);
    if (!below.empty()) inner.prefix_ += below + "/";
    return inner;
  }

  // Refuses a path that `source` (a file's label) names and that leads out of the folder: absolute, through "..", or by
  // a symbolic link. A link into the blobs of a Hugging Face cache, where the cache keeps all content, is let through.
  void require_inside(std::string_view path, const std::string& source) const {
    const std::string below = checked(path, source);
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

 private:
  Folder() = default;

  const std::string& in_memory(const std::string& path) const {
    const auto found = files_->find(path);
    if (found == files_->end()) throw FileError(name_ + "/" + path + ": no such file");
    return found->second;
  }
  std::string checked(std::string_view path) const { return checked(path, name_); }
  // The path without "." and doubled slashes.
  static std::string checked(std::string_view path, const std::string& source) {
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

  std::string name_;
  std::string prefix_;         // "" or "folder/": where below the top this folder is
  std::filesystem::path top_;  // on disk, or
  std::shared_ptr<const std::map<std::string, std::string>> files_;  // in memory
};

}  // namespace encore
