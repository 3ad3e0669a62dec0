// SPDX-License-Identifier: Apache-2.0
// Model folders from one input of a fuzzer: several files, one after the other, parted by lines "---".
#pragma once

#include <encore/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace fuzzing {

using Files = std::map<std::string, std::string>;

inline void require(bool condition) {
  if (!condition) std::abort();
}

// A file of tensors with this header and `bytes` zeros behind it.
inline std::string safetensors(std::string_view header, std::size_t bytes) {
  std::string file(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(file.data(), &length, 8);
  return file + std::string(header) + std::string(bytes, '\0');
}

// A module with three inputs and two outputs, for "2_Dense/model.safetensors".
inline std::string dense_of_three() {
  return safetensors(R"({"linear.bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                     R"("linear.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}})",
                     32);
}

// Puts the parts of the input under `names`, in order; names for which nothing is left are left out.
inline void split_into(Files& files, std::string_view rest, std::span<const char* const> names) {
  const std::string_view separator = "\n---\n";
  for (const char* name : names) {
    const auto end = rest.find(separator);
    if (!rest.empty()) files[name] = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + separator.size());
  }
}

// The call ends well, or with a typed error of one short line.
template <class Call>
void expect(Call call) {
  try {
    call();
  } catch (const encore::Error& error) {
    const std::string_view message = error.what();
    require(!message.empty());
    require(message.find('\n') == message.npos);
    require(message.size() < 4000);
  }
}

}  // namespace fuzzing
