// SPDX-License-Identifier: Apache-2.0
// The reader of the test data's archives, on one written by hand from PKWARE's APPNOTE 6.3.
#include "archive.hpp"
#include "catch.hpp"

#include <string>

using namespace std::string_literals;

namespace {

// Two files, "a/b" of "content" and "a/c/d" of nothing.
const std::string local_b =
    "PK\3\4\x14\0\0\0\0\0\0\0\x21\0\xa9\x30\xc5\xfe\x07\0\0\0\x07\0\0\0\3\0\0\0"s + "a/b" + "content";
const std::string local_d = "PK\3\4\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0"s + "a/c/d";
const std::string entry_b =
    "PK\1\2\x14\3\x14\0\0\0\0\0\0\0\x21\0\xa9\x30\xc5\xfe\x07\0\0\0\x07\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\xa4\1\0\0\0\0"s +
    "a/b";
const std::string entry_d =
    "PK\1\2\x14\3\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\0\0\0\0\xa4\1\x28\0\0\0"s + "a/c/d";
const std::string end = "PK\5\6\0\0\0\0\2\0\2\0\x64\0\0\0\x4b\0\0\0\0\0"s;
const std::string whole = local_b + local_d + entry_b + entry_d + end;

}  // namespace

TEST_CASE("an archive of test data gives the files of a folder under their names there", "[archive]") {
  const TemporaryFolder place;
  const test_data::Archive archive(place.write("x.zip", whole));
  CHECK(archive.files("a") == test_data::Files{{"b", "content"}, {"c/d", ""}});
  CHECK(archive.files("a/c") == test_data::Files{{"d", ""}});
  CHECK(archive.files("") == test_data::Files{{"a/b", "content"}, {"a/c/d", ""}});
  CHECK(archive.files("a/").empty());
  CHECK(archive.files("b").empty());
}

TEST_CASE("an archive of test data that is cut short, or compressed, is an error", "[archive]") {
  const TemporaryFolder place;
  const auto open = [&](const std::string& bytes) { test_data::Archive(place.write("x.zip", bytes)); };
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_THROWS_AS(open(whole.substr(0, size)), encore::FileError);
  std::string deflated = whole;
  deflated[local_b.size() + local_d.size() + 10] = 8;
  CHECK_THROWS_AS(open(deflated), encore::FileError);
  CHECK_THROWS_AS(test_data::Archive(place / "none.zip"), encore::FileError);
}

TEST_CASE("test data that is not there is an error and no empty folder", "[archive]") {
  CHECK(test_data::folders("parity/camembert") == std::vector<std::string>{"base", "mlm", "padding_inside"});
  CHECK(test_data::read("parity/camembert/base/config.json").starts_with("{"));
  for (const char* folder :
       {"", "parity", "parity/nothing", "parity/camembert/bas", "parity/camembert/base/config.json"})
    CHECK_THROWS_AS(test_data::files(folder), encore::FileError);
  CHECK_THROWS_AS(test_data::read("parity/camembert/base/nothing"), encore::FileError);
}
