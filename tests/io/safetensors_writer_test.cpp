// SPDX-License-Identifier: Apache-2.0
// Expected bytes are those of the reference's tests (safetensors/src/tensor.rs).
#include <encore/io/safetensors.hpp>
#include <encore/io/safetensors_writer.hpp>

#include "catch.hpp"
#include "io/temporary_folder.hpp"
#include "io/tensors.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using encore::ArgumentError;
using encore::DType;
using encore::SafetensorsFile;
using encore::TensorToWrite;

namespace {

const std::vector<float> values{0, 1, 2, 3, 4, 5};

std::span<const std::byte> bytes(const auto& container) { return std::as_bytes(std::span(container)); }

std::string written(const std::vector<TensorToWrite>& tensors,
                    const std::map<std::string, std::string>& metadata = {}) {
  const TemporaryFolder folder;
  encore::save_safetensors(folder / "out.safetensors", tensors, metadata);
  CHECK(folder.count() == 1);
  return folder.read("out.safetensors");
}

}  // namespace

TEST_CASE("One tensor is written as the reference writes it", "[io][safetensors]") {
  CHECK(written({{"attn.0", DType::f32, {1, 2, 3}, bytes(values)}}) ==
        safetensors(R"({"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}})", bytes_of(values)));
}

TEST_CASE("The header is padded with spaces to eight bytes", "[io][safetensors]") {
  CHECK(written({{"attn0", DType::f32, {1, 1, 2, 3}, bytes(values)}}) ==
        safetensors(R"({"attn0":{"dtype":"F32","shape":[1,1,2,3],"data_offsets":[0,24]}}       )", bytes_of(values)));
}

TEST_CASE("A file without tensors is a file", "[io][safetensors]") {
  CHECK(written({}) == safetensors("{}      "));
  CHECK(written({}, {{"framework", "pt"}}) == safetensors(R"({"__metadata__":{"framework":"pt"}}     )"));
}

TEST_CASE("Tensors of larger alignment come first, then the order is that of names", "[io][safetensors]") {
  const std::vector<std::byte> zeros(8);
  const auto of = [&](const char* name, DType type) {
    return TensorToWrite{name, type, {1}, std::span(zeros).first(encore::size_of(type))};
  };
  const auto file = written({of("a", DType::u8), of("c", DType::f32), of("b", DType::f32), of("d", DType::f16),
                             of("e", DType::i64), of("f", DType::bf16), of("g", DType::boolean), of("h", DType::f64)});
  std::string order;
  for (std::size_t at = 0; (at = file.find("\":{\"dtype\"", at)) != file.npos; ++at) order += file[at - 1];
  CHECK(order == "ehbcfdag");
  const auto header = std::size_t(file[0]) + 256 * std::size_t(static_cast<unsigned char>(file[1]));
  CHECK(header % 8 == 0);
}

TEST_CASE("What is written reads back, whatever its type, shape and name", "[io][safetensors]") {
  const TemporaryFolder folder;
  std::vector<std::vector<std::byte>> data;
  std::vector<TensorToWrite> tensors;
  for (std::size_t i = 0; i < encore::detail::all_dtypes.size(); ++i) {
    const DType type = encore::detail::all_dtypes[i];
    std::vector<std::byte> content(6 * encore::size_of(type));
    for (std::size_t k = 0; k < content.size(); ++k) content[k] = std::byte(31 * i + k);
    data.push_back(content);
    tensors.push_back({"t\"\n\\é" + std::to_string(i), type, {2, 3}, {}});
  }
  for (std::size_t i = 0; i < data.size(); ++i) tensors[i].bytes = std::span<const std::byte>(data[i]);
  tensors.push_back({"scalar", DType::f32, {}, bytes(values).first(4)});
  tensors.push_back({"none", DType::f32, {0, 7}, {}});
  encore::save_safetensors(folder / "x", tensors, {{"k\n", "v\""}});

  const auto file = SafetensorsFile::open(folder / "x");
  CHECK(file.size() == tensors.size());
  CHECK(file.metadata() == std::map<std::string, std::string>{{"k\n", "v\""}});
  for (const auto& tensor : tensors) {
    const auto* read = file.find(tensor.name);
    REQUIRE(read);
    CHECK(read->dtype == tensor.dtype);
    CHECK(read->shape == tensor.shape);
    CHECK(as_text(read->bytes) == as_text(tensor.bytes));
  }
}

