// SPDX-License-Identifier: Apache-2.0
// A model folder of hostile JSON files. The input holds them one after the other, parted by lines "---", in the order
// of `names`. Whatever they say, the readers answer with a value or with a typed error of one short line.
#include <encore/io/model_folder.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

constexpr std::array<const char*, 7> names{"config.json",
                                           "modules.json",
                                           "1_Pooling/config.json",
                                           "2_Dense/config.json",
                                           "sentence_bert_config.json",
                                           "config_sentence_transformers.json",
                                           "model.safetensors.index.json"};

std::string safetensors(std::string_view header, std::size_t bytes) {
  std::string file(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(file.data(), &length, 8);
  return file + std::string(header) + std::string(bytes, '\0');
}

template <class Call>
void expect(Call call) {
  try {
    call();
  } catch (const encore::Error& error) {
    const std::string_view message = error.what();
    require(!message.empty());
    require(message.find('\n') == message.npos);
    require(message.size() < 4000);
  }
}

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
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::map<std::string, std::string> files{
      {"1.safetensors", safetensors(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8)},
      {"2_Dense/model.safetensors",
       safetensors(R"({"linear.bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                   R"("linear.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}})",
                   32)}};
  for (const char* name : names) {
    const std::string_view separator = "\n---\n";
    const auto end = rest.find(separator);
    if (!rest.empty()) files[name] = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + separator.size());
  }

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
