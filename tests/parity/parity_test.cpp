// SPDX-License-Identifier: Apache-2.0
// Every published dialect of BERT against transformers in float64: tests/parity/FORMAT.md.
#include "parity_case.hpp"

#include <catch.hpp>
#include <encore/backend/cpu.hpp>
#include <encore/backend/reference.hpp>

#include <cstdio>

using namespace encore;

namespace {

// Learnable activations have parameters a config cannot name; they are refused by name instead.
bool is_refused(const std::string& name) { return name == "act_prelu" || name == "act_xielu"; }

template <class B>
void check_case(const Context<B>& context, const parity::Case& test, double factor) {
  const JsonObject json = test.folder.config();
  const Checkpoint checkpoint = test.folder.checkpoint();
  const EncoderModel<BertSpec> model(BertSpec::config(json), BertSpec::heads(json, checkpoint));
  Parameters<B> parameters(context, model.layout(), StoreKind::inference);
  load_weights(context, checkpoint, BertSpec::weight_names(), test.name, parameters);
  const parity::Numbers got = parity::run(context, model, parameters, test.texts);
  for (const auto& kind : test.description.at("tensors")) {
    const double error = parity::relative_error(got, test.expected, kind);
    const double tolerance = factor > 0 ? factor * test.tolerance(kind) : 1e-12;
    INFO(test.name << " " << kind << ": " << error << " (tolerance " << tolerance << ")");
    CHECK(error <= tolerance);
    if (std::getenv("ENCORE_PARITY_TABLE"))
      std::printf("| %s | %s | %s | %.2e | %.2e |\n", test.name.c_str(), kind.template get<std::string>().c_str(),
                  std::string(context.isa()).c_str(), error,
                  test.description.at("float32_error").at(kind).template get<double>());
  }
}

}  // namespace

TEST_CASE("the reference backend in double reproduces transformers in float64", "[parity]") {
  const Context<Reference<double>> context;
  for (const auto& path : parity::all_cases()) {
    if (is_refused(path.filename().string())) continue;
    check_case(context, parity::Case(path), 0);
  }
}

TEST_CASE("the cpu backend errs no more than twice what PyTorch's float32 does, on every instruction set", "[parity]") {
  for (const char* isa : {"sse2", "avx2", "avx512", "neon", "scalar"}) {
    const cpu::KernelTable* table = cpu::table_for(isa);
    if (!table) continue;
    const Context<Cpu> context{{.threads = 2, .kernels = table}};
    for (const auto& path : parity::all_cases()) {
      if (is_refused(path.filename().string())) continue;
      check_case(context, parity::Case(path), 1);
    }
  }
}

TEST_CASE("activations with parameters of their own are refused by name", "[parity]") {
  int refused = 0;
  for (const auto& path : parity::all_cases()) {
    if (!is_refused(path.filename().string())) continue;
    ++refused;
    const parity::Case test(path);
    CHECK_THROWS_WITH(BertSpec::config(test.folder.config()), Catch::Matchers::ContainsSubstring("hidden_act") &&
                                                                  Catch::Matchers::ContainsSubstring("not supported"));
  }
  CHECK(refused == 2);
}
