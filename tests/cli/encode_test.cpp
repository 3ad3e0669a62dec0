// SPDX-License-Identifier: Apache-2.0
// encore encode as a process.
#include "program.hpp"

#include <cmath>
#include <set>

using namespace cli_test;
using encore::DType;
using encore::SafetensorsFile;
using encore::TensorEntry;

namespace {

// Relative L2 distance of all tensors of one kind, over all texts together.
double distance(const SafetensorsFile& got, const SafetensorsFile& expected, const std::string& kind) {
  double error = 0, norm = 0;
  for (const TensorEntry& entry : expected) {
    if (entry.name.substr(entry.name.find('.') + 1) != kind) continue;
    const TensorEntry* ours = got.find(entry.name);
    INFO(entry.name);
    REQUIRE(ours);
    REQUIRE(ours->shape == entry.shape);
    std::vector<double> a(std::size_t(entry.elements())), b(a.size());
    read_as_float(*ours, std::span<double>(a));
    read_as_float(entry, std::span<double>(b));
    for (std::size_t i = 0; i < a.size(); ++i) {
      error += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
  }
  REQUIRE(norm > 0);
  return std::sqrt(error / norm);
}

std::string folder_of(const std::string& name) { return parity(name).string(); }

Result encode(const Workplace& place, const std::string& model, const std::string& ids,
              std::vector<std::string> more = {}) {
  place.write("ids.jsonl", ids);
  std::vector<std::string> arguments{"encode", model, "--ids", "ids.jsonl", "--output", "out.safetensors"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return place.run(arguments);
}

}  // namespace

TEST_CASE("encode gives what transformers gives, under the same names", "[cli]") {
  REQUIRE_PROGRAM();
  const std::string name = GENERATE("base", "no_pooler", "pretraining", "mlm_tied", "seqcls", "multiple_choice",
                                    "tokencls", "qa", "nsp", "relative_key_query", "sharded");
  INFO(name);
  const Workplace place;
  const std::string inputs = (parity(name) / "inputs.jsonl").string();
  const auto expected = SafetensorsFile::open(parity(name) / "expected.safetensors");
  const auto note = nlohmann::json::parse(encore::read_file(parity(name) / "case.json", 1 << 20));
  const auto kinds = note["tensors"].get<std::vector<std::string>>();
  const bool hidden = std::any_of(kinds.begin(), kinds.end(),
                                  [](const std::string& kind) { return kind.starts_with("hidden_states."); });
  for (const std::string backend : {"cpu", "reference"}) {
    std::vector<std::string> arguments{"encode",   folder_of(name),   "--ids",     inputs,
                                       "--output", "out.safetensors", "--backend", backend};
    if (hidden) arguments.push_back("--hidden-states");
    const Result result = place.run(arguments);
    INFO(result.err);
    REQUIRE(result.status == 0);
    CHECK(result.out.empty());
    const auto got = SafetensorsFile::open(place / "out.safetensors");
    std::set<std::string> names, wanted;
    for (const TensorEntry& entry : got) {
      names.insert(entry.name);
      CHECK(entry.dtype == (backend == "cpu" ? DType::f32 : DType::f64));
    }
    for (const TensorEntry& entry : expected) wanted.insert(entry.name);
    CHECK(names == wanted);
    for (const std::string& kind : kinds)
      CHECK(distance(got, expected, kind) <=
            (backend == "cpu" ? std::max(2 * note["float32_error"][kind].get<double>(), 1e-6) : 1e-12));
  }
}

TEST_CASE("encode writes the same bytes on any number of threads, and the same numbers for any neighbours", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  std::string ids, backwards;
  for (int i = 0; i < 100; ++i) {
    std::string line = "{\"input_ids\":[1";
    for (int k = 0; k < (i * 11) % 46; ++k) line += "," + std::to_string((i + k * 7) % 53);
    line += "]}\n";
    ids += line;
    backwards = line + backwards;
  }
  const auto bytes = [&](const std::string& input, const char* threads) {
    const Result result =
        encode(place, folder_of("base"), input, {"--threads", threads, "--oversubscribe", "--hidden-states"});
    INFO(result.err);
    REQUIRE(result.status == 0);
    return place.read("out.safetensors");
  };
  const std::string one = bytes(ids, "1");
  CHECK(one == bytes(ids, "2"));
  CHECK(one == bytes(ids, "5"));
  const std::string other = bytes(backwards, "2");
  const auto tensor = [](const std::string& file, const std::string& name) {
    const auto opened = SafetensorsFile::from_bytes(std::as_bytes(std::span(file)), "out");
    const TensorEntry* entry = opened.find(name);
    REQUIRE(entry);
    return entry->bytes.read_all();
  };
  for (int i = 0; i < 100; i += 9)
    for (const char* kind : {".last_hidden_state", ".hidden_states.1", ".pooler_output"})
      CHECK(tensor(one, std::to_string(i) + kind) == tensor(other, std::to_string(99 - i) + kind));
}

TEST_CASE("encode reads stdin, writes stdout, and takes lists of ids as they are", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  CHECK(encode(place, folder_of("base"), "{\"input_ids\":[1,2,3]}\n").status == 0);
  const std::string expected = place.read("out.safetensors");
  CHECK(place.run({"encode", folder_of("base"), "--ids", "-", "--output", "-"}, "[1,2,3]", ">piped").status == 0);
  CHECK(place.read("piped") == expected);
  CHECK(place.run({"encode", folder_of("base"), "--ids", "-", "--output", "-"}, "[1,2,3]", "| cat >piped").status == 0);
  CHECK(place.read("piped") == expected);
  CHECK(encode(place, folder_of("base"), "").status == 0);
  CHECK(SafetensorsFile::open(place / "out.safetensors").size() == 0);
}

TEST_CASE("encode names the line and what is wrong with it, and leaves no file", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  const std::string good = "{\"input_ids\":[1,2]}\r\n";
  const auto check = [&](const std::string& line, std::initializer_list<const char*> words) {
    check_error(encode(place, folder_of("base"), good + line + "\n" + good), 1, words);
    CHECK(!std::filesystem::exists(place / "out.safetensors"));
    CHECK(place.count() == 1);
  };
  check(R"({"input_ids":[1,53]})", {"ids.jsonl line 2", "input_ids[1]", "53", "0..52"});
  check(R"({"input_ids":[-1]})", {"line 2", "-1"});
  check(R"({"input_ids":[4294967297]})", {"line 2", "4294967297"});
  check(R"({"input_ids":[1e3]})", {"line 2", "input_ids[0]", "integer"});
  check(R"({"input_ids":"1"})", {"line 2", "input_ids", "array"});
  check(R"({"input_ids":[]})", {"line 2", "input_ids", "empty"});
  check(R"({"token_type_ids":[1]})", {"line 2", "input_ids", "missing"});
  check(R"({"input_ids":[1],"token_type_ids":[2]})", {"line 2", "token_type_ids[0]", "0..1"});
  check(R"({"input_ids":[1],"token_type_ids":[]})", {"line 2", "token_type_ids", "0", "1"});
  check(R"({"input_ids":[1],"attention_mask":[1]})", {"line 2", "attention_mask", "input_ids token_type_ids"});
  check(R"({"input_ids":[1],"input_ids":[1]})", {"line 2", "twice"});
  check("7", {"line 2", "object"});
  check("", {"line 2", "JSON"});
  check("[1,", {"line 2", "JSON"});
  check(std::string(100000, '['), {"line 2", "64"});
  std::string many = "[1";
  for (int i = 0; i < 47; ++i) many += ",1";
  check(many + "]", {"line 2", "48 tokens", "at most 47"});
}

TEST_CASE("encode lists every tensor that does not fit the model", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  std::filesystem::create_directories(place / "model");
  std::filesystem::copy_file(parity("base") / "model.safetensors", place / "model/model.safetensors");
  auto config = nlohmann::json::parse(encore::read_file(parity("base") / "config.json", 1 << 20));
  const auto run = [&](const nlohmann::json& json) {
    place.write("model/config.json", json.dump());
    return encode(place, "model", "[1]\n");
  };
  CHECK(run(config).status == 0);
  auto changed = config;
  changed["num_hidden_layers"] = 3;
  changed["max_position_embeddings"] = 48;
  check_error(run(changed), 1, {"missing", "encoder.layer.2.attention.self.query.weight", "[47, 25]", "[48, 25]"});
  changed = config;
  changed["num_hidden_layers"] = 1;
  check_error(run(changed), 1, {"unexpected", "encoder.layer.1."});
  changed = config;
  changed["hidden_act"] = "prelu";
  check_error(run(changed), 1, {"config.json", "hidden_act", "prelu", "gelu_new"});
  changed = config;
  changed["hidden_size"] = "25";
  check_error(run(changed), 1, {"config.json", "hidden_size", "integer"});
  changed = config;
  changed["model_type"] = "gpt2";
  check_error(run(changed), 1, {"config.json", "model_type", "gpt2", "bert"});
  changed = config;
  changed["architectures"] = {"BertLMHeadModel"};
  check_error(run(changed), 1, {"architectures", "BertLMHeadModel", "BertForMaskedLM"});
  place.write("model/config.json", "{\"hidden_size\": 25");
  check_error(encode(place, "model", "[1]\n"), 1, {"config.json", "JSON"});

  std::filesystem::resize_file(place / "model/model.safetensors", 20000);
  check_error(run(config), 1, {"model.safetensors"});
  std::filesystem::remove(place / "model/model.safetensors");
  check_error(run(config), 1, {"model.safetensors", "no such file"});
}
