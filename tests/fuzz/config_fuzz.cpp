// SPDX-License-Identifier: Apache-2.0
// A model folder of hostile JSON files. The input holds them one after the other, parted by lines "---", in the order
// of `names`. Whatever they say, the readers answer with a value or with a typed error of one short line.
#include "hostile_files.hpp"

#include <encore/io/model_folder.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace fuzzing;

constexpr std::array<const char*, 7> names{"config.json",
                                           "modules.json",
                                           "1_Pooling/config.json",
                                           "2_Dense/config.json",
                                           "sentence_bert_config.json",
                                           "config_sentence_transformers.json",
                                           "model.safetensors.index.json"};

// Every getter on every key, at every depth.
void walk(const encore::JsonObject& json) {
  for (const auto& [name, value] : json.value().items()) {
    const std::string_view key = name;
    expect([&] { json.integer(key, {-5, 5}); });
    expect([&] { json.number(key, 0.5, {.min = 0}); });
    expect([&] { json.text(key); });
    expect([&] { json.optional_boolean(key); });
    expect([&] { json.integers(key); });
    expect([&] { json.numbers(key); });
    expect([&] { json.texts(key); });
    expect([&] { json.integer("absent"); });
    expect([&] { walk(json.object(key)); });
    expect([&] {
      for (const auto& inner : json.objects(key)) walk(inner);
    });
    expect([&] { throw json.error(key, "is odd"); });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Files files{{"1.safetensors", safetensors(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8)},
              {"2_Dense/model.safetensors", dense_of_three()}};
  split_into(files, {reinterpret_cast<const char*>(data), size}, names);

  expect([&] {
    const auto folder = encore::ModelFolder::from_memory(std::move(files));
    expect([&] { walk(folder.config()); });
    expect([&] { folder.checkpoint(); });
    expect([&] {
      if (const auto st = folder.sentence_transformer()) require(st->dimension() > 0);
    });
  });
  return 0;
}
