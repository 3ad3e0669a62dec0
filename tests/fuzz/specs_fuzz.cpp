// SPDX-License-Identifier: Apache-2.0
// One hostile config.json, read by every architecture as if it were its own: numbers, heads and names of weights, or a
// typed error of one short line. Whoever accepts it says a shape that holds together, and a model that declares its
// parameters without making them.
#include "hostile_files.hpp"

#include <encore/models/all_specs.hpp>
#include <encore/models/open_encoder.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace fuzzing;

template <class Spec>
void read_as(nlohmann::json json) {
  json["model_type"] = Spec::model_types[0];
  const std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  expect([&] {
    const auto file = encore::JsonObject::parse(text, "config.json");
    const encore::Config<Spec> config = Spec::config(file);
    config.shape.check();
    const encore::HeadOptions heads = encore::read_heads_of<Spec>(file, config, encore::Head::none);
    require(heads.labels > 0);
    require(!Spec::weight_names(config).names.empty());
    if (config.shape.layers > 8) return;  // a name for every parameter of every layer
    const encore::CheckpointModel<Spec> model = encore::open_encoder<Spec>(file, nullptr);
    require(model.layout()->size() > 0);
    require(model.layout()->parameter_count() > 0);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = nlohmann::json::parse(data, data + size, nullptr, false);
  if (!json.is_object()) return 0;
  [&]<class... Specs>(encore::SpecList<Specs...>) { (read_as<Specs>(json), ...); }(encore::AllSpecs{});
  return 0;
}
