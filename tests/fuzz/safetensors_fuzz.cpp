// SPDX-License-Identifier: Apache-2.0
// Any bytes are a safetensors file or a typed error; a file that is accepted survives being written and read again.
#include <encore/io/safetensors.hpp>
#include <encore/io/safetensors_writer.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// What the file holds, as the writer would write it.
std::string written(const encore::SafetensorsFile& file) {
  std::vector<const encore::TensorEntry*> order;
  for (const auto& tensor : file) order.push_back(&tensor);
  std::string content = encore::detail::safetensors_header(order, file.metadata());
  for (const auto* tensor : order)
    tensor->bytes.for_each_piece([&](std::span<const std::byte> piece) {
      content.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    });
  return content;
}

void check(const encore::SafetensorsFile& file) {
  for (const auto& tensor : file) {
    require(file.find(tensor.name) == &tensor);
    std::vector<double> values(std::size_t(tensor.elements()));
    try {
      encore::read_as_float(tensor, std::span<double>(values));
    } catch (const encore::UnsupportedError&) {
    }
    encore::detail::check_writable(tensor);
  }
  const std::string copy = written(file);
  const auto again = encore::SafetensorsFile::from_bytes(std::as_bytes(std::span(copy)), "copy");
  require(again.size() == file.size());
  require(again.metadata() == file.metadata());
  require(written(again) == copy);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto file = encore::SafetensorsFile::from_bytes(std::as_bytes(std::span(data, size)), "input");
    check(file);
  } catch (const encore::FileError& error) {
    require(std::string(error.what()).find('\n') == std::string::npos);
  } catch (const encore::UnsupportedError& error) {
    require(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
