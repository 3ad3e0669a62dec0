// SPDX-License-Identifier: Apache-2.0
// The bodies of io/safetensors_header.hpp.
#pragma once

#include <encore/io/json.hpp>
#include <encore/io/safetensors_header.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace encore {

namespace detail {

ENCORE_INLINE std::optional<std::uint64_t> byte_count(std::span<const std::int64_t> shape, DType dtype) {
  constexpr auto max = std::uint64_t(std::numeric_limits<std::int64_t>::max());
  std::uint64_t count = 1;
  for (std::int64_t extent : shape) {
    if (extent < 0 || (extent != 0 && count > max / std::uint64_t(extent))) return std::nullopt;
    count *= std::uint64_t(extent);
  }
  if (count > max / size_of(dtype)) return std::nullopt;
  return count * size_of(dtype);
}

// Accepts {"__metadata__": {text: text}, name: {"dtype": text, "shape": [n...], "data_offsets": [n, n]}, ...} and
// nothing else.
class SafetensorsHeaderReader {
 public:
  struct Tensor {
    std::string name;
    DType dtype{};
    std::vector<std::int64_t> shape;
    std::vector<std::uint64_t> offsets;
    bool has_dtype = false, has_shape = false, has_offsets = false;
  };

  explicit SafetensorsHeaderReader(const std::string& file) : file_(file) {}

  std::vector<Tensor> tensors;
  std::map<std::string, std::string> metadata;

  bool null() {
    if (place_ != Place::tensor_value || !in_metadata_) unexpected();  // "__metadata__": null is the same as none
    place_ = Place::top;
    return true;
  }
  bool boolean(bool) { unexpected(); }
  bool number_integer(std::int64_t) { unexpected(); }  // negative: others arrive as unsigned
  bool number_float(double, const std::string&) { unexpected(); }
  bool binary(nlohmann::json::binary_t&) { unexpected(); }
  bool number_unsigned(std::uint64_t value) {
    if (place_ == Place::shape) {
      if (value >> 63) fail("the shape overflows");
      tensors.back().shape.push_back(std::int64_t(value));
    } else if (place_ == Place::offsets) {
      if (tensors.back().offsets.size() == 2) fail("data_offsets are not two numbers");
      tensors.back().offsets.push_back(value);
    } else {
      unexpected();
    }
    return true;
  }
  bool string(std::string& value) {
    if (place_ == Place::metadata_value) {
      metadata_value_->swap(value);
      place_ = Place::metadata;
    } else if (place_ == Place::dtype) {
      const auto found =
          std::find_if(all_dtypes.begin(), all_dtypes.end(), [&](DType t) { return name_of(t) == value; });
      if (found == all_dtypes.end()) {
        std::string known;
        for (DType type : all_dtypes) known += " " + std::string(name_of(type));
        throw UnsupportedError(where() + "element type " + in_quotes(value) + " is not supported; there are" + known);
      }
      tensors.back().dtype = *found;
      place_ = Place::tensor;
    } else {
      unexpected();
    }
    return true;
  }
  bool start_object(std::size_t) {
    if (place_ == Place::start)
      place_ = Place::top;
    else if (place_ == Place::tensor_value)
      place_ = in_metadata_ ? Place::metadata : Place::tensor;
    else
      unexpected();
    return true;
  }
  bool end_object() {
    if (place_ == Place::tensor) {
      const Tensor& t = tensors.back();
      if (!t.has_dtype || !t.has_shape || !t.has_offsets || t.offsets.size() != 2)
        fail("the header does not give dtype, shape and two data_offsets");
    }
    place_ = place_ == Place::top ? Place::end : Place::top;
    return true;
  }
  bool start_array(std::size_t) {
    if (place_ == Place::shape_value)
      place_ = Place::shape;
    else if (place_ == Place::offsets_value)
      place_ = Place::offsets;
    else
      unexpected();
    return true;
  }
  bool end_array() {
    place_ = Place::tensor;
    return true;
  }
  bool key(std::string& name) {
    if (place_ == Place::top) {
      in_metadata_ = name == "__metadata__";
      if (in_metadata_ && std::exchange(seen_metadata_, true)) fail_file("__metadata__ appears twice in the header");
      if (!in_metadata_) tensors.emplace_back().name = std::move(name);
      place_ = Place::tensor_value;
    } else if (place_ == Place::metadata) {
      const auto [place, fresh] = metadata.try_emplace(std::move(name));
      if (!fresh) fail_file("key " + in_quotes(place->first) + " appears twice in __metadata__");
      metadata_value_ = &place->second;
      place_ = Place::metadata_value;
    } else {
      Tensor& t = tensors.back();
      if (name == "dtype" && !std::exchange(t.has_dtype, true))
        place_ = Place::dtype;
      else if (name == "shape" && !std::exchange(t.has_shape, true))
        place_ = Place::shape_value;
      else if (name == "data_offsets" && !std::exchange(t.has_offsets, true))
        place_ = Place::offsets_value;
      else
        fail("key " + in_quotes(name) + " is unknown or appears twice");
    }
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) {
    refuse_json(file_ + ": header", position, error.what());
  }

