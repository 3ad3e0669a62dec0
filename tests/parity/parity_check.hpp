// SPDX-License-Identifier: Apache-2.0
// All cases of one architecture against transformers in float64: tests/parity/FORMAT.md. Each <architecture>_test.cpp
// runs these for its spec.
#pragma once

#include "instruction_sets.hpp"
#include "parity_case.hpp"

#include <catch.hpp>
#include <encore/backend/cpu.hpp>
#include <encore/backend/reference.hpp>
#include <encore/exec/record.hpp>

#include <cstdio>
#include <functional>

namespace parity {

using namespace encore;

using Skip = std::function<bool(const std::string&)>;

// factor 0: in double, to 1e-12.
template <class Spec, class B>
void check_case(Context<B>& context, const Case& test, double factor) {
  const Checkpoint checkpoint = test.folder.checkpoint();
  const CheckpointModel<Spec> model = open_encoder<Spec>(test.folder.config(), &checkpoint, test.unnamed());
  const Parameters<B> parameters = load_parameters(context, model, checkpoint, test.name);
  const Numbers got = run(context, model, parameters, test.texts);
  const auto& kinds = test.description.at("tensors");
  REQUIRE(test.texts.size() == test.description.at("texts"));
  REQUIRE(test.expected.size() == test.texts.size() * kinds.size());
  REQUIRE_FALSE(test.expected.empty());
  for (const auto& kind : kinds) {
    const double error = relative_error(got, test.expected, kind);
    const double tolerance = factor > 0 ? factor * test.tolerance(kind) : 1e-12;
    INFO(test.name << " " << kind << ": " << error << " (tolerance " << tolerance << ")");
    CHECK(error <= tolerance);
    if (std::getenv("ENCORE_PARITY_TABLE"))
      std::printf("| %s | %s | %s | %.2e | %.2e |\n", test.name.c_str(), kind.template get<std::string>().c_str(),
                  std::string(context.isa()).c_str(), error,
                  test.description.at("float32_error").at(kind).template get<double>());
  }
}

inline std::vector<std::int32_t> labels_of(const Case& test) {
  std::vector<std::int32_t> labels;
  const auto json = nlohmann::json::parse(test.files.at("labels.json"));
  for (const auto& text : json.at("labels")) {
    if (text.is_number())
      labels.push_back(text.get<std::int32_t>());
    else
      for (const auto& label : text) labels.push_back(label.get<std::int32_t>());
  }
  return labels;
}

// || all gradients - expected || / || expected ||, and of the loss |got - expected|.
template <class Spec, class B>
std::pair<double, double> gradient_error(Context<B>& context, const Case& test) {
  const Checkpoint checkpoint = test.folder.checkpoint();
  const CheckpointModel<Spec> model = open_encoder<Spec>(test.folder.config(), &checkpoint, test.unnamed());
  const Parameters<B> parameters = load_parameters(context, model, checkpoint, test.name, StoreKind::training);
  Parameters<B> gradients = parameters.gradients(context);

  const Batch batch(test.texts);
  const std::vector<std::int32_t> labels = labels_of(test);
  Record<B> ex(context, parameters, batch.segments(), &gradients);
  typename Record<B>::Value loss;
  model(ex, indices_of(ex, batch), [&](std::string_view kind, Rows, const auto& value) {
    if (kind == "logits") loss = ex.cross_entropy(value, ex.indices(labels));
  });
  ex.backward(loss);

  const Numbers expected = test.read("gradients.safetensors");
  const WeightNames names = Spec::weight_names(model.config());
  double difference = 0;
  double norm = 0;
  double all = 0;
  std::set<std::string> matched;
  for (std::size_t i = 0; i < model.layout()->size(); ++i) {
    const ParameterId id{std::int32_t(i)};
    const auto values = gradients.values(id);
    std::size_t first = 0;
    for (const ParameterSection& section : (*model.layout())[id].sections) {
      const std::int64_t cols = (*model.layout())[id].cols();
      const std::size_t count = std::size_t(section.rows * cols);
      for (const PublishedName& published : published_names(names, section.name)) {
        const auto found = expected.find(published.name);
        if (found == expected.end()) continue;
        if (matched.insert(published.name).second)
          for (const double x : found->second) all += x * x;
        // A published table of sines has a gradient in PyTorch; here such constants are not trained.
        if ((*model.layout())[id].constant) continue;
        std::vector<double> wanted(count);
        arrange_weights(published, std::span<const double>(found->second), std::span<double>(wanted), cols,
                        names.heads);
        for (std::size_t n = 0; n < count; ++n) {
          difference += std::pow(double(values[first + n]) - wanted[n], 2);
          norm += std::pow(wanted[n], 2);
        }
      }
      first += count;
    }
  }
  CHECK(matched.size() == expected.size());
  CHECK(all == Approx(std::pow(test.description.at("gradients").at("norm").get<double>(), 2)).epsilon(1e-3));
  return {std::sqrt(difference / norm),
          std::abs(double(ex.view(loss)(0, 0)) - test.description.at("gradients").at("loss").get<double>())};
}

// The `count` cases of a model_type that are not skipped: outputs on the reference backend in double within 1e-12, on
// the CPU, on every instruction set there is, within max(2x PyTorch's float32 error, 1e-6); gradients likewise.
template <class Spec>
void check_architecture(
    const std::string& model_type, int count, const Skip& skip = [](const std::string&) { return false; }) {
  Context<Reference<double>> exact;
  std::vector<Context<Cpu>> contexts;
  for (const cpu::KernelTable* table : instruction_sets::all_tables())
    contexts.emplace_back(CpuOptions{.threads = 2, .kernels = table});
  REQUIRE(!contexts.empty());
  int cases = 0;
  for (const std::string& name : all_cases(model_type)) {
    if (skip(name)) continue;
    ++cases;
    const Case test(name);
    check_case<Spec>(exact, test, 0);
    for (Context<Cpu>& context : contexts) check_case<Spec>(context, test, 1);
    if (!test.description.contains("gradients")) continue;
    const auto [gradient, loss] = gradient_error<Spec>(exact, test);
    INFO(test.name);
    CHECK(gradient < 1e-12);
    CHECK(loss < 1e-6);  // case.json rounds
    const double tolerance = std::max(1e-6, 2 * test.description.at("gradients").at("float32_error").get<double>());
    for (Context<Cpu>& context : contexts) {
      const double error = gradient_error<Spec>(context, test).first;
      INFO(context.isa() << " gradients: " << error << " (tolerance " << tolerance << ")");
      CHECK(error <= tolerance);
    }
  }
  CHECK(cases == count);
}

}  // namespace parity
