// SPDX-License-Identifier: Apache-2.0
// Law 4: the vector of a text does not depend on the texts beside it, their order, the number of threads or who else
// runs the model.
#include "catch.hpp"
#include "exec/texts.hpp"

#include <numeric>
#include <thread>

using namespace exec_test;

namespace {

// 64 texts of mixed lengths; some longer than what one attention task or one block of rows holds.
std::vector<Encoding> many() {
  std::vector<Encoding> result = texts(61, 211, 128);
  for (const std::int64_t length : {1, 193, 400}) result.push_back(text_of(length, 211));
  return result;
}

std::vector<std::size_t> shuffled(std::size_t n, std::uint32_t seed) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(seed));
  return order;
}

// Runs the texts in that order, in packs of at most that many; "" where each has the bits of `alone`.
template <class Spec>
std::string run_in_order(const MeanEncoder<Spec>& encoder, Context<Cpu>& context, const Parameters<Cpu>& parameters,
                         const std::vector<Encoding>& all, const std::vector<std::size_t>& order,
                         const std::vector<Tensor<float>>& alone, std::size_t pack) {
  for (std::size_t first = 0; first < order.size(); first += pack) {
    Batch batch;
    for (std::size_t i = first; i < std::min(first + pack, order.size()); ++i)
      batch.add(all[order[i]].ids, all[order[i]].type_ids);
    const Tensor<float> together = encore::testing::run_infer(context, parameters, batch, encoder);
    for (std::int64_t i = 0; i < together.rows(); ++i) {
      const std::size_t text = order[first + std::size_t(i)];
      const std::string difference =
          different_bits<float>(alone[text].matrix(), {together.matrix().row(i), 1, together.cols(), together.cols()});
      if (!difference.empty()) return "text " + std::to_string(text) + ": " + difference;
    }
  }
  return {};
}

template <class Spec>
std::vector<Tensor<float>> one_by_one(const MeanEncoder<Spec>& encoder, Context<Cpu>& context,
                                      const Parameters<Cpu>& parameters, const std::vector<Encoding>& all) {
  std::vector<Tensor<float>> vectors;
  for (const Encoding& text : all) {
    Batch batch;
    batch.add(text.ids, text.type_ids);
    vectors.push_back(encore::testing::run_infer(context, parameters, batch, encoder));
  }
  return vectors;
}

}  // namespace

TEMPLATE_TEST_CASE("a text's vector has the same bits alone, among 63 others in any order, and with 1, 2 or 5 threads",
                   "", BertBlockSpec<LearnedPosition>, BertBlockSpec<RelativePosition>, ModernBlockSpec) {
  const std::vector<Encoding> all = many();
  const MeanEncoder<TestType> encoder(odd_config<TestType>());
  for (const cpu::KernelTable* table : all_tables()) {
    INFO(table->isa);
    auto single = cpu_context(*table);
    const auto parameters = random_parameters(single, encoder.layout, StoreKind::inference, 1);
    const auto alone = one_by_one(encoder, single, parameters, all);
    for (const int threads : {1, 2, 5}) {
      INFO(threads);
      auto context = cpu_context(*table, threads);
      CHECK(run_in_order(encoder, context, parameters, all, shuffled(64, 1), alone, 9) == "");
      CHECK(run_in_order(encoder, context, parameters, all, shuffled(64, 2), alone, 64) == "");
    }
  }
}

TEST_CASE("several host threads at once on one store, each with its own context, get the same bits") {
  const std::vector<Encoding> all = many();
  const MeanEncoder<ModernBlockSpec> encoder(odd_config<ModernBlockSpec>());
  for (const cpu::KernelTable* table : all_tables()) {
    INFO(table->isa);
    auto single = cpu_context(*table);
    const auto parameters = random_parameters(single, encoder.layout, StoreKind::inference, 1);
    const auto alone = one_by_one(encoder, single, parameters, all);
    std::vector<std::string> differences(4);
    {
      std::vector<std::jthread> hosts;
      for (std::size_t host = 0; host < differences.size(); ++host)
        hosts.emplace_back([&, host] {
          auto context = cpu_context(*table, int(host % 2) + 1);
          for (std::uint32_t round = 0; round < 3 && differences[host].empty(); ++round)
            differences[host] = run_in_order(encoder, context, parameters, all,
                                             shuffled(64, std::uint32_t(host) * 3 + round), alone, 64);
        });
    }
    for (const std::string& difference : differences) CHECK(difference == "");
  }
}
