// SPDX-License-Identifier: Apache-2.0
// Reads a case of tests/data/parity (FORMAT.md) and runs a model on its texts.
#pragma once

#include "archive.hpp"
#include "expected_number.hpp"

#include <encore/exec/infer.hpp>
#include <encore/models/open_encoder.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <map>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <vector>

namespace parity {

using Numbers = std::map<std::string, std::vector<double>>;  // "3.logits" -> values

struct Case {
  std::string name;  // "bert/base"
  test_data::Files files;
  encore::ModelFolder folder;
  nlohmann::json description;
  std::vector<encore::Encoding> texts;
  Numbers expected;

  explicit Case(const std::string& case_name)
      : name(case_name),
        files(test_data::files("parity/" + name)),
        folder(encore::ModelFolder::from_memory(files, name)),
        description(nlohmann::json::parse(files.at("case.json"))) {
    std::istringstream inputs(files.at("inputs.jsonl"));
    for (std::string line; std::getline(inputs, line);) {
      const auto json = nlohmann::json::parse(line);
      encore::Encoding text;
      text.ids = json.at("input_ids").get<std::vector<std::int32_t>>();
      text.type_ids = json.value("token_type_ids", std::vector<std::int32_t>(text.ids.size()));
      texts.push_back(text);
    }
    expected = read("expected.safetensors");
  }

  Numbers read(const std::string& file) const {
    Numbers numbers;
    const auto bytes = std::as_bytes(std::span(files.at(file)));
    for (const encore::TensorEntry& entry : encore::SafetensorsFile::from_bytes(bytes, name + "/" + file)) {
      std::vector<double> values(std::size_t(entry.elements()));
      encore::read_as_float(entry, std::span<double>(values));
      for (const double value : values) expected_number(value);
      numbers[entry.name] = std::move(values);
    }
    return numbers;
  }

  // The head where config.json names none.
  encore::Head unnamed() const {
    const std::string head = description.at("head");
    if (head == "mlm") return encore::Head::masked_lm;
    return head == "replaced_token_detection" ? encore::Head::replaced_token_detection : encore::Head::none;
  }

  // max(2 x PyTorch's float32 error, 1e-6), both relative L2 against float64
  double tolerance(const std::string& kind) const {
    return std::max(2.0 * description.at("float32_error").at(kind).get<double>(), 1e-6);
  }
};

// "bert/act_gelu", "bert/act_gelu_10" ..
inline std::vector<std::string> all_cases(const std::string& model_type) {
  std::vector<std::string> names;
  for (const std::string& name : test_data::folders("parity/" + model_type)) names.push_back(model_type + "/" + name);
  return names;
}

// All outputs and hidden states of the case's texts, run as one packed batch.
template <class Spec, class B>
Numbers run(encore::Context<B>& context, const encore::CheckpointModel<Spec>& model,
            const encore::Parameters<B>& parameters, std::span<const encore::Encoding> texts) {
  using Scalar = encore::scalar_t<B>;
  const encore::Batch batch(texts);
  model.model().check(batch);
  Numbers numbers;
  auto take = [&](const std::string& kind, encore::Rows rows, encore::MatrixView<const Scalar> values) {
    for (std::int64_t s = 0; s < batch.segments().count(); ++s) {
      const bool tokens = rows == encore::Rows::tokens;
      auto& list = numbers[std::to_string(s) + "." + kind];
      for (std::int64_t r = tokens ? batch.segments().begin(s) : s; r < (tokens ? batch.segments().end(s) : s + 1); ++r)
        for (std::int64_t c = 0; c < values.cols; ++c) list.push_back(double(values(r, c)));
    }
  };
  struct Observer {
    decltype(take)& take_rows;
    static void call(void* self, std::string_view tap, std::int64_t index, encore::MatrixView<const Scalar> rows) {
      static_cast<Observer*>(self)->take_rows(std::string(tap) + "." + std::to_string(index), encore::Rows::tokens,
                                              rows);
    }
  } observer{take};
  encore::infer(context, parameters, batch.segments(), {&observer, &Observer::call}, [&](auto& ex) {
    model(ex, encore::indices_of(ex, batch), [&](std::string_view kind, encore::Rows rows, const auto& value) {
      const auto view = ex.view(value);
      if constexpr (std::remove_reference_t<decltype(ex)>::computing) take(std::string(kind), rows, view);
    });
  });
  return numbers;
}

// Relative L2 error of all tensors "<i>.<kind>" together. Fails loudly (infinity) where a tensor is missing or of
// another size.
inline double relative_error(const Numbers& got, const Numbers& expected, const std::string& kind) {
  double difference = 0;
  double norm = 0;
  for (const auto& [name, values] : expected) {
    if (name.substr(name.find('.') + 1) != kind) continue;
    const auto found = got.find(name);
    if (found == got.end() || found->second.size() != values.size()) return INFINITY;
    for (std::size_t i = 0; i < values.size(); ++i) {
      difference += (found->second[i] - values[i]) * (found->second[i] - values[i]);
      norm += values[i] * values[i];
    }
  }
  return norm > 0 ? std::sqrt(difference / norm) : INFINITY;
}

}  // namespace parity
