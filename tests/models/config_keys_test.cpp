// SPDX-License-Identifier: Apache-2.0
// Every key of transformers' configurations that changes a result there is honoured here or refused by name:
// tests/data/config_keys.json says which keys those are, found by experiment (tests/parity/list_config_keys.py).
#include "catch.hpp"

#include <encore/backend/reference.hpp>
#include <encore/models/any_encoder.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <string>

using namespace encore;
using nlohmann::json;

namespace {

// All that can be seen of a model with this configuration: its parameters, and what random ones make of a batch. A
// refusal is seen as its message.
std::string seen(json config, const std::string& architecture) {
  using B = Reference<double>;
  config["architectures"] = {architecture};
  Context<B> context;
  std::string text;
  try {
    const auto model = AnyEncoder<B>::open(context, ModelFolder::from_memory({{"config.json", config.dump()}}),
                                           {.weights = WeightsFrom::random});
    for (const ParameterSpec& spec : model->layout())
      text += spec.name() + " " + std::to_string(spec.rows()) + " " + std::to_string(spec.cols()) + "\n";
    Batch batch;
    batch.add(std::vector<std::int32_t>{3, 9, 4, 7, 5, 8, 6, 11, 3, 4, 9, 7, 12, 6, 5, 3});
    batch.add(std::vector<std::int32_t>{7, 3});
    model->run(context, batch, [&](std::string_view name, Rows, MatrixView<const double> rows) {
      text += std::string(name);
      for (std::int64_t r = 0; r < rows.rows; ++r)
        text.append(reinterpret_cast<const char*>(rows.row(r)), std::size_t(rows.cols) * sizeof(double));
    });
  } catch (const ConfigError& error) {
    return std::string("refused: ") + error.what();
  } catch (const UnsupportedError& error) {
    return std::string("refused: ") + error.what();
  } catch (const InputError& error) {  // a limit has moved
    return std::string("input: ") + error.what();
  }
  return text;
}

// Said by the file itself: `legacy` chooses between two heads of one formula whose tensors have other names, and the
// names that are there are read (parity cases mlm, mlm_not_legacy).
bool is_told_by_tensors(const std::string& type, const std::string& key) {
  return key == "legacy" && type.starts_with("deberta");
}

}  // namespace

TEST_CASE("every configuration key that changes a result in transformers is honoured or refused by name",
          "[models][config]") {
  const json table = json::parse(std::ifstream(ENCORE_TEST_DATA "/config_keys.json"));
  std::map<std::string, std::string> unchanged;
  int honoured = 0, refused = 0;
  std::string ignored;
  for (const auto& [type, about] : table["model_types"].items()) {
    for (const auto& [key, result] : about["keys"].items()) {
      const auto changes = [&](const char* what) {  // null: it could not be tried
        return result.contains(what) && result[what].is_boolean() && result[what].get<bool>();
      };
      if (!result.contains("tried") || result["tried"].is_null()) continue;
      if (!changes("changes_result") && !changes("changes_shapes")) continue;
      bool differs = false, is_refused = false;
      for (json config : about["setups"]) {
        config["model_type"] = type;
        for (const auto& value : result["tried"]) {
          json changed = config;
          changed[key] = value;
          for (const auto& architecture : about["architectures"]) {
            std::string& before = unchanged[config.dump() + architecture.get<std::string>()];
            if (before.empty()) before = seen(config, architecture);
            const std::string after = seen(changed, architecture);
            differs |= before != after;
            is_refused |= after.starts_with("refused");
          }
        }
      }
      if (!differs && is_told_by_tensors(type, key)) continue;
      if (!differs)
        ignored += " " + type + "." + key;
      else
        ++(is_refused ? refused : honoured);
    }
  }
  INFO("honoured " << honoured << ", refused " << refused << "; neither:" << ignored);
  CHECK(ignored.empty());
  CHECK(honoured > 100);
  CHECK(refused > 0);
}

TEST_CASE("null is refused where transformers refuses it, and stands for an absent key where that is its default",
          "[models][config]") {
  const json table = json::parse(std::ifstream(ENCORE_TEST_DATA "/config_keys.json"));
  int refused = 0, accepted = 0;
  std::string wrong;
  for (const auto& [type, about] : table["model_types"].items()) {
    for (const auto& [key, result] : about["keys"].items()) {
      if (!result.contains("null")) continue;
      const auto outcomes = [&](const std::string& architecture, auto&& judge) {
        for (json config : about["setups"]) {
          config["model_type"] = type;
          json changed = config;
          changed[key] = nullptr;
          judge(seen(changed, architecture), [&] { return seen(config, architecture); });
        }
      };
      for (const auto& architecture : result["null"]["refused_by"]) {
        bool is_refused = false;
        outcomes(architecture, [&](const std::string& after, auto&&) {
          is_refused |= after.starts_with("refused") && after.find("'" + key + "'") != after.npos;
        });
        if (!is_refused) wrong += " " + type + "." + key + " of " + architecture.get<std::string>();
        refused += is_refused;
      }
      if (!result["default"].is_null()) continue;
      for (const auto& architecture : about["architectures"]) {
        outcomes(architecture, [&](const std::string& after, auto&& before) {
          // Where a setup gives the key a value, null takes it away.
          const bool same = about["setups"][0].contains(key) ? !after.starts_with("refused") : after == before();
          if (!same) wrong += " " + type + "." + key + " of " + architecture.get<std::string>() + " (accepted)";
          accepted += same;
        });
      }
    }
  }
  INFO("refused " << refused << ", accepted " << accepted << "; otherwise:" << wrong);
  CHECK(wrong.empty());
  CHECK(refused > 1000);
  CHECK(accepted > 300);
}