 private:
  enum class Place {
    start,
    top,
    metadata,
    metadata_value,
    tensor_value,
    tensor,
    dtype,
    shape_value,
    shape,
    offsets_value,
    offsets,
    end
  };

  std::string where() const {
    const bool inside = !tensors.empty() && !in_metadata_ && place_ != Place::top && place_ != Place::end;
    return file_ + ": " + (inside ? "tensor " + in_quotes(tensors.back().name) + ": " : "");
  }
  [[noreturn]] void fail(const std::string& what) const { throw FileError(where() + what); }
  [[noreturn]] void fail_file(const std::string& what) const { throw FileError(file_ + ": " + what); }
  [[noreturn]] void unexpected() const {
    fail("the header is not of the form that safetensors prescribes: a value of the wrong type");
  }

  const std::string& file_;
  Place place_ = Place::start;
  bool in_metadata_ = false;
  bool seen_metadata_ = false;
  std::string* metadata_value_ = nullptr;
};

ENCORE_INLINE SafetensorsHeader read_safetensors_header(const TensorBytes& bytes, const std::string& file) {
  const auto fail = [&](const std::string& what) { throw FileError(file + ": " + what); };
  std::uint64_t length = 0;
  if (bytes.size() < sizeof length)
    fail("not a safetensors file: " + std::to_string(bytes.size()) + " bytes, and the header length alone takes 8");
  bytes.read(0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > max_safetensors_header)
    fail("not a safetensors file: a header of " + std::to_string(length) +
         " bytes is longer than the 100000000 allowed");
  if (length > bytes.size() - sizeof length)
    fail("cut short: a header of " + std::to_string(length) + " bytes does not fit a file of " +
         std::to_string(bytes.size()));

  SafetensorsHeaderReader reader(file);
  {
    std::string text(std::size_t(length), '\0');
    bytes.read(sizeof length, std::as_writable_bytes(std::span(text)));
    if (text.starts_with("\xef\xbb\xbf")) fail("the header begins with a byte order mark");
    refuse_nul(text, file + ": header");
    nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  }

  auto& tensors = reader.tensors;
  const auto tensor = [](const auto& t) { return "tensor " + in_quotes(t.name) + ": "; };
  const TensorBytes data = bytes.part(sizeof length + length, bytes.size() - sizeof length - length);
  std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.offsets < b.offsets; });
  std::uint64_t expected = 0;
  for (const auto& t : tensors) {
    const std::uint64_t begin = t.offsets[0];
    const std::uint64_t end = t.offsets[1];
    if (begin != expected || end < begin)
      fail(tensor(t) + "data_offsets [" + std::to_string(begin) + ", " + std::to_string(end) +
           "] leave a hole or overlap: " + std::to_string(expected) + " comes next");
    const auto size = byte_count(t.shape, t.dtype);
    if (!size) fail(tensor(t) + "the shape overflows");
    if (*size != end - begin)
      fail(tensor(t) + "data_offsets span " + std::to_string(end - begin) + " bytes, shape and dtype " +
           std::string(name_of(t.dtype)) + " make " + std::to_string(*size));
    if (end > data.size())
      fail(tensor(t) + "cut short: its bytes end at " + std::to_string(end) + " of " + std::to_string(data.size()));
    expected = end;
  }
  if (expected != data.size())
    fail("the tensors cover " + std::to_string(expected) + " bytes of data, the file holds " +
         std::to_string(data.size()));

  SafetensorsHeader header;
  header.metadata = std::move(reader.metadata);
  header.entries.reserve(tensors.size());
  for (auto& t : tensors) {
    const TensorBytes part = data.part(t.offsets[0], t.offsets[1] - t.offsets[0]);
    header.entries.push_back({std::move(t.name), t.dtype, std::move(t.shape), part});
  }
  std::sort(header.entries.begin(), header.entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  const auto twin = std::adjacent_find(header.entries.begin(), header.entries.end(),
                                       [](const auto& a, const auto& b) { return a.name == b.name; });
  if (twin != header.entries.end()) fail("tensor " + in_quotes(twin->name) + " appears twice");
  return header;
}

}  // namespace detail

}  // namespace encore
