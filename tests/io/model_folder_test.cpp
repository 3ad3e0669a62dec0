// SPDX-License-Identifier: Apache-2.0
#include <encore/io/model_folder.hpp>

#include "catch.hpp"
#include "io/temporary_folder.hpp"
#include "io/tensors.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using encore::FileError;
using encore::ModelFolder;

namespace {

auto says(const std::string& text) { return MessageMatches(ContainsSubstring(text)); }

// The variables that choose the cache, set for one test.
class Environment {
 public:
  explicit Environment(const std::map<std::string, std::string>& values) {
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HOME"}) {
      const char* value = std::getenv(name);
      before_.emplace_back(name, value ? std::optional<std::string>(value) : std::nullopt);
      const auto found = values.find(name);
      set(name, found == values.end() ? std::nullopt : std::optional(found->second));
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    for (const auto& [name, value] : before_) set(name, value);
  }

 private:
  static void set(const char* name, const std::optional<std::string>& value) {
    if (value)
      ::setenv(name, value->c_str(), 1);
    else
      ::unsetenv(name);
  }
  std::vector<std::pair<const char*, std::optional<std::string>>> before_;
};

// A cached repository whose files are links to blobs, as huggingface_hub makes them.
void cache_model(const TemporaryFolder& root, const std::string& folder, const std::string& revision,
                 const std::string& config) {
  const std::string blob = "blobs/" + std::to_string(std::hash<std::string>()(config));
  root.write(folder + "/" + blob, config);
  std::filesystem::create_directories(root / (folder + "/snapshots/" + revision));
  std::filesystem::create_symlink("../../" + blob, root / (folder + "/snapshots/" + revision + "/config.json"));
}

}  // namespace

TEST_CASE("A folder opens by its path, with or without a slash behind it", "[io][model_folder]") {
  const TemporaryFolder root;
  root.write("model/config.json", R"({"hidden_size": 12})");
  root.write("model/model.safetensors", one_tensor("w"));
  for (const std::string& path : {(root / "model").string(), (root / "model").string() + "/"}) {
    const auto folder = ModelFolder::open(path);
    CHECK(folder.name() == (root / "model").string());
    CHECK(folder.config().integer("hidden_size") == 12);
    CHECK(folder.has("config.json"));
    CHECK_FALSE(folder.has("tokenizer.json"));
    CHECK(folder.read("config.json") == R"({"hidden_size": 12})");
    CHECK(folder.label("config.json") == (root / "model/config.json").string());
    CHECK(folder.checkpoint().find("w"));
    CHECK_FALSE(folder.sentence_transformer());
  }
}

TEST_CASE("A folder in memory is a folder", "[io][model_folder]") {
  const auto folder = ModelFolder::from_memory({{"config.json", "{}"}, {"model.safetensors", one_tensor("w")}}, "mine");
  CHECK(folder.name() == "mine");
  CHECK(folder.config().file() == "mine/config.json");
  CHECK(folder.checkpoint().find("w"));
  CHECK_THROWS_MATCHES(folder.read("vocab.txt"), FileError, says("mine/vocab.txt: no such file"));
}

TEST_CASE("A checkpoint in memory outlives the folder", "[io][model_folder]") {
  const auto checkpoint = [] {
    return ModelFolder::from_memory({{"model.safetensors", one_tensor("w", 3)}}).checkpoint();
  }();
  std::vector<float> values(3);
  encore::read_as_float(*checkpoint.find("w"), std::span<float>(values));
  CHECK(values == std::vector<float>{0, 1, 2});
}

TEST_CASE("config.json is named when it is missing, broken, or not an object", "[io][model_folder]") {
  CHECK_THROWS_MATCHES(ModelFolder::from_memory({}).config(), FileError, says("memory/config.json: no such file"));
  CHECK_THROWS_MATCHES(ModelFolder::from_memory({{"config.json", "{"}}).config(), FileError,
                       says("memory/config.json: not valid JSON at byte"));
  CHECK_THROWS_MATCHES(ModelFolder::from_memory({{"config.json", "[]"}}).config(), encore::ConfigError,
                       says("memory/config.json: found an array"));
  CHECK_THROWS_MATCHES(ModelFolder::from_memory({{"config.json", std::string(17 << 20, ' ')}}).config(), FileError,
                       says("larger than"));
}

