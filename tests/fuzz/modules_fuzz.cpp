// SPDX-License-Identifier: Apache-2.0
// The files of sentence-transformers from a stranger around a fixed model: modules.json, then the configurations of the
// folders that it may name, in the order of `names`, parted by lines "---". Whatever they say, what is read of them is
// within bounds, or a typed error of one line.
#include <encore/io/model_folder.hpp>

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

constexpr std::array<const char*, 8> names{
    "modules.json",          "sentence_bert_config.json",  "config_sentence_transformers.json",
    "1_Pooling/config.json", "2_Dense/config.json",        "3_LayerNorm/config.json",
    "4_Dropout/config.json", "1_SpladePooling/config.json"};

std::string safetensors(std::string_view header, std::size_t bytes) {
  std::string file(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(file.data(), &length, 8);
  return file + std::string(header) + std::string(bytes, '\0');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::map<std::string, std::string> files{
      {"config.json", R"({"model_type": "bert", "hidden_size": 3})"},
      {"2_Dense/model.safetensors",
       safetensors(R"({"linear.bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                   R"("linear.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}})",
                   32)},
      {"3_LayerNorm/model.safetensors",
       safetensors(R"({"norm.bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                   R"("norm.weight":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})",
                   16)}};
  for (const char* name : names) {
    const std::string_view separator = "\n---\n";
    const auto end = rest.find(separator);
    if (!rest.empty()) files[name] = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + separator.size());
  }
  const auto tolerant = [](auto&& read) {
    try {
      read();
    } catch (const encore::Error& error) {
      const std::string_view message = error.what();
      require(!message.empty() && message.find('\n') == message.npos && message.size() < 4000);
    }
  };
  tolerant([&] {
    const auto folder = encore::ModelFolder::from_memory(std::move(files));
    tolerant([&] {
      if (const auto sentence = folder.sentence_transformer()) {
        require(sentence->dimension() > 0);
        require(!sentence->max_seq_length || *sentence->max_seq_length > 0);
      }
    });
    tolerant([&] {
      const auto cross = folder.cross_encoder();
      require(!cross.activation || !cross.activation_key.empty());
      cross.prompts.default_text();
    });
    tolerant([&] {
      const auto sparse = folder.sparse_encoder();
      require(!sparse.max_active_dims || *sparse.max_active_dims > 0);
      sparse.prompts.default_text();
    });
    tolerant([&] { folder.lower_cases(); });
  });
  return 0;
}
