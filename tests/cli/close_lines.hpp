// SPDX-License-Identifier: Apache-2.0
// Lines of JSON that the program prints, compared with a reference's.
#pragma once

#include "program.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace cli_test {

// The largest number in it, 1 at least.
inline double scale_of(const nlohmann::json& value) {
  double most = value.is_number() ? std::abs(value.get<double>()) : 1;
  if (value.is_structured())
    for (const auto& one : value) most = std::max(most, scale_of(one));
  return most;
}

// Equal but for numbers, which differ by `tolerance` at most. Of objects with a score what is expected is compared.
inline bool close(const nlohmann::json& got, const nlohmann::json& expected, double tolerance) {
  if (expected.is_number()) return got.is_number() && std::abs(got.get<double>() - expected.get<double>()) <= tolerance;
  if (expected.is_object()) {
    if (!got.is_object() || (!expected.contains("score") && got.size() != expected.size())) return false;
    return std::all_of(expected.items().begin(), expected.items().end(), [&](const auto& entry) {
      return got.contains(entry.key()) && close(got[entry.key()], entry.value(), tolerance);
    });
  }
  if (!expected.is_array() || !got.is_array() || got.size() != expected.size()) return expected == got;
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!close(got[i], expected[i], tolerance)) return false;
  return true;
}

// All lines, numbers to the error of float32: measured at most 1.72e-6 of the largest of a line.
inline bool close_lines(const std::string& out, const nlohmann::json& expected) {
  const std::vector<std::string> lines = lines_of(out);
  if (lines.size() != expected.size()) return false;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (!close(nlohmann::json::parse(lines[i]), expected[i], 4e-6 * scale_of(expected[i]))) return false;
  return true;
}

// A run on a model of tests/data/sentence/models.zip with other files written over its own: "model", "arguments" and
// "input" of `about`.
inline Result run_on_files(const Workplace& place, const nlohmann::json& about, const nlohmann::json& files,
                           const std::vector<std::string>& more = {}) {
  for (const auto& [name, content] : test_data::files("sentence/models/" + about["model"].get<std::string>()))
    place.write("model/" + name, content);
  for (const auto& [name, content] : files.items()) place.write("model/" + name, content.dump());
  std::string input;
  for (const auto& text : about["input"]) input += text.dump() + "\n";
  place.write("input.jsonl", input);
  auto arguments = about["arguments"].get<std::vector<std::string>>();
  arguments.insert(arguments.begin() + 1, "model");
  arguments.insert(arguments.end(), {"--input", "input.jsonl"});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return place.run(arguments);
}

}  // namespace cli_test
