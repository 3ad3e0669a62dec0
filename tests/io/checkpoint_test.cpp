// SPDX-License-Identifier: Apache-2.0
#include <encore/io/checkpoint.hpp>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "io/temporary_folder.hpp"
#include "io/tensors.hpp"

#include <map>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using encore::Checkpoint;
using encore::FileError;
using encore::Folder;

namespace {

auto says(const std::string& text) { return MessageMatches(ContainsSubstring(text)); }

const std::string index_file = "model.safetensors.index.json";

std::string index_of(const std::map<std::string, std::string>& weight_map) {
  return nlohmann::json{{"metadata", {{"total_size", 16}}}, {"weight_map", weight_map}}.dump();
}

}  // namespace

TEST_CASE("A single file is a checkpoint", "[io][checkpoint]") {
  const auto folder = Folder::from_memory({{"model.safetensors", one_tensor("w", 3)}});
  const auto checkpoint = Checkpoint::open(folder);
  CHECK(checkpoint.size() == 1);
  CHECK(checkpoint.names() == std::vector<std::string_view>{"w"});
  REQUIRE(checkpoint.find("w"));
  CHECK(checkpoint.find("w")->shape == std::vector<std::int64_t>{3});
  CHECK(checkpoint.file_of("w") == "memory/model.safetensors");
  CHECK(checkpoint.find("v") == nullptr);
  CHECK(checkpoint.file_of("v").empty());
}

TEST_CASE("Shards are one set of tensors, each with the name of its file", "[io][checkpoint]") {
  const TemporaryFolder folder;
  folder.write("model-1.safetensors", one_tensor("b", 2));
  folder.write("part/model-2.safetensors", one_tensor("a", 3));
  folder.write(index_file, index_of({{"b", "model-1.safetensors"}, {"a", "part/model-2.safetensors"}}));
  const auto checkpoint = Checkpoint::open(Folder::open(folder.path()));
  CHECK(checkpoint.names() == std::vector<std::string_view>{"a", "b"});
  CHECK(checkpoint.files().size() == 2);
  CHECK(checkpoint.file_of("a").ends_with("part/model-2.safetensors"));
  CHECK(checkpoint.file_of("b").ends_with("model-1.safetensors"));
  const Checkpoint copy = checkpoint;
  std::vector<float> values(3);
  encore::read_as_float(*copy.find("a"), std::span<float>(values));
  CHECK(values == std::vector<float>{0, 1, 2});
}

TEST_CASE("A single file goes before an index", "[io][checkpoint]") {
  const auto folder = Folder::from_memory({{"model.safetensors", one_tensor("w")}, {index_file, "not even JSON"}});
  CHECK(Checkpoint::open(folder).size() == 1);
}

TEST_CASE("A tensor of a shard that the index does not list is a tensor all the same", "[io][checkpoint]") {
  const auto two = safetensors(
      R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
      "xy");
  const auto folder = Folder::from_memory({{"1.safetensors", two}, {index_file, index_of({{"a", "1.safetensors"}})}});
  CHECK(Checkpoint::open(folder).names() == std::vector<std::string_view>{"a", "b"});
}

TEST_CASE("An index that leads out of the folder is refused", "[io][checkpoint]") {
  const TemporaryFolder outside;
  outside.write("x.safetensors", one_tensor("w"));
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "sub");
  std::filesystem::create_symlink(outside / "x.safetensors", folder / "link.safetensors");
  std::filesystem::create_directory_symlink(outside.path(), folder / "door");
  for (const std::string& path :
       {(outside / "x.safetensors").string(), std::string("../x.safetensors"), std::string("sub/../../x.safetensors"),
        std::string("sub/.."), std::string("link.safetensors"), std::string("door/x.safetensors"),
        std::string("..\\x.safetensors"), std::string("C:\\x.safetensors"), std::string("a\0b.safetensors", 15)}) {
    folder.write(index_file, index_of({{"w", path}}));
    CHECK_THROWS_MATCHES(Checkpoint::open(Folder::open(folder.path())), FileError, says(index_file));
  }
  const auto memory = Folder::from_memory(
      {{"x.safetensors", one_tensor("w")}, {"m/" + index_file, index_of({{"w", "../x.safetensors"}})}});
  CHECK_THROWS_MATCHES(Checkpoint::open(memory.folder("m")), FileError, says("\"../x.safetensors\" leaves the folder"));
}

