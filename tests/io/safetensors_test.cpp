// SPDX-License-Identifier: Apache-2.0
// The reader, with the cases of the reference's tests (safetensors/src/tensor.rs) and its published attacks.
#include <encore/io/safetensors.hpp>

#include "catch.hpp"
#include "io/temporary_folder.hpp"
#include "io/tensors.hpp"

#include <cmath>
#include <limits>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using encore::DType;
using encore::FileError;
using encore::SafetensorsFile;

namespace {

SafetensorsFile parse(const std::string& file) { return SafetensorsFile::from_bytes(as_vector(file), "m.safetensors"); }

std::string info(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}
// A file with the one tensor "test".
std::string test_file(const std::string& dtype, const std::string& shape, const std::string& offsets,
                      const std::string& data = {}) {
  return safetensors("{\"test\":" + info(dtype, shape, offsets) + "}", data);
}
auto says(const std::string& text) { return MessageMatches(ContainsSubstring(text)); }

}  // namespace

TEST_CASE("A tensor has the name, type, shape and bytes that the file gives it", "[io][safetensors]") {
  const auto file = parse(test_file("I32", "[2,2]", "[0,16]", bytes_of<std::int32_t>({1, 2, 3, 4})));
  REQUIRE(file.size() == 1);
  const auto* tensor = file.find("test");
  REQUIRE(tensor);
  CHECK(tensor->name == "test");
  CHECK(tensor->dtype == DType::i32);
  CHECK(tensor->shape == std::vector<std::int64_t>{2, 2});
  CHECK(tensor->elements() == 4);
  CHECK(as_text(tensor->bytes) == bytes_of<std::int32_t>({1, 2, 3, 4}));
  CHECK(file.find("tes") == nullptr);
  CHECK(file.find("test2") == nullptr);
  CHECK(file.find("") == nullptr);
}

TEST_CASE("Tensors are visited by name, whatever the order in the header or in the data", "[io][safetensors]") {
  const auto file = parse(safetensors("{\"c\":" + info("U8", "[1]", "[2,3]") + ",\"a\":" + info("U8", "[1]", "[1,2]") +
                                          ",\"b\":" + info("U8", "[1]", "[0,1]") + "}",
                                      "bac"));
  std::string seen;
  for (const auto& tensor : file) seen += tensor.name + as_text(tensor.bytes);
  CHECK(seen == "aabbcc");
}

TEST_CASE("Metadata is a map of strings, and may be empty or null", "[io][safetensors]") {
  CHECK(parse(safetensors(R"({"__metadata__":{"format":"pt","n":"1"}})")).metadata() ==
        std::map<std::string, std::string>{{"format", "pt"}, {"n", "1"}});
  CHECK(parse(safetensors(R"({"__metadata__":{}})")).metadata().empty());
  CHECK(parse(safetensors(R"({"__metadata__":null})")).metadata().empty());
  for (const char* header : {R"({"__metadata__":{"n":1}})", R"({"__metadata__":[]})", R"({"__metadata__":{"n":null}})",
                             R"({"__metadata__":{"n":{}}})", R"({"__metadata__":"x"})",
                             R"({"__metadata__":{"a":"1","a":"2"}})", R"({"__metadata__":{},"__metadata__":{}})"})
    CHECK_THROWS_AS(parse(safetensors(header)), FileError);
}

TEST_CASE("All tensors on the same bytes are refused (json_attack)", "[io][safetensors]") {
  std::string header = "{";
  for (int i = 0; i < 10; ++i)
    header += (i ? ",\"weight_" : "\"weight_") + std::to_string(i) + "\":" + info("F32", "[2,2]", "[0,16]");
  CHECK_THROWS_MATCHES(parse(safetensors(header + "}", std::string(16, '\0'))), FileError,
                       says("leave a hole or overlap"));
}

TEST_CASE("Data that no tensor covers, or that is missing, is refused (metadata_incomplete_buffer)",
          "[io][safetensors]") {
  CHECK_THROWS_MATCHES(
      parse(test_file("I32", "[2,2]", "[0,16]", std::string(16, '\0') + "extra_bogus_data_for_polyglot_file")),
      FileError, says("the tensors cover 16 bytes of data, the file holds 50"));
  CHECK_THROWS_MATCHES(parse(test_file("I32", "[2,2]", "[0,16]", std::string(14, '\0'))), FileError,
                       says("tensor \"test\": cut short"));
}

