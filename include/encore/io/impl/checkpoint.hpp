// SPDX-License-Identifier: Apache-2.0
// The bodies of io/checkpoint.hpp.
#pragma once

#include <encore/io/checkpoint.hpp>
#include <encore/io/json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace encore {

ENCORE_INLINE Checkpoint::Checkpoint(std::vector<SafetensorsFile> files)
    : files_(std::make_shared<const std::vector<SafetensorsFile>>(std::move(files))) {
  for (std::size_t file = 0; file < files_->size(); ++file)
    for (const TensorEntry& entry : (*files_)[file]) places_.push_back({&entry, file});
  std::sort(places_.begin(), places_.end(),
            [](const Place& a, const Place& b) { return a.entry->name < b.entry->name; });
  const auto twin = std::adjacent_find(places_.begin(), places_.end(),
                                       [](const Place& a, const Place& b) { return a.entry->name == b.entry->name; });
  if (twin != places_.end())
    throw FileError((*files_)[twin[1].file].name() + ": tensor " + in_quotes(twin->entry->name) + " is in " +
                    (*files_)[twin[0].file].name() + " too");
}

ENCORE_INLINE std::vector<Checkpoint::Place>::const_iterator Checkpoint::lower_bound(std::string_view name) const {
  return std::lower_bound(places_.begin(), places_.end(), name,
                          [](const Place& place, std::string_view n) { return place.entry->name < n; });
}
ENCORE_INLINE const Checkpoint::Place* Checkpoint::place_of(std::string_view name) const {
  const auto found = lower_bound(name);
  return found != places_.end() && found->entry->name == name ? &*found : nullptr;
}
ENCORE_INLINE const TensorEntry* Checkpoint::find(std::string_view name) const {
  const Place* place = place_of(name);
  return place ? place->entry : nullptr;
}
ENCORE_INLINE bool Checkpoint::has_part_of(std::string_view module) const {
  const std::string beginning = std::string(module) + ".";
  const auto found = lower_bound(beginning);
  return found != places_.end() && found->entry->name.starts_with(beginning);
}
ENCORE_INLINE std::vector<std::string_view> Checkpoint::names() const {
  std::vector<std::string_view> all;
  all.reserve(places_.size());
  for (const Place& place : places_) all.push_back(place.entry->name);
  return all;
}
ENCORE_INLINE std::string_view Checkpoint::file_of(std::string_view name) const {
  const Place* place = place_of(name);
  return place ? std::string_view((*files_)[place->file].name()) : std::string_view();
}

namespace detail {

inline Checkpoint open_shards(const Folder& folder, const std::string& index_file) {
  const std::string source = folder.label(index_file);
  const JsonObject map = folder.object(index_file).object("weight_map");
  std::set<std::string> names;
  for (const auto& [tensor, shard] : map.value().items()) {
    if (!shard.is_string())
      throw ConfigError(map.where(tensor) + ": found " + shard.dump().substr(0, 40) + ", want a file name");
    names.insert(shard.get<std::string>());
  }
  if (names.empty()) throw FileError(source + ": weight_map is empty");
  std::map<std::string, std::size_t> numbers;
  std::vector<SafetensorsFile> shards;
  for (const std::string& name : names) {
    if (!name.ends_with(".safetensors"))
      throw FileError(source + ": shard " + in_quotes(name) + " is not a .safetensors file");
    folder.require_inside(name, source);
    if (!folder.has(name)) throw FileError(source + ": shard " + in_quotes(name) + " does not exist");
    numbers[name] = shards.size();
    shards.push_back(folder.safetensors(name));
  }
  for (const auto& [tensor, shard] : map.value().items()) {
    const SafetensorsFile& file = shards[numbers[shard.get_ref<const std::string&>()]];
    if (!file.find(tensor))
      throw FileError(source + ": tensor " + in_quotes(tensor) + " is not in its shard " + file.name());
  }
  return Checkpoint(std::move(shards));
}

}  // namespace detail

ENCORE_INLINE Checkpoint Checkpoint::open(const Folder& folder) {
  const std::string single = "model.safetensors";
  const std::string index = single + ".index.json";
  if (folder.has(single)) return Checkpoint({folder.safetensors(single)});
  if (folder.has(index)) return detail::open_shards(folder, index);
  for (const char* other : {"pytorch_model.bin", "pytorch_model.bin.index.json"})
    if (folder.has(other))
      throw UnsupportedError(
          folder.label(other) +
          ": pickled weights are not read, for they can hold code; convert them once with Python: import torch, "
          "safetensors.torch as s; w = torch.load('pytorch_model.bin', map_location='cpu', weights_only=True); "
          "s.save_file({k: v.clone().contiguous() for k, v in w.items()}, 'model.safetensors')");
  for (const char* other : {"tf_model.h5", "flax_model.msgpack", "model.onnx", "onnx/model.onnx"})
    if (folder.has(other))
      throw UnsupportedError(folder.label(other) + ": only safetensors weights are read, and " + single +
                             " is missing");
  throw FileError(folder.label(single) + ": no such file, and no " + index + " either");
}

}  // namespace encore
