// SPDX-License-Identifier: Apache-2.0
// A folder of files, on disk or in memory. File names may come from other files (a shard index, modules.json), so none
// leads out of the folder. On disk a file is a regular one: anything else that has its name is refused.
#pragma once

#include <encore/config.hpp>
#include <encore/io/json.hpp>
#include <encore/io/safetensors.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace encore {

class Folder {
 public:
  static constexpr std::size_t max_config_bytes = std::size_t{16} << 20;  // bounds what parsing a hostile file costs
  static constexpr std::size_t max_text_bytes = std::size_t{256} << 20;   // for vocabularies and tokenizers

  // Throws FileError when there is no such folder, or it may not be looked into.
  static Folder open(const std::filesystem::path& path);
  // `files` maps names, with '/' between folders, to content. `name` is for messages.
  static Folder from_memory(std::map<std::string, std::string> files, std::string name = "memory");

  // The path, or what from_memory() was told; for messages.
  const std::string& name() const { return name_; }
  // How messages call a file of this folder.
  std::string label(std::string_view file) const;

  // Whether anything has that name, be it a link to nothing. Throws FileError where the folder does not let it be
  // known.
  bool has(std::string_view file) const;
  // Throws FileError, naming the file, where there is none or it holds more than max_bytes.
  std::string read(std::string_view file, std::size_t max_bytes = max_text_bytes) const;
  // Read once: copies of the folder give the same object again, whatever has become of the file.
  JsonObject object(std::string_view file) const;
  // A file in memory is not copied.
  SafetensorsFile safetensors(std::string_view file) const;

  // A folder inside this one; "" and "." are this one.
  Folder folder(std::string_view path) const;

  // Refuses a path that `source` (a file's label) names and that leads out of the folder: absolute, through "..", or by
  // a symbolic link. A link into the blobs of a Hugging Face cache, where the cache keeps all content, is let through.
  void require_inside(std::string_view path, const std::string& source) const;

 private:
  struct Objects;

  Folder();

  const std::string& in_memory(const std::string& path) const;
  std::string checked(std::string_view path) const;

  std::string name_;
  std::string prefix_;         // "" or "folder/": where below the top this folder is
  std::filesystem::path top_;  // on disk, or
  std::shared_ptr<const std::map<std::string, std::string>> files_;  // in memory
  std::shared_ptr<Objects> objects_;
};

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/folder.hpp>
#endif