TEST_CASE("A header longer than 100,000,000 bytes is refused before it is looked at (header_too_large)",
          "[io][safetensors]") {
  auto file = test_file("I32", "[2,2]", "[0,16]", std::string(16, '\0'));
  file.replace(4, 4, "\x00\xff\xff\xff", 4);
  CHECK_THROWS_MATCHES(parse(file), FileError, says("longer than the 100000000 allowed"));
  CHECK_THROWS_AS(parse(std::string(8, '\xff')), FileError);
  const std::uint64_t one_more = 100'000'001;
  CHECK_THROWS_MATCHES(parse(std::string(reinterpret_cast<const char*>(&one_more), 8)), FileError,
                       says("header of 100000001 bytes"));
}

TEST_CASE("A file shorter than its header length is refused (header_too_small)", "[io][safetensors]") {
  for (std::size_t n = 0; n < 8; ++n)
    CHECK_THROWS_MATCHES(parse(std::string(n, '\0')), FileError, says("m.safetensors: not a safetensors file"));
}

TEST_CASE("A header that ends behind the file is refused (invalid_header_length)", "[io][safetensors]") {
  CHECK_THROWS_MATCHES(parse(std::string("<\0\0\0\0\0\0\0", 8)), FileError,
                       says("a header of 60 bytes does not fit a file of 8"));
}

TEST_CASE("A header that is not UTF-8, not JSON, or not an object is refused", "[io][safetensors]") {
  for (const char* header :
       {"\xff", "{", "", " ", "[]", "null", "7", "\"x\"", "{}{}", "{} x", "\xef\xbb\xbf{}", "{\"a\xff\":{}}"})
    CHECK_THROWS_MATCHES(parse(safetensors(header)), FileError, says("m.safetensors: "));
}

TEST_CASE("A header that is padded with zero bytes, or has one anywhere, is refused as the reference does",
          "[io][safetensors]") {
  for (const std::string& header : {std::string("{}\0\0\0\0\0\0", 8), std::string("{} \0", 4), std::string("\0{}", 3),
                                    std::string("{\0}", 3), std::string("{}\0{\"a\":", 8)})
    CHECK_THROWS_MATCHES(parse(safetensors(header)), FileError, says("m.safetensors: header: not valid JSON at byte "));
}

TEST_CASE("White space before and behind the header is accepted", "[io][safetensors]") {
  CHECK(parse(safetensors("{}\r \t\n")).size() == 0);
  CHECK(parse(safetensors("\t\n{}\r ")).size() == 0);
}

TEST_CASE("Tensors without elements are tensors (zero_sized)", "[io][safetensors]") {
  const auto file =
      parse(safetensors("{\"a\":" + info("I32", "[2,0]", "[0, 0]") + ",\"b\":" + info("F32", "[0]", "[4,4]") +
                            ",\"c\":" + info("F32", "[1]", "[0,4]") + "}",
                        bytes_of<float>({5})));
  REQUIRE(file.size() == 3);
  CHECK(file.find("a")->shape == std::vector<std::int64_t>{2, 0});
  CHECK(file.find("a")->bytes.empty());
  std::vector<float> none;
  encore::read_as_float(*file.find("b"), std::span<float>(none));
}

TEST_CASE("A tensor without dimensions has one element", "[io][safetensors]") {
  const auto file = parse(test_file("I32", "[]", "[0,4]", std::string(4, '\0')));
  CHECK(file.find("test")->shape.empty());
  CHECK(file.find("test")->elements() == 1);
}

TEST_CASE("A shape that does not make the bytes given is refused (invalid_info)", "[io][safetensors]") {
  CHECK_THROWS_MATCHES(parse(test_file("I32", "[2,2]", "[0, 4]")), FileError,
                       says("tensor \"test\": data_offsets span 4 bytes, shape and dtype I32 make 16"));
}