TEST_CASE("config.json is read once, whatever becomes of it", "[io][model_folder]") {
  const TemporaryFolder root;
  root.write("config.json", R"({"hidden_size": 12})");
  const auto folder = ModelFolder::open(root.path());
  const ModelFolder copy = folder;
  CHECK(folder.config().integer("hidden_size") == 12);
  root.write("config.json", R"({"hidden_size": 99})");
  CHECK(folder.config().integer("hidden_size") == 12);
  CHECK(copy.config().integer("hidden_size") == 12);
  CHECK(ModelFolder::open(root.path()).config().integer("hidden_size") == 99);
}

TEST_CASE("What bears a file's name and is none is refused, not taken for absent", "[io][model_folder]") {
  const TemporaryFolder root;
  std::filesystem::create_directory(root / "config.json");
  REQUIRE(::mkfifo((root / "model.safetensors").c_str(), 0600) == 0);
  std::filesystem::create_symlink("nowhere", root / "tokenizer.json");
  std::filesystem::create_symlink("/dev/zero", root / "vocab.txt");
  const auto folder = ModelFolder::open(root.path());
  CHECK_THROWS_MATCHES(folder.config(), FileError, says("config.json: is a directory, not a file"));
  CHECK_THROWS_MATCHES(folder.checkpoint(), FileError, says("model.safetensors: is a pipe, not a file"));
  CHECK(folder.has("tokenizer.json"));
  CHECK_THROWS_MATCHES(folder.read("tokenizer.json"), FileError,
                       says("tokenizer.json: cannot be opened: No such file"));
  CHECK_THROWS_MATCHES(folder.read("vocab.txt"), FileError, says("vocab.txt: is a device, not a file"));
}

TEST_CASE("A folder that may not be looked into says so, and not that a file is missing", "[io][model_folder]") {
  const TemporaryFolder root;
  root.write("model/config.json", "{}");
  const auto folder = ModelFolder::open(root / "model");
  std::filesystem::permissions(root / "model", std::filesystem::perms::none);
  const uid_t user = ::geteuid();
  constexpr uid_t nobody = 65534;  // root may look everywhere
  const bool stands_for_nobody = user == 0 && ::seteuid(nobody) == 0;
  if (user != 0 || stands_for_nobody) {
    CHECK_THROWS_MATCHES(folder.has("tokenizer.json"), FileError,
                         says("tokenizer.json: cannot be looked at: Permission denied"));
    CHECK_THROWS_MATCHES(ModelFolder::open(root / "model"), FileError, says("Permission denied"));
    CHECK_THROWS_MATCHES(ModelFolder::open(root / "model" / "inner"), FileError,
                         says("inner: cannot be looked at: Permission denied"));
  }
  if (stands_for_nobody) REQUIRE(::seteuid(user) == 0);
  std::filesystem::permissions(root / "model", std::filesystem::perms::owner_all);
}

TEST_CASE("No file outside the folder is reached through it", "[io][model_folder]") {
  const TemporaryFolder root;
  root.write("secret", "x");
  root.write("model/config.json", "{}");
  const auto folder = ModelFolder::open(root / "model");
  for (const std::string& path :
       {std::string("../secret"), (root / "secret").string(), std::string("a/../../secret")}) {
    CHECK_THROWS_AS(folder.read(path), FileError);
    CHECK_THROWS_AS(folder.has(path), FileError);
  }
}

TEST_CASE("A file instead of a folder is told so", "[io][model_folder]") {
  const TemporaryFolder root;
  CHECK_THROWS_MATCHES(ModelFolder::open(root.write("model.safetensors", "")), FileError,
                       says("is a file; name the folder"));
}

TEST_CASE("A path that does not exist is told so, without talk of a hub", "[io][model_folder]") {
  for (const char* path : {"/nowhere/model", "./model", "../model", "a/b/c", "models/", "a b", ""})
    CHECK_THROWS_MATCHES(ModelFolder::open(path), FileError, says("no such folder") && !says("hf download"));
}

TEST_CASE("A cached repository opens at the snapshot that refs/main names", "[io][model_folder]") {
  const TemporaryFolder root;
  cache_model(root, "models--org--name", "aaa111", R"({"n": 1})");
  cache_model(root, "models--org--name", "bbb222", R"({"n": 2})");
  root.write("models--org--name/refs/main", "bbb222\n");
  CHECK(ModelFolder::open(root / "models--org--name").config().integer("n") == 2);
  CHECK(ModelFolder::open((root / "models--org--name").string() + "/").config().integer("n") == 2);
  CHECK(ModelFolder::open(root / "models--org--name/snapshots/aaa111").config().integer("n") == 1);
}

