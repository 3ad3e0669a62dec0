// SPDX-License-Identifier: Apache-2.0
// Gradients of two heads against autograd in float64: tests/parity/FORMAT.md.
#include "parity_case.hpp"

#include <catch.hpp>
#include <encore/backend/cpu.hpp>
#include <encore/exec/record.hpp>

using namespace encore;

namespace {

std::vector<std::int32_t> labels_of(const std::filesystem::path& path) {
  std::vector<std::int32_t> labels;
  const auto json = nlohmann::json::parse(std::ifstream(path / "labels.json"));
  for (const auto& text : json.at("labels")) {
    if (text.is_number())
      labels.push_back(text.get<std::int32_t>());
    else
      for (const auto& label : text) labels.push_back(label.get<std::int32_t>());
  }
  return labels;
}

// || all gradients - expected || / || expected ||, and the loss.
template <class B>
std::pair<double, double> gradient_error(const Context<B>& context, const std::string& name) {
  const std::filesystem::path path = std::string(ENCORE_TEST_DATA "/parity/") + name;
  const parity::Case test(path);
  const Checkpoint checkpoint = test.folder.checkpoint();
  const JsonObject json = test.folder.config();
  const EncoderModel<BertSpec> model(BertSpec::config(json), BertSpec::heads(json, checkpoint));
  Parameters<B> parameters(context, model.layout(), StoreKind::training);
  load_weights(context, checkpoint, BertSpec::weight_names(), test.name, parameters);
  Parameters<B> gradients = parameters.gradients(context);

  const Batch batch(test.texts);
  const std::vector<std::int32_t> labels = labels_of(path);
  Record<B> ex(context, parameters, batch.segments(), &gradients);
  typename Record<B>::Value loss;
  model(ex, indices_of(ex, batch), [&](std::string_view kind, Rows, const auto& value) {
    if (kind == "logits") loss = ex.cross_entropy(value, ex.indices(labels));
  });
  ex.backward(loss);

  const parity::Numbers expected = parity::Case::read(path / "gradients.safetensors");
  double difference = 0;
  double norm = 0;
  std::size_t matched = 0;
  for (std::size_t i = 0; i < model.layout()->size(); ++i) {
    const ParameterId id{std::int32_t(i)};
    const auto values = gradients.values(id);
    std::size_t first = 0;
    for (const ParameterSection& section : (*model.layout())[id].sections) {
      const std::size_t count = std::size_t(section.rows * (*model.layout())[id].cols());
      for (const std::string& published : published_names(BertSpec::weight_names(), section.name)) {
        const auto found = expected.find(published);
        if (found == expected.end()) continue;
        ++matched;
        REQUIRE(found->second.size() == count);
        for (std::size_t n = 0; n < count; ++n) {
          difference += std::pow(double(values[first + n]) - found->second[n], 2);
          norm += std::pow(found->second[n], 2);
        }
      }
      first += count;
    }
  }
  CHECK(matched == expected.size());
  CHECK(norm == Approx(std::pow(test.description.at("gradients").at("norm").get<double>(), 2)).epsilon(1e-3));
  return {std::sqrt(difference / norm),
          std::abs(double(ex.view(loss)(0, 0)) - test.description.at("gradients").at("loss").get<double>())};
}

}  // namespace

TEST_CASE("gradients of the tied masked language model and of the classifier equal autograd's in float64", "[parity]") {
  const Context<Reference<double>> context;
  for (const char* name : {"mlm_tied", "seqcls"}) {
    const auto [gradient, loss] = gradient_error(context, name);
    INFO(name);
    CHECK(gradient < 1e-12);
    CHECK(loss < 1e-6);  // case.json rounds
  }
}

TEST_CASE("gradients on the cpu err no more than twice what PyTorch's float32 do", "[parity]") {
  for (const char* isa : {"sse2", "avx2", "avx512", "neon", "scalar"}) {
    const cpu::KernelTable* table = cpu::table_for(isa);
    if (!table) continue;
    const Context<Cpu> context{{.threads = 2, .kernels = table}};
    for (const char* name : {"mlm_tied", "seqcls"}) {
      const parity::Case test(std::string(ENCORE_TEST_DATA "/parity/") + name);
      const double tolerance = std::max(1e-6, 2 * test.description.at("gradients").at("float32_error").get<double>());
      const auto [gradient, loss] = gradient_error(context, name);
      INFO(isa << " " << name << ": " << gradient << " (tolerance " << tolerance << ")");
      CHECK(gradient <= tolerance);
    }
  }
}
