// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include <encore/backend/cpu.hpp>
#include <encore/backend/reference.hpp>
#include <encore/models/deberta.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/modernbert.hpp>
#include <encore/models/saved_parameters.hpp>

#include <filesystem>

using namespace encore;

namespace {

const std::filesystem::path path = std::filesystem::temp_directory_path() / "encore_saved_parameters.safetensors";

template <class Spec>
EncoderModel<Spec> small(std::int64_t hidden = 8) {
  Config<Spec> config;
  config.shape = {.vocabulary = 9, .hidden = hidden, .layers = 2, .heads = 2, .intermediate = 12, .max_positions = 16};
  return EncoderModel<Spec>(config);
}

template <class A, class B>
void check_equal(const Parameters<A>& written, const Parameters<B>& read) {
  for (std::size_t i = 0; i < written.layout().size(); ++i) {
    const ParameterId id{std::int32_t(i)};
    if (written.layout()[id].constant) continue;
    INFO(written.layout()[id].name());
    const auto a = written.values(id);
    const auto b = read.values(id);
    CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  }
}

}  // namespace

TEST_CASE("parameters are saved and read back under the names of their layout", "[models][weights]") {
  Context<Cpu> cpu{{.threads = 1}};
  Context<Reference<double>> exact;
  const auto modern = small<ModernBertSpec>();
  const auto written = initialise(cpu, modern, {.seed = 3, .kind = StoreKind::inference});
  save(written, path);
  for (const StoreKind kind : {StoreKind::inference, StoreKind::training}) {
    Parameters<Cpu> read(cpu, modern.layout(), kind);
    load(cpu, path, read);
    check_equal(written, read);
  }
  Parameters<Reference<double>> on_reference(exact, modern.layout(), StoreKind::training);
  load(exact, path, on_reference);
  check_equal(written, on_reference);

  const auto disentangled = small<DebertaV2Spec>();
  const auto doubles = initialise(exact, disentangled, {.seed = 4});
  save(doubles, path);
  Parameters<Reference<double>> back(exact, disentangled.layout(), StoreKind::training);
  load(exact, path, back);
  check_equal(doubles, back);
  std::filesystem::remove(path);
}

TEST_CASE("a file of another layout is refused whole", "[models][weights]") {
  Context<Cpu> cpu{{.threads = 1}};
  const auto modern = small<ModernBertSpec>();
  save(initialise(cpu, modern, {.seed = 3}), path);
  const auto wider = small<ModernBertSpec>(16);
  auto parameters = initialise(cpu, wider, {.seed = 5});
  const auto before = initialise(cpu, wider, {.seed = 5});
  CHECK_THROWS_WITH(load(cpu, path, parameters), Catch::Matchers::ContainsSubstring("of the wrong shape") &&
                                                     Catch::Matchers::ContainsSubstring("'embedding.word.weight'"));
  check_equal(before, parameters);
  CHECK_THROWS_AS(save(before, path / "nowhere"), FileError);
  std::filesystem::remove(path);
  CHECK_THROWS_AS(load(cpu, path, parameters), FileError);
}