TEST_CASE("A shard that is a link into a Hugging Face cache's blobs is read", "[io][checkpoint]") {
  const TemporaryFolder cache;
  cache.write("models--a--b/blobs/0123", one_tensor("w"));
  cache.write("models--a--b/snapshots/c/" + index_file, index_of({{"w", "1.safetensors"}}));
  std::filesystem::create_symlink("../../blobs/0123", cache / "models--a--b/snapshots/c/1.safetensors");
  CHECK(Checkpoint::open(Folder::open(cache / "models--a--b/snapshots/c")).find("w"));
}

TEST_CASE("A folder reached by a symbolic link is the folder", "[io][checkpoint]") {
  const TemporaryFolder folder;
  folder.write("real/1.safetensors", one_tensor("w"));
  folder.write("real/" + index_file, index_of({{"w", "./1.safetensors"}}));
  std::filesystem::create_directory_symlink("real", folder / "link");
  CHECK(Checkpoint::open(Folder::open(folder / "link")).find("w"));
}

TEST_CASE("A tensor in two shards is refused with both files' names", "[io][checkpoint]") {
  const auto folder =
      Folder::from_memory({{"1.safetensors", one_tensor("w")},
                           {"2.safetensors", safetensors(R"({"v":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                                         R"("w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                                                         "xy")},
                           {index_file, index_of({{"w", "1.safetensors"}, {"v", "2.safetensors"}})}});
  CHECK_THROWS_MATCHES(Checkpoint::open(folder), FileError,
                       says("2.safetensors: tensor \"w\" is in memory/1.safetensors too"));
}

TEST_CASE("A tensor that is not in its shard, or whose shard does not exist, is refused by name", "[io][checkpoint]") {
  const auto with = [](const std::map<std::string, std::string>& map) {
    return Folder::from_memory({{"1.safetensors", one_tensor("w")}, {index_file, index_of(map)}});
  };
  CHECK_THROWS_MATCHES(Checkpoint::open(with({{"w", "1.safetensors"}, {"v", "1.safetensors"}})), FileError,
                       says("tensor \"v\" is not in its shard memory/1.safetensors"));
  CHECK_THROWS_MATCHES(Checkpoint::open(with({{"w", "2.safetensors"}})), FileError,
                       says("shard \"2.safetensors\" does not exist"));
  CHECK_THROWS_MATCHES(Checkpoint::open(with({{"w", "model.bin"}})), FileError,
                       says("\"model.bin\" is not a .safetensors file"));
  CHECK_THROWS_MATCHES(Checkpoint::open(with({})), FileError, says("weight_map is empty"));
}

TEST_CASE("An index of the wrong form is refused by key", "[io][checkpoint]") {
  for (const char* index : {"{}", R"({"weight_map": []})", R"({"weight_map": {"w": 1}})",
                            R"({"weight_map": {"w": null}})", R"({"weight_map": {"w": ["1.safetensors"]}})"})
    CHECK_THROWS_MATCHES(Checkpoint::open(Folder::from_memory({{index_file, index}})), encore::ConfigError,
                         says("memory/model.safetensors.index.json: key 'weight_map"));
  CHECK_THROWS_AS(Checkpoint::open(Folder::from_memory({{index_file, "{"}})), FileError);
}

TEST_CASE("A broken shard is named", "[io][checkpoint]") {
  const auto folder = Folder::from_memory(
      {{"1.safetensors", one_tensor("w").substr(0, 20)}, {index_file, index_of({{"w", "1.safetensors"}})}});
  CHECK_THROWS_MATCHES(Checkpoint::open(folder), FileError, says("memory/1.safetensors: cut short"));
}

TEST_CASE("Pickled weights are not read, and the error says how to convert them", "[io][checkpoint]") {
  const auto folder = Folder::from_memory({{"pytorch_model.bin", "PK"}});
  CHECK_THROWS_MATCHES(Checkpoint::open(folder), encore::UnsupportedError,
                       says("pytorch_model.bin") && says("s.save_file("));
  CHECK_THROWS_MATCHES(Checkpoint::open(Folder::from_memory({{"tf_model.h5", ""}})), encore::UnsupportedError,
                       says("only safetensors"));
}

TEST_CASE("A folder without weights says what it looked for", "[io][checkpoint]") {
  CHECK_THROWS_MATCHES(Checkpoint::open(Folder::from_memory({{"config.json", "{}"}})), FileError,
                       says("memory/model.safetensors: no such file, and no model.safetensors.index.json either"));
}
