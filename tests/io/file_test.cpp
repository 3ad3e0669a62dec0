// SPDX-License-Identifier: Apache-2.0
#include <encore/io/file.hpp>

#include "catch.hpp"
#include "io/temporary_folder.hpp"

#include <sys/stat.h>

#include <utility>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text(std::span<const std::byte> content) {
  return {reinterpret_cast<const char*>(content.data()), content.size()};
}

}  // namespace

TEST_CASE("read_file gives a file's content, zero bytes and emptiness included", "[io][file]") {
  const TemporaryFolder folder;
  const std::string content("a\0b\r\n", 5);
  CHECK(encore::read_file(folder.write("x", content), 5) == content);
  CHECK(encore::read_file(folder.write("empty", ""), 0).empty());
  const std::string large(200'000, 'x');
  CHECK(encore::read_file(folder.write("large", large), 1 << 20) == large);
}

TEST_CASE("read_file names the file it cannot read and says why", "[io][file]") {
  const TemporaryFolder folder;
  CHECK_THROWS_MATCHES(encore::read_file(folder / "none", 10), encore::FileError,
                       MessageMatches(ContainsSubstring("none: cannot be opened: No such file")));
  CHECK_THROWS_MATCHES(encore::read_file(folder.path(), 10), encore::FileError,
                       MessageMatches(ContainsSubstring("is a directory")));
  CHECK_THROWS_MATCHES(encore::read_file(folder.write("six", "123456"), 5), encore::FileError,
                       MessageMatches(ContainsSubstring("six: larger than the 5 bytes allowed")));
}

TEST_CASE("read_file stops reading an endless file at its limit", "[io][file]") {
  CHECK_THROWS_AS(encore::read_file("/dev/zero", 100'000), encore::FileError);
}

TEST_CASE("A mapped file shows the file's bytes and keeps them when it is moved", "[io][file]") {
  const TemporaryFolder folder;
  encore::MappedFile file(folder.write("x", "content"));
  CHECK(text(file.bytes()) == "content");
  CHECK(file.name() == (folder / "x").string());
  encore::MappedFile moved = std::move(file);
  CHECK(text(moved.bytes()) == "content");
  CHECK(file.bytes().empty());
  moved = encore::MappedFile(folder.write("y", "other"));
  CHECK(text(moved.bytes()) == "other");
}

TEST_CASE("A mapped file may be empty, but neither missing nor a directory", "[io][file]") {
  const TemporaryFolder folder;
  CHECK(encore::MappedFile(folder.write("empty", "")).bytes().empty());
  CHECK_THROWS_AS(encore::MappedFile(folder / "none"), encore::FileError);
  CHECK_THROWS_AS(encore::MappedFile(folder.path()), encore::FileError);
}

TEST_CASE("Two maps of one file read the same bytes", "[io][file]") {
  const TemporaryFolder folder;
  const auto path = folder.write("x", "content");
  const encore::MappedFile one(path);
  const encore::MappedFile two(path);
  CHECK(text(one.bytes()) == text(two.bytes()));
}

TEST_CASE("Released pages read the same when they are touched again", "[io][file]") {
  const TemporaryFolder folder;
  std::string content;
  for (int i = 0; i < 100'000; ++i) content += char('a' + i % 26);
  const encore::MappedFile file(folder.write("x", content));
  CHECK(text(file.bytes()) == content);
  file.release_pages(5'000, 50'000);
  file.release_pages(0, content.size());
  file.release_pages(99'999, SIZE_MAX);  // beyond the end is cut to it
  file.release_pages(SIZE_MAX, 1);
  CHECK(text(file.bytes()) == content);
}

TEST_CASE("An atomic file appears when it is committed, and not before", "[io][file]") {
  const TemporaryFolder folder;
  encore::AtomicFile file(folder / "out");
  file.write(bytes("one"));
  file.write(bytes("two"));
  CHECK_FALSE(std::filesystem::exists(folder / "out"));
  CHECK(text(file.written().bytes()) == "onetwo");
  file.commit();
  CHECK(folder.read("out") == "onetwo");
  CHECK(folder.count() == 1);
  CHECK_THROWS_AS(file.write(bytes("more")), encore::FileError);
  CHECK_THROWS_AS(file.commit(), encore::FileError);
}

TEST_CASE("An atomic file without commit leaves the target as it was and no trace of itself", "[io][file]") {
  const TemporaryFolder folder;
  folder.write("out", "old");
  {
    encore::AtomicFile file(folder / "out");
    file.write(bytes("half of the n"));
    const encore::AtomicFile moved = std::move(file);
    CHECK(folder.count() == 2);
  }
  CHECK(folder.count() == 1);
  CHECK(folder.read("out") == "old");
}

TEST_CASE("An atomic file replaces an older one", "[io][file]") {
  const TemporaryFolder folder;
  folder.write("out", "an older and longer content");
  encore::AtomicFile file(folder / "out");
  file.write(bytes("new"));
  file.commit();
  CHECK(folder.read("out") == "new");
}

TEST_CASE("An atomic file can patch what it wrote and goes on at the end", "[io][file]") {
  const TemporaryFolder folder;
  encore::AtomicFile file(folder / "out");
  file.write(bytes("0000-rows"));
  file.overwrite(0, bytes("1234"));
  file.write(bytes("-end"));
  file.commit();
  CHECK(folder.read("out") == "1234-rows-end");
}

TEST_CASE("An atomic file behind a symbolic link replaces what the link leads to", "[io][file]") {
  const TemporaryFolder folder;
  folder.write("real/out", "old");
  std::filesystem::create_symlink("real/out", folder / "link");
  encore::AtomicFile file(folder / "link");
  file.write(bytes("new"));
  file.commit();
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(folder.read("real/out") == "new");
}

TEST_CASE("An atomic file writes to a device without replacing it", "[io][file]") {
  encore::AtomicFile file("/dev/null");
  file.write(bytes("gone"));
  file.commit();
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("A full device is an error when the bytes are written, not a short file", "[io][file]") {
  if (!std::filesystem::exists("/dev/full")) return;
  encore::AtomicFile file("/dev/full");
  CHECK_THROWS_MATCHES((file.write(bytes(std::string(1 << 20, 'x'))), file.commit()), encore::FileError,
                       MessageMatches(ContainsSubstring("/dev/full: cannot be written: No space")));
}

TEST_CASE("An atomic file names the target that it cannot make", "[io][file]") {
  const TemporaryFolder folder;
  CHECK_THROWS_MATCHES(encore::AtomicFile(folder / "no/such/out"), encore::FileError,
                       MessageMatches(ContainsSubstring("no/such/out: cannot be opened for writing: No such file")));
  CHECK_THROWS_MATCHES(encore::AtomicFile(folder.path()), encore::FileError,
                       MessageMatches(ContainsSubstring("is a directory")));
}
