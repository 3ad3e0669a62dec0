// SPDX-License-Identifier: Apache-2.0
#include <encore/io/file.hpp>

#include "catch.hpp"
#include "io/temporary_folder.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
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

TEST_CASE("Only a regular file is read: a device, a pipe or a socket is refused before a byte of it is", "[io][file]") {
  const TemporaryFolder folder;
  CHECK_THROWS_MATCHES(encore::read_file("/dev/zero", 100), encore::FileError,
                       MessageMatches(ContainsSubstring("/dev/zero: is a device, not a file")));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);  // to open it would wait for a writer
  CHECK_THROWS_MATCHES(encore::read_file(folder / "pipe", 100), encore::FileError,
                       MessageMatches(ContainsSubstring("pipe: is a pipe, not a file")));
  std::filesystem::create_symlink("pipe", folder / "link");
  CHECK_THROWS_MATCHES(encore::InputFile(folder / "link"), encore::FileError,
                       MessageMatches(ContainsSubstring("link: is a pipe, not a file")));
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = (folder / "socket").string();
  REQUIRE(name.size() < sizeof address.sun_path);
  name.copy(address.sun_path, name.size());
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK_THROWS_MATCHES(encore::InputFile(folder / "socket"), encore::FileError,
                       MessageMatches(ContainsSubstring("socket: is a socket, not a file")));
  ::close(socket);
}

TEST_CASE("An input file gives any of its bytes, and goes on doing so when it is moved", "[io][file]") {
  const TemporaryFolder folder;
  const auto bytes_of = [](const encore::InputFile& file, std::uint64_t first, std::size_t count) {
    std::vector<std::byte> read(count);
    file.read(first, read);
    return text(read);
  };
  encore::InputFile file(folder.write("x", "content"));
  CHECK(file.name() == (folder / "x").string());
  CHECK(file.size() == 7);
  CHECK(bytes_of(file, 0, 7) == "content");
  CHECK(bytes_of(file, 3, 2) == "te");
  CHECK(bytes_of(file, 7, 0).empty());
  CHECK_THROWS_MATCHES(bytes_of(file, 3, 5), encore::FileError,
                       MessageMatches(ContainsSubstring("x: ends at byte 7, 8 are to be read")));
  encore::InputFile moved = std::move(file);
  CHECK(bytes_of(moved, 0, 7) == "content");
  moved = encore::InputFile(folder.write("y", "other"));
  CHECK(bytes_of(moved, 0, 5) == "other");
  CHECK(moved.read_all(5) == "other");
  CHECK_THROWS_AS(moved.read_all(4), encore::FileError);
  CHECK(encore::InputFile(folder.write("empty", "")).size() == 0);
  CHECK_THROWS_AS(encore::InputFile(folder / "none"), encore::FileError);
  CHECK_THROWS_AS(encore::InputFile(folder.path()), encore::FileError);
}

TEST_CASE("An input file that is cut short, extended or written over is refused at the next read", "[io][file]") {
  const TemporaryFolder folder;
  const auto refused_after = [&](auto change) {
    const auto path = folder.write("x", std::string(100'000, 'a'));
    const encore::InputFile file(path);
    std::vector<std::byte> bytes(10);
    file.read(0, bytes);
    change(path);
    CHECK_THROWS_MATCHES(file.read(99'990, bytes), encore::FileError,
                         MessageMatches(ContainsSubstring("x: was changed by another program while it was read")));
    CHECK_THROWS_AS(file.read(0, bytes), encore::FileError);
    CHECK_THROWS_AS(file.read_all(1 << 20), encore::FileError);
  };
  refused_after([](const auto& path) { std::filesystem::resize_file(path, 50'000); });
  refused_after([](const auto& path) { std::filesystem::resize_file(path, 0); });
  refused_after([](const auto& path) { std::filesystem::resize_file(path, 200'000); });
  // At once, in place, with the size as it was: the file was made within the same tick of the file system's clock.
  refused_after([](const auto& path) {
    std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(99'995) << "b";
  });
}

TEST_CASE("An input file that was replaced under its name goes on giving the old content", "[io][file]") {
  const TemporaryFolder folder;
  const encore::InputFile file(folder.write("x", "old content"));
  std::filesystem::rename(folder.write("new", "new"), folder / "x");
  CHECK(file.read_all(100) == "old content");
  CHECK(encore::read_file(folder / "x", 100) == "new");
}

TEST_CASE("An atomic file appears when it is committed, and not before", "[io][file]") {
  const TemporaryFolder folder;
  encore::AtomicFile file(folder / "out");
  file.write(bytes("one"));
  file.write(bytes("two"));
  CHECK_FALSE(std::filesystem::exists(folder / "out"));
  CHECK(file.written().read_all(6) == "onetwo");
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

TEST_CASE("An atomic file behind a symbolic link to nothing, or a chain of links, makes what the link leads to",
          "[io][file]") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "real");
  std::filesystem::create_symlink("real/out", folder / "link");
  std::filesystem::create_symlink(folder / "link", folder / "chain");
  for (const char* content : {"made", "replaced"}) {
    encore::AtomicFile file(folder / "chain");
    file.write(bytes(content));
    file.commit();
    CHECK(std::filesystem::is_symlink(folder / "chain"));
    CHECK(std::filesystem::is_symlink(folder / "link"));
    CHECK(folder.read("real/out") == content);
  }
  std::filesystem::create_symlink("round", folder / "round");
  CHECK_THROWS_MATCHES(encore::AtomicFile(folder / "round"), encore::FileError,
                       MessageMatches(ContainsSubstring("round: cannot be opened for writing: Too many levels")));
}

TEST_CASE("An atomic file with the longest name that the system takes is written, beside a scratch file",
          "[io][file]") {
  const TemporaryFolder folder;
  const std::string name(255, 'n');
  encore::AtomicFile file(folder / name);
  encore::AtomicFile scratch = encore::AtomicFile::scratch_beside(folder / name);
  scratch.write(bytes("content"));
  file.write(bytes(scratch.written().read_all(100)));
  file.commit();
  CHECK(folder.read(name) == "content");
  CHECK(folder.count() == 1);
  CHECK_THROWS_MATCHES(encore::AtomicFile(folder / (name + "n")), encore::FileError,
                       MessageMatches(ContainsSubstring("cannot be opened for writing: File name too long")));
}

TEST_CASE("An atomic file shows its content to those whom it was shown before", "[io][file]") {
  const TemporaryFolder folder;
  using std::filesystem::perms;
  std::filesystem::permissions(folder.write("out", "old"), perms::owner_read | perms::owner_write);
  encore::AtomicFile file(folder / "out");
  file.write(bytes("new"));
  file.commit();
  CHECK(std::filesystem::status(folder / "out").permissions() == (perms::owner_read | perms::owner_write));
}

TEST_CASE("An atomic file writes to a device without replacing it", "[io][file]") {
  encore::AtomicFile file("/dev/null");
  file.write(bytes("gone"));
  file.commit();
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("A full device is an error when the bytes are written, not a short file", "[io][file]") {
  if (!std::filesystem::exists("/dev/full")) ENCORE_SKIP("there is no /dev/full");
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
