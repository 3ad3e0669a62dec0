// SPDX-License-Identifier: Apache-2.0
// Safetensors files put together by hand, byte by byte: not by the writer under test.
#pragma once

#include <encore/io/tensor_bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

inline std::string safetensors(std::string_view header, std::string_view data = {}) {
  std::string file(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(file.data(), &length, 8);
  return file + std::string(header) + std::string(data);
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

inline std::vector<std::byte> as_vector(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

inline std::string as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::string as_text(const encore::TensorBytes& bytes) {
  const std::vector<std::byte> all = bytes.read_all();
  return as_text(std::span<const std::byte>(all));
}

// One F32 tensor [n] with the values 0, 1, 2, ...
inline std::string one_tensor(const std::string& name, int n = 2) {
  std::vector<float> values;
  for (int i = 0; i < n; ++i) values.push_back(float(i));
  return safetensors("{\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[" + std::to_string(n) + "],\"data_offsets\":[0," +
                         std::to_string(4 * n) + "]}}",
                     bytes_of(values));
}