TEST_CASE("A shape whose product overflows is refused (validation_overflow)", "[io][safetensors]") {
  const std::string data(16, '\0');
  for (const char* shape :
       {"[2,18446744073709551614]", "[2,9223372036854775807]", "[18446744073709551615]", "[18446744073709551616]",
        "[4294967296,4294967296]", "[4611686018427387905]", "[3037000500,3037000500,0]"})
    CHECK_THROWS_AS(parse(test_file("I32", shape, "[0,16]", data)), FileError);
  CHECK_THROWS_AS(parse(test_file("I32", "[2,2]", "[18446744073709551600,0]", data)), FileError);
  CHECK_THROWS_AS(parse(test_file("U8", "[16]", "[0,18446744073709551615]", data)), FileError);
}

TEST_CASE("Offsets that overlap, leave a hole, or run backwards are refused", "[io][safetensors]") {
  const auto pair = [](const char* first, const char* second) {
    return safetensors("{\"a\":" + info("U8", "[4]", first) + ",\"b\":" + info("U8", "[4]", second) + "}",
                       std::string(8, '\0'));
  };
  CHECK_NOTHROW(parse(pair("[0,4]", "[4,8]")));
  CHECK_NOTHROW(parse(pair("[4,8]", "[0,4]")));
  CHECK_THROWS_MATCHES(parse(pair("[0,4]", "[3,7]")), FileError, says("tensor \"b\""));
  CHECK_THROWS_AS(parse(pair("[0,4]", "[0,4]")), FileError);
  CHECK_THROWS_AS(parse(pair("[0,4]", "[5,9]")), FileError);
  CHECK_THROWS_AS(parse(pair("[1,5]", "[5,9]")), FileError);
  CHECK_THROWS_AS(parse(pair("[4,0]", "[4,8]")), FileError);
}

TEST_CASE("Numbers that are negative, fractional, or not numbers are refused", "[io][safetensors]") {
  for (const char* number : {"-4", "4.0", "4e0", "4.5", "\"4\"", "null", "true", "[4]", "{}", "-0"}) {
    CHECK_THROWS_AS(parse(test_file("U8", "[" + std::string(number) + "]", "[0,4]", "1234")), FileError);
    CHECK_THROWS_AS(parse(test_file("U8", "[4]", "[0," + std::string(number) + "]", "1234")), FileError);
  }
  for (const char* shape : {"4", "null", "\"4\"", "{}", "[[4]]"})
    CHECK_THROWS_AS(parse(test_file("U8", shape, "[0,4]", "1234")), FileError);
  for (const char* offsets : {"4", "null", "\"4\"", "{}", "[]", "[0]", "[0,4,4]"})
    CHECK_THROWS_AS(parse(test_file("U8", "[4]", offsets, "1234")), FileError);
}

TEST_CASE("One tensor twice in the header is refused, and so is one key twice in a tensor", "[io][safetensors]") {
  CHECK_THROWS_MATCHES(
      parse(safetensors("{\"a\":" + info("U8", "[1]", "[0,1]") + ",\"a\":" + info("U8", "[1]", "[1,2]") + "}", "xy")),
      FileError, says("tensor \"a\" appears twice"));
  CHECK_THROWS_AS(parse(safetensors(R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "x")),
                  FileError);
  CHECK_THROWS_AS(parse(safetensors(R"({"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}})", "x")),
                  FileError);
}

TEST_CASE("A tensor that lacks a key, or has one that is unknown, is refused by name", "[io][safetensors]") {
  for (const char* tensor :
       {R"({"shape":[1],"data_offsets":[0,1]})", R"({"dtype":"U8","data_offsets":[0,1]})",
        R"({"dtype":"U8","shape":[1]})", "{}", "[]", "\"x\"", "null", "1",
        R"({"dtype":"U8","shape":[1],"data_offsets":[0,1],"strides":[1]})",
        R"({"dtype":8,"shape":[1],"data_offsets":[0,1]})", R"({"dtype":["U8"],"shape":[1],"data_offsets":[0,1]})",
        R"({"dtype":"U8","shape":{"0":1},"data_offsets":[0,1]})"})
    CHECK_THROWS_MATCHES(parse(safetensors("{\"a.b\":" + std::string(tensor) + "}", "x")), FileError,
                         says("tensor \"a.b\": "));
}