TEST_CASE("Tensors that a file cannot hold are refused and nothing is written", "[io][safetensors]") {
  const TemporaryFolder folder;
  const auto save = [&](const std::vector<TensorToWrite>& tensors,
                        const std::map<std::string, std::string>& metadata = {}) {
    encore::save_safetensors(folder / "x", tensors, metadata);
  };
  const auto says = [](const char* text) { return MessageMatches(ContainsSubstring(text)); };
  CHECK_THROWS_MATCHES(save({{"a", DType::f32, {7}, bytes(values)}}), ArgumentError,
                       says("tensor \"a\" comes with 24 bytes, its shape and dtype F32 make 28"));
  CHECK_THROWS_AS(save({{"a", DType::f32, {-6}, bytes(values)}}), ArgumentError);
  CHECK_THROWS_AS(save({{"a", DType::f32, {1LL << 62, 1LL << 62}, bytes(values)}}), ArgumentError);
  CHECK_THROWS_AS(save({{"__metadata__", DType::f32, {6}, bytes(values)}}), ArgumentError);
  CHECK_THROWS_AS(save({{"\xff", DType::f32, {6}, bytes(values)}}), ArgumentError);
  CHECK_THROWS_AS(save({}, {{"k", "\xff"}}), ArgumentError);
  CHECK_THROWS_MATCHES(save({{"a", DType::f32, {6}, bytes(values)}, {"a", DType::f64, {3}, bytes(values)}}),
                       ArgumentError, says("two tensors are named \"a\""));
  CHECK(folder.count() == 0);
}

TEST_CASE("The streaming writer writes the same bytes as the one that has all tensors at once", "[io][safetensors]") {
  const TemporaryFolder folder;
  std::vector<std::vector<float>> data;
  for (int i = 0; i < 40; ++i) data.emplace_back(std::size_t(i), float(i));
  const std::vector<std::uint8_t> odd{1, 2, 3};
  std::vector<TensorToWrite> tensors{{"odd", DType::u8, {3}, bytes(odd)}};
  for (const auto& row : data)
    tensors.push_back({std::to_string(row.size()) + ".logits", DType::f32, {std::int64_t(row.size())}, bytes(row)});
  encore::save_safetensors(folder / "whole", tensors, {{"format", "pt"}});
  {
    encore::SafetensorsWriter writer(folder / "streamed", {{"format", "pt"}});
    for (const auto& t : tensors) writer.add(t.name, t.dtype, t.shape, t.bytes.read_all());
    CHECK_FALSE(std::filesystem::exists(folder / "streamed"));
    writer.commit();
    CHECK(folder.read("streamed") == folder.read("whole"));
  }
  CHECK(folder.count() == 2);
}

TEST_CASE("The streaming writer without commit, or without tensors, leaves nothing behind", "[io][safetensors]") {
  const TemporaryFolder folder;
  folder.write("x", "old");
  {
    encore::SafetensorsWriter writer(folder / "x");
    writer.add("a", DType::f32, {6}, bytes(values));
    CHECK_THROWS_AS(writer.add("b", DType::f32, {5}, bytes(values)), ArgumentError);
  }
  CHECK(folder.count() == 1);
  CHECK(folder.read("x") == "old");
  encore::SafetensorsWriter(folder / "empty").commit();
  CHECK(folder.read("empty") == safetensors("{}      "));
  CHECK(folder.count() == 2);
}

TEST_CASE("The streaming writer refuses a name used twice when it commits", "[io][safetensors]") {
  const TemporaryFolder folder;
  encore::SafetensorsWriter writer(folder / "x");
  writer.add("a", DType::f32, {6}, bytes(values));
  writer.add("a", DType::f32, {6}, bytes(values));
  CHECK_THROWS_AS(writer.commit(), ArgumentError);
  CHECK_FALSE(std::filesystem::exists(folder / "x"));
}
