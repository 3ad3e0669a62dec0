// SPDX-License-Identifier: Apache-2.0
// The files of sentence-transformers from a stranger around a fixed model: modules.json, then the configurations of the
// folders that it may name, in the order of `names`, parted by lines "---". Whatever they say, what is read of them is
// within bounds, or a typed error of one line.
#include "hostile_files.hpp"

#include <encore/io/model_folder.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace fuzzing;

constexpr std::array<const char*, 8> names{
    "modules.json",          "sentence_bert_config.json",  "config_sentence_transformers.json",
    "1_Pooling/config.json", "2_Dense/config.json",        "3_LayerNorm/config.json",
    "4_Dropout/config.json", "1_SpladePooling/config.json"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Files files{{"config.json", R"({"model_type": "bert", "hidden_size": 3})"},
              {"2_Dense/model.safetensors", dense_of_three()},
              {"3_LayerNorm/model.safetensors",
               safetensors(R"({"norm.bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                           R"("norm.weight":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})",
                           16)}};
  split_into(files, {reinterpret_cast<const char*>(data), size}, names);
  expect([&] {
    const auto folder = encore::ModelFolder::from_memory(std::move(files));
    expect([&] {
      if (const auto sentence = folder.sentence_transformer()) {
        require(sentence->dimension() > 0);
        require(!sentence->max_seq_length || *sentence->max_seq_length > 0);
      }
    });
    expect([&] {
      const auto cross = folder.cross_encoder();
      require(!cross.activation || !cross.activation_key.empty());
      cross.prompts.default_text();
    });
    expect([&] {
      const auto sparse = folder.sparse_encoder();
      require(!sparse.max_active_dims || *sparse.max_active_dims > 0);
      sparse.prompts.default_text();
    });
    expect([&] { folder.lower_cases(); });
  });
  return 0;
}