TEST_CASE("An element type that is not supported is named, with those that are", "[io][safetensors]") {
  CHECK_THROWS_MATCHES(parse(test_file("F8_E4M3", "[1]", "[0,1]", "x")), encore::UnsupportedError,
                       says("tensor \"test\": element type \"F8_E4M3\" is not supported; there are F64 F32"));
  CHECK_THROWS_AS(parse(test_file("f32", "[1]", "[0,4]", "1234")), encore::UnsupportedError);
}

TEST_CASE("Every element type of the format is read", "[io][safetensors]") {
  for (const DType type : encore::detail::all_dtypes) {
    const auto size = std::to_string(3 * encore::size_of(type));
    const auto file = parse(
        test_file(std::string(name_of(type)), "[3]", "[0," + size + "]", std::string(3 * encore::size_of(type), '\1')));
    CHECK(file.find("test")->dtype == type);
  }
}

TEST_CASE("A header of many tensors on deep or endless JSON ends in an error, not in a crash", "[io][safetensors]") {
  CHECK_THROWS_AS(parse(safetensors("{\"a\":" + std::string(1'000'000, '['))), FileError);
  std::string objects;
  for (int i = 0; i < 200'000; ++i) objects += "{\"a\":";
  CHECK_THROWS_AS(parse(safetensors(objects)), FileError);
}

TEST_CASE("A tensor's name with line breaks or bytes beyond ASCII stays on one line of a message",
          "[io][safetensors]") {
  std::string message;
  try {
    parse(safetensors("{\"a\\nb\xc3\xa9\":" + info("U8", "[2]", "[0,1]") + "}", "x"));
  } catch (const FileError& error) {
    message = error.what();
  }
  CHECK(message == "m.safetensors: tensor \"a\\nb\\u00e9\": data_offsets span 1 bytes, shape and dtype U8 make 2");
}

TEST_CASE("Every prefix of a file is refused", "[io][safetensors]") {
  const auto whole = one_tensor("weight", 3);
  CHECK_NOTHROW(parse(whole));
  for (std::size_t n = 0; n < whole.size(); ++n) CHECK_THROWS_AS(parse(whole.substr(0, n)), FileError);
}

TEST_CASE("Floating point types are converted exactly, at any alignment", "[io][safetensors]") {
  const std::vector<double> f64{1.0 / 3, -0.0, 1e-310, 65504};
  const std::vector<float> f32{1.0f / 3, -0.0f, 1e-45f, 65504};
  const std::vector<std::uint16_t> f16{0x3555, 0x8000, 0x0001, 0x7bff};
  const std::vector<std::uint16_t> bf16{0x3eab, 0x8000, 0x0001, 0x4780};
  // One odd byte in front, so that nothing is aligned.
  const auto file = parse(
      safetensors("{\"pad\":" + info("U8", "[1]", "[0,1]") + ",\"f64\":" + info("F64", "[4]", "[1,33]") +
                      ",\"f32\":" + info("F32", "[2,2]", "[33,49]") + ",\"f16\":" + info("F16", "[4]", "[49,57]") +
                      ",\"bf16\":" + info("BF16", "[4]", "[57,65]") + "}",
                  "x" + bytes_of(f64) + bytes_of(f32) + bytes_of(f16) + bytes_of(bf16)));
  const auto floats = [&](const char* name) {
    std::vector<float> values(4);
    encore::read_as_float(*file.find(name), std::span<float>(values));
    return values;
  };
  const auto doubles = [&](const char* name) {
    std::vector<double> values(4);
    encore::read_as_float(*file.find(name), std::span<double>(values));
    return values;
  };
  CHECK(floats("f32") == f32);
  CHECK(std::signbit(floats("f32")[1]));
  CHECK(floats("f64") == std::vector<float>{1.0f / 3, -0.0f, 0, 65504});
  CHECK(floats("f16") == std::vector<float>{0.333251953125f, -0.0f, 5.9604644775390625e-8f, 65504});
  CHECK(floats("bf16") == std::vector<float>{0.333984375f, -0.0f, 9.18354962e-41f, 65536});
  CHECK(doubles("f64") == f64);
  CHECK(doubles("f32") == std::vector<double>(f32.begin(), f32.end()));
  CHECK(doubles("f16")[2] == std::ldexp(1.0, -24));
  CHECK(doubles("bf16")[2] == std::ldexp(1.0, -133));
}

TEST_CASE("Infinities and NaN survive conversion", "[io][safetensors]") {
  const auto file = parse(test_file("F16", "[3]", "[0,6]", bytes_of<std::uint16_t>({0x7c00, 0xfc00, 0x7e00})));
  std::vector<float> values(3);
  encore::read_as_float(*file.find("test"), std::span<float>(values));
  CHECK(values[0] == std::numeric_limits<float>::infinity());
  CHECK(values[1] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(values[2]));
}

TEST_CASE("Integers are not taken for floating point numbers, and the tensor is named", "[io][safetensors]") {
  const auto file = parse(test_file("I64", "[1]", "[0,8]", std::string(8, '\0')));
  std::vector<float> values(1);
  CHECK_THROWS_MATCHES(encore::read_as_float(*file.find("test"), std::span<float>(values)), encore::UnsupportedError,
                       says("tensor \"test\": has element type I64 where F64, F32, F16 or BF16 is needed"));
}

TEST_CASE("A tensor is read into exactly as many elements as it has", "[io][safetensors]") {
  const auto file = parse(one_tensor("w", 3));
  std::vector<float> values(4);
  CHECK_THROWS_MATCHES(encore::read_as_float(*file.find("w"), std::span<float>(values)), encore::ShapeError,
                       says("tensor \"w\": has 3 elements, 4 are to be filled"));
}

TEST_CASE("A file on disk reads like one in memory, in pieces too, and from two that have it open",
          "[io][safetensors]") {
  const TemporaryFolder folder;
  const int count = 200'000;  // longer than a piece
  const auto path = folder.write("m.safetensors", one_tensor("w", count));
  const auto one = SafetensorsFile::open(path);
  const auto two = SafetensorsFile::open(path);
  CHECK(one.name() == path.string());
  std::vector<float> first(static_cast<std::size_t>(count));
  std::vector<double> second(first.size());
  encore::read_as_float(*one.find("w"), std::span<float>(first));
  encore::read_as_float(*two.find("w"), std::span<double>(second));
  CHECK(std::vector<double>(first.begin(), first.end()) == second);
  CHECK(first[199'999] == 199'999.0f);
  CHECK(encore::same_bytes(one.find("w")->bytes, parse(one_tensor("w", count)).find("w")->bytes));
  std::string other = one_tensor("w", count);
  other.back() = char(other.back() ^ 1);
  const auto changed = parse(other);
  CHECK_FALSE(encore::same_bytes(one.find("w")->bytes, changed.find("w")->bytes));
  CHECK_FALSE(encore::same_bytes(changed.find("w")->bytes, one.find("w")->bytes));
}

TEST_CASE("A file that shrinks or is written over after it was opened gives an error, not a signal or other numbers",
          "[io][safetensors]") {
  const TemporaryFolder folder;
  std::vector<float> values(200'000);
  const auto path = folder.write("m.safetensors", one_tensor("w", 200'000));
  const auto file = SafetensorsFile::open(path);
  std::filesystem::resize_file(path, 1000);
  CHECK_THROWS_MATCHES(encore::read_as_float(*file.find("w"), std::span<float>(values)), FileError,
                       says("m.safetensors: was changed by another program while it was read"));
  folder.write("m.safetensors", one_tensor("w", 200'000));
  const auto again = SafetensorsFile::open(path);
  folder.write("m.safetensors", one_tensor("w", 200'000));
  CHECK_THROWS_AS(encore::read_as_float(*again.find("w"), std::span<float>(values)), FileError);
}

TEST_CASE("A copy of a file keeps the tensors' bytes alive", "[io][safetensors]") {
  const auto copy = [] {
    const auto original = parse(one_tensor("w", 3));
    return original;
  }();
  std::vector<float> values(3);
  encore::read_as_float(*copy.find("w"), std::span<float>(values));
  CHECK(values == std::vector<float>{0, 1, 2});
}

TEST_CASE("A file that cannot be opened is named", "[io][safetensors]") {
  CHECK_THROWS_MATCHES(SafetensorsFile::open("/nowhere/m.safetensors"), FileError, says("/nowhere/m.safetensors: "));
}
