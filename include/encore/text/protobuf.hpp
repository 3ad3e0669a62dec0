// SPDX-License-Identifier: Apache-2.0
// The wire format of protocol buffers, as far as a reader of messages needs it: fields one after the other, each a
// number and a value. protobuf.dev/programming-guides/encoding.
#pragma once

#include <encore/core/error.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace encore::text {

// Reads the fields of one message. Every error is a FileError that begins with `source`.
class ProtobufReader {
 public:
  // Wire types; groups are no longer written.
  enum class Type : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

  // The message must outlive it.
  ProtobufReader(std::string_view message, const std::string& source) : rest_(message), source_(source) {}

  // Moves to the next field; false at the end.
  bool next() {
    if (rest_.empty()) return false;
    const std::uint64_t key = read_varint();
    const std::uint64_t number = key >> 3;
    if (number == 0 || number > 0x1fffffff) fail("a field's number is out of range");
    field_ = std::uint32_t(number);
    switch (key & 7) {
      case 0:
        type_ = Type::varint;
        value_ = read_varint();
        break;
      case 1:
        type_ = Type::fixed64;
        value_ = read_fixed(8);
        break;
      case 2: {
        type_ = Type::bytes;
        const std::uint64_t size = read_varint();
        if (size > rest_.size()) fail("a field is longer than what is left");
        bytes_ = rest_.substr(0, std::size_t(size));
        rest_.remove_prefix(std::size_t(size));
        break;
      }
      case 5:
        type_ = Type::fixed32;
        value_ = read_fixed(4);
        break;
      default: fail("a field is of a type that there is not");
    }
    return true;
  }

  // The number of the field that next() moved to.
  std::uint32_t field() const { return field_; }
  // The field's value, which must be of that type.
  std::string_view bytes() const {
    want(Type::bytes);
    return bytes_;
  }
  // The field's value, which must be a varint.
  std::uint64_t varint() const {
    want(Type::varint);
    return value_;
  }
  // int32: negative ones are written as 64 bits.
  std::int32_t int32() const { return std::int32_t(std::uint32_t(varint())); }
  bool boolean() const { return varint() != 0; }
  float number() const {
    want(Type::fixed32);
    return std::bit_cast<float>(std::uint32_t(value_));
  }
  // Throws FileError, "source: message".
  [[noreturn]] void fail(const std::string& message) const { throw FileError(source_ + ": " + message); }

 private:
  std::uint64_t read_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) fail("it is cut short");
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail("a number has more than 64 bits");
  }
  std::uint64_t read_fixed(std::size_t size) {
    if (rest_.size() < size) fail("it is cut short");
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(size);
    return value;
  }
  void want(Type type) const {
    if (type_ != type) fail("field " + std::to_string(field_) + " is of another type than it should be");
  }

  std::string_view rest_;
  std::string source_;
  std::uint32_t field_ = 0;
  Type type_ = Type::varint;
  std::uint64_t value_ = 0;
  std::string_view bytes_;
};

}  // namespace encore::text
