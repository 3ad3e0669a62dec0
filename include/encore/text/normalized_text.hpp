// SPDX-License-Identifier: Apache-2.0
// A text on its way through normalisation: UTF-8, and for each byte the code point of the source that it came from.
#pragma once

#include <encore/config.hpp>
#include <encore/core/error.hpp>
#include <encore/text/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace encore::text {

// A half-open range of bytes.
struct ByteRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  // In bytes.
  std::uint32_t size() const { return end - begin; }
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// A stretch of valid UTF-8 to be normalised. `origins`, where there are any, has an entry per byte; without them the
// code points are numbered from `first`.
struct TextView {
  std::string_view bytes;
  const std::uint32_t* origins = nullptr;
  std::uint32_t first = 0;

  // Where the last character came from; there must be one.
  std::uint32_t last_origin() const {
    return origins ? origins[bytes.size() - 1] : first + std::uint32_t(count_code_points(bytes)) - 1;
  }
};

// Reads a TextView, code point by code point.
class TextCursor {
 public:
  // At the view's first code point; the view's bytes must outlive it.
  explicit TextCursor(const TextView& view)
      : begin_(view.bytes.data()),
        at_(begin_),
        end_(begin_ + view.bytes.size()),
        origins_(view.origins),
        next_(view.first) {}

  // Whether all code points were read.
  bool done() const { return at_ == end_; }
  // Where the bytes go on, up to end(); skip() says how many ASCII characters of them were read.
  const char* position() const { return at_; }
  const char* end() const { return end_; }
  // Where the next character came from.
  std::uint32_t origin() const { return origins_ ? origins_[at_ - begin_] : next_; }
  const std::uint32_t* origins() const { return origins_ ? origins_ + (at_ - begin_) : nullptr; }
  TextView rest() const { return {{at_, std::size_t(end_ - at_)}, origins(), next_}; }
  char32_t take() {
    ++next_;
    return decode(at_);
  }
  // The next bytes, which end where a character does.
  TextView take_bytes(std::size_t count) {
    TextView taken = rest();
    taken.bytes = taken.bytes.substr(0, count);
    at_ += count;
    next_ += std::uint32_t(count_code_points(taken.bytes));
    return taken;
  }
  // Goes on by so many bytes, all of them ASCII.
  void skip(std::size_t ascii) {
    at_ += ascii;
    next_ += std::uint32_t(ascii);
  }

 private:
  const char* begin_;
  const char* at_;
  const char* end_;
  const std::uint32_t* origins_;
  std::uint32_t next_;
};

// Bytes that rules may make of a text of so many. What published rules do to any character is at most 22 times its
// bytes (U+FDFA by NFKD, then by bytes); a chain of rules that each repeat what the one before made has no bound.
constexpr std::size_t most_bytes_of(std::size_t source) {
  return std::min((std::size_t{1} << 20) + 32 * source, (std::size_t{1} << 31) - 1);
}

// A text that grows up to a limit, and keeps its memory when cleared. Origins are kept only where they are wanted.
class NormalizedText {
 public:
  // `limit`: bytes that the text may grow to.
  void clear(bool with_origins, std::size_t limit) {
    size_ = 0;
    limit_ = limit;
    with_origins_ = with_origins;
    end_.reset();
  }

  // UTF-8 as it is so far; valid until more is put.
  std::string_view bytes() const { return {bytes_.data(), size_}; }
  std::string_view bytes(ByteRange range) const { return {bytes_.data() + range.begin, range.size()}; }
  // In bytes, and whether they have origins; that of a byte, in code points of the source.
  std::uint32_t size() const { return std::uint32_t(size_); }
  bool with_origins() const { return with_origins_; }
  std::uint32_t origin(std::uint32_t byte) const { return origins_[byte]; }
  // What a range, which is not empty, came from: from its first to behind its last byte's code point; or, once the
  // text's end is set, up to where what is behind it came from.
  ByteRange origins(ByteRange range) const {
    if (!end_) return {origin(range.begin), origin(range.end - 1) + 1};
    return {origin(range.begin), range.end < size_ ? origin(range.end) : *end_};
  }
  // Where the source ends, in code points, for origins().
  void set_end(std::uint32_t origin) { end_ = origin; }
  // To be normalised further; valid until more is put.
  TextView view() const { return view({0, size()}); }
  TextView view(ByteRange range) const {
    return {bytes(range), with_origins_ ? origins_.data() + range.begin : nullptr, 0};
  }

