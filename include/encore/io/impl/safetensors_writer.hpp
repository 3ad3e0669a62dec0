// SPDX-License-Identifier: Apache-2.0
// The bodies of io/safetensors_writer.hpp.
#pragma once

#include <encore/io/json.hpp>
#include <encore/io/safetensors_writer.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace encore {

namespace detail {

// The order of types in the reference's enumeration, which is what it sorts by.
constexpr int write_rank(DType type) {
  constexpr std::array rising{DType::boolean, DType::u8,  DType::i8,  DType::i16, DType::u16, DType::f16, DType::bf16,
                              DType::i32,     DType::u32, DType::f32, DType::f64, DType::i64, DType::u64};
  return int(std::find(rising.begin(), rising.end(), type) - rising.begin());
}

inline std::string json_text(const std::string& text, const char* what) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    throw ArgumentError("safetensors: " + std::string(what) + " " + in_quotes(text) + " is not valid UTF-8");
  }
}

ENCORE_INLINE std::string safetensors_header(std::span<const TensorEntry* const> tensors,
                                             const std::map<std::string, std::string>& metadata) {
  std::string json = "{";
  const auto comma = [&] { json += json.size() > 1 ? "," : ""; };
  if (!metadata.empty()) {
    json += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata)
      json += (json.back() == '{' ? "" : ",") + json_text(key, "metadata key") + ":" + json_text(value, "metadata");
    json += "}";
  }
  std::uint64_t offset = 0;
  for (const TensorEntry* t : tensors) {
    comma();
    json += json_text(t->name, "tensor name") + ":{\"dtype\":\"" + std::string(name_of(t->dtype)) + "\",\"shape\":[";
    for (std::size_t i = 0; i < t->shape.size(); ++i) json += (i ? "," : "") + std::to_string(t->shape[i]);
    const std::uint64_t end = offset + t->bytes.size();
    json += "],\"data_offsets\":[" + std::to_string(offset) + "," + std::to_string(end) + "]}";
    offset = end;
  }
  json += "}";
  json.append((8 - json.size() % 8) % 8, ' ');
  if (json.size() > max_safetensors_header)
    throw ArgumentError("safetensors: " + std::to_string(tensors.size()) +
                        " tensors need a header longer than the 100000000 bytes allowed");
  std::string head(sizeof(std::uint64_t), '\0');
  const std::uint64_t length = json.size();
  std::memcpy(head.data(), &length, sizeof length);
  return head + json;
}

ENCORE_INLINE void check_writable(const TensorEntry& tensor) {
  if (tensor.name == "__metadata__") throw ArgumentError("safetensors: a tensor cannot be named __metadata__");
  const auto size = byte_count(tensor.shape, tensor.dtype);
  if (!size || *size != tensor.bytes.size())
    throw ArgumentError("safetensors: tensor " + in_quotes(tensor.name) + " comes with " +
                        std::to_string(tensor.bytes.size()) + " bytes, its shape and dtype " +
                        std::string(name_of(tensor.dtype)) + " make " +
                        (size ? std::to_string(*size) : "more than can be"));
}

inline void write_safetensors(AtomicFile& file, std::span<const TensorEntry> tensors,
                              const std::map<std::string, std::string>& metadata) {
  std::vector<const TensorEntry*> order;
  order.reserve(tensors.size());
  for (const TensorEntry& t : tensors) order.push_back(&t);
  std::sort(order.begin(), order.end(), [](const TensorEntry* a, const TensorEntry* b) { return a->name < b->name; });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (order[i - 1]->name == order[i]->name)
      throw ArgumentError("safetensors: two tensors are named " + in_quotes(order[i]->name));
  std::stable_sort(order.begin(), order.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return write_rank(a->dtype) > write_rank(b->dtype);
  });
  const std::string header = safetensors_header(order, metadata);
  file.write(std::as_bytes(std::span(header)));
  for (const TensorEntry* t : order)
    t->bytes.for_each_piece([&](std::span<const std::byte> piece) { file.write(piece); });
}

}  // namespace detail

ENCORE_INLINE void save_safetensors(const std::filesystem::path& path, std::span<const TensorToWrite> tensors,
                                    const std::map<std::string, std::string>& metadata) {
  for (const TensorToWrite& tensor : tensors) detail::check_writable(tensor);
  AtomicFile file(path);
  detail::write_safetensors(file, tensors, metadata);
  file.commit();
}

ENCORE_INLINE SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path,
                                                   std::map<std::string, std::string> metadata)
    : metadata_(std::move(metadata)), file_(path), data_(AtomicFile::scratch_beside(path)) {}

ENCORE_INLINE void SafetensorsWriter::add(std::string name, DType dtype, std::vector<std::int64_t> shape,
                                          std::span<const std::byte> bytes) {
  TensorEntry tensor{std::move(name), dtype, std::move(shape), bytes};
  detail::check_writable(tensor);
  data_.write(bytes);
  sizes_.push_back(bytes.size());
  tensors_.push_back(std::move(tensor));
}

ENCORE_INLINE void SafetensorsWriter::commit() {
  const InputFile data = data_.written();
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    tensors_[i].bytes = TensorBytes(data).part(offset, sizes_[i]);
    offset += sizes_[i];
  }
  detail::write_safetensors(file_, tensors_, metadata_);
  file_.commit();
}

}  // namespace encore