TEST_CASE("A cached repository without refs/main opens when it has one snapshot only", "[io][model_folder]") {
  const TemporaryFolder root;
  cache_model(root, "models--org--name", "aaa111", R"({"n": 1})");
  CHECK(ModelFolder::open(root / "models--org--name").config().integer("n") == 1);
  cache_model(root, "models--org--name", "bbb222", R"({"n": 2})");
  CHECK_THROWS_MATCHES(ModelFolder::open(root / "models--org--name"), FileError,
                       says("has no refs/main and 2 snapshots"));
}

TEST_CASE("A refs/main that names no snapshot, or no commit at all, is refused", "[io][model_folder]") {
  const TemporaryFolder root;
  cache_model(root, "models--org--name", "aaa111", "{}");
  root.write("models--org--name/refs/main", "ccc333");
  CHECK_THROWS_MATCHES(ModelFolder::open(root / "models--org--name"), FileError, says("download is incomplete"));
  for (const char* reference : {"../../..", "", "/etc", "a/b"}) {
    root.write("models--org--name/refs/main", reference);
    CHECK_THROWS_MATCHES(ModelFolder::open(root / "models--org--name"), FileError, says("want the hash of a commit"));
  }
}

TEST_CASE("A hub name is looked up where Hugging Face's tools keep their cache", "[io][model_folder]") {
  const TemporaryFolder root;
  for (const char* cache : {"hub", "home/hub", "xdg/huggingface/hub", "user/.cache/huggingface/hub"})
    cache_model(root, std::string(cache) + "/models--org--name", "aaa111",
                std::string(R"({"from": ")") + cache + "\"}");
  const auto from = [&](const std::map<std::string, std::string>& variables) {
    const Environment environment(variables);
    return ModelFolder::open("org/name").config().text("from");
  };
  const auto hub = std::pair<const std::string, std::string>("HF_HUB_CACHE", (root / "hub").string());
  const auto home = std::pair<const std::string, std::string>("HF_HOME", (root / "home").string());
  const auto xdg = std::pair<const std::string, std::string>("XDG_CACHE_HOME", (root / "xdg").string());
  const auto user = std::pair<const std::string, std::string>("HOME", (root / "user").string());
  CHECK(from({hub, home, xdg, user}) == "hub");
  CHECK(from({home, xdg, user}) == "home/hub");
  CHECK(from({xdg, user}) == "xdg/huggingface/hub");
  CHECK(from({user}) == "user/.cache/huggingface/hub");
}

TEST_CASE("A bare name finds the model of that name, or that of sentence-transformers", "[io][model_folder]") {
  const TemporaryFolder root;
  cache_model(root, "models--sentence-transformers--all-MiniLM-L6-v2", "aaa111", R"({"n": 1})");
  const Environment environment({{"HF_HUB_CACHE", root.path().string()}});
  CHECK(ModelFolder::open("all-MiniLM-L6-v2").config().integer("n") == 1);
  cache_model(root, "models--all-MiniLM-L6-v2", "aaa111", R"({"n": 2})");
  CHECK(ModelFolder::open("all-MiniLM-L6-v2").config().integer("n") == 2);
}

TEST_CASE("A hub name that is nowhere gets an error that says what to do", "[io][model_folder]") {
  const TemporaryFolder root;
  const Environment environment({{"HF_HUB_CACHE", root.path().string()}});
  CHECK_THROWS_MATCHES(
      ModelFolder::open("org/no-such-model"), FileError,
      says("org/no-such-model: no such folder, and no such model in the Hugging Face cache " + root.path().string()) &&
          says("hf download org/no-such-model"));
}

TEST_CASE("The transformer's files are found in a folder of their own", "[io][model_folder]") {
  const auto folder = ModelFolder::from_memory(
      {{"modules.json", R"([{"type": "sentence_transformers.models.Transformer", "path": "0_Transformer"}])"},
       {"0_Transformer/config.json", R"({"n": 1})"},
       {"0_Transformer/model.safetensors", one_tensor("w")},
       {"0_Transformer/vocab.txt", "a"},
       {"README.md", "text"}});
  CHECK(folder.config().integer("n") == 1);
  CHECK(folder.read("vocab.txt") == "a");
  CHECK(folder.has("README.md"));
  CHECK(folder.label("vocab.txt") == "memory/0_Transformer/vocab.txt");
  CHECK(folder.checkpoint().find("w"));
}
