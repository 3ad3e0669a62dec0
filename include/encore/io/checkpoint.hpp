// SPDX-License-Identifier: Apache-2.0
// The weights of a model folder: one model.safetensors, or the shards that model.safetensors.index.json lists, as one
// set of named tensors.
#pragma once

#include <encore/config.hpp>
#include <encore/io/folder.hpp>
#include <encore/io/safetensors.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace encore {

class Checkpoint {
 public:
  // Throws FileError where the folder has no weights, or index and shards disagree; UnsupportedError where it has
  // weights in another format, saying how to convert them.
  static Checkpoint open(const Folder& folder);
  // The union of files. Throws FileError for a tensor that two of them hold.
  explicit Checkpoint(std::vector<SafetensorsFile> files);

  // nullptr where there is none. Valid as long as this checkpoint or a copy lives.
  const TensorEntry* find(std::string_view name) const;
  // Whether there is any tensor of a module, "MODULE.weight" or deeper, be it that others of it are missing.
  bool has_part_of(std::string_view module) const;
  std::size_t size() const { return places_.size(); }
  // Sorted.
  std::vector<std::string_view> names() const;
  // The file that holds a tensor, for messages; "" where there is none.
  std::string_view file_of(std::string_view name) const;
  std::span<const SafetensorsFile> files() const { return *files_; }

 private:
  struct Place {
    const TensorEntry* entry;
    std::size_t file;
  };
  // The first that is not before that name.
  std::vector<Place>::const_iterator lower_bound(std::string_view name) const;
  const Place* place_of(std::string_view name) const;

  std::shared_ptr<const std::vector<SafetensorsFile>> files_;
  std::vector<Place> places_;  // sorted by name
};

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/checkpoint.hpp>
#endif