  // Appends one code point that came from there.
  void put(char32_t c, std::uint32_t origin) {
    reserve(4);
    const int count = encode(c, bytes_.data() + size_);
    if (with_origins_) std::fill_n(origins_.data() + size_, count, origin);
    size_ += std::size_t(count);
  }
  // UTF-8 that all came from one place.
  void put(std::string_view text, std::uint32_t origin) {
    reserve(text.size());
    std::copy(text.begin(), text.end(), end_of_bytes());
    if (with_origins_) std::fill_n(end_of_origins(), text.size(), origin);
    grow(text.size());
  }
  void put(const TextView& view) {
    const std::size_t count = view.bytes.size();
    if (count == 0) return;
    reserve(count);
    std::memcpy(end_of_bytes(), view.bytes.data(), count);
    if (with_origins_) {
      std::uint32_t* to = end_of_origins();
      std::uint32_t next = view.first;
      if (view.origins)
        std::copy_n(view.origins, count, to);
      else
        for (const char byte : view.bytes)
          *to++ = (static_cast<unsigned char>(byte) & 0xc0) == 0x80 ? next - 1 : next++;
    }
    grow(count);
  }

  // The most bytes that the text may have.
  std::size_t limit() const { return limit_; }
  // Throws InputError for a text that has grown beyond its limit. Growing asks by itself, but only where it takes
  // memory.
  void require_in_limit() const {
    if (size_ > limit_) refuse();
  }

  // For writers of many characters at once: room for `count` more bytes, then what was written there.
  void reserve(std::size_t count) {
    if (bytes_.size() - size_ < count || (with_origins_ && origins_.size() < bytes_.size())) take_memory(count);
  }
  char* end_of_bytes() { return bytes_.data() + size_; }
  std::uint32_t* end_of_origins() { return origins_.data() + size_; }
  void grow(std::size_t count) { size_ += count; }
  // Cuts the text to a length.
  void shrink(std::size_t size) { size_ = size; }

 private:
  // Out of the way of the loops that put characters.
  ENCORE_NOINLINE void take_memory(std::size_t count) {
    require_in_limit();
    if (bytes_.size() - size_ < count) bytes_.resize(std::max(size_ + count, bytes_.size() * 2));
    if (with_origins_) origins_.resize(bytes_.size());
  }
  [[noreturn]] void refuse() const {
    throw InputError("the tokenizer's rules make more than " + std::to_string(limit_) + " bytes of a text");
  }

  std::vector<char> bytes_;
  std::vector<std::uint32_t> origins_;
  std::size_t size_ = 0;
  std::size_t limit_ = 0;
  bool with_origins_ = false;
  std::optional<std::uint32_t> end_;
};

// Copies ASCII characters; the last one before another character, or another's part, only if that may_follow().
template <class MayFollow>
void copy_ascii(TextCursor& in, NormalizedText& out, MayFollow may_follow) {
  const char* to = in.position();
  while (to != in.end() && static_cast<unsigned char>(*to) < 0x80) ++to;
  if (to != in.end() && to != in.position() && !may_follow(to)) --to;
  TextView run = in.rest();
  run.bytes = run.bytes.substr(0, std::size_t(to - in.position()));
  out.put(run);
  in.skip(run.bytes.size());
}

}  // namespace encore::text
