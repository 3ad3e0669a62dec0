// SPDX-License-Identifier: Apache-2.0
// Law 5: into a given buffer, a batch no larger than one already run allocates nothing.
#include "catch.hpp"
#include "exec/allocation_counter.hpp"
#include "exec/texts.hpp"

#include <encore/models/nomicbert.hpp>
#include <encore/models/roberta.hpp>
#include <encore/models/sentence_encoder.hpp>

using namespace exec_test;

namespace {

template <class Spec>
void allocates_nothing(const Config<Spec>& config) {
  std::vector<Encoding> large = texts(40, 211, 128), same = texts(40, 211, 128);
  std::reverse(same.begin(), same.end());
  const std::vector<Encoding> fewer(large.begin(), large.begin() + 7), one(large.begin() + 3, large.begin() + 4);
  const RunOptions options{.tokens_per_pack = 500, .progress = {}, .stop = {}};
  const SentenceEncoder<Spec> encoder(config, {{Pooling::mean}});
  for (const cpu::KernelTable* table : all_tables()) {
    for (const int threads : {1, 2}) {
      INFO(table->isa << ", " << threads << " threads");
      auto context = cpu_context(*table, threads);
      const auto parameters = random_parameters(context, encoder.layout(), StoreKind::inference, 1);
      Tensor<float> vectors(Shape{40, 60});
      encoder.run(context, parameters, large, vectors.matrix(), options);
      const auto counted_run = [&](const std::vector<Encoding>& some) {
        const long before = allocations();
        encoder.run(context, parameters, some, MatrixView<float>{vectors.data(), std::int64_t(some.size()), 60, 60},
                    options);
        return allocations() - before;
      };
      CHECK(counted_run(large) == 0);
      CHECK(counted_run(same) == 0);
      CHECK(counted_run(fewer) == 0);
      CHECK(counted_run(one) == 0);
    }
  }
}

}  // namespace

TEST_CASE("a forward pass into a given buffer, no larger than one already run, makes no heap allocation") {
  if (!counts_allocations()) ENCORE_SKIP("a sanitizer does the allocating");
  for (const BertPositions positions : {BertPositions::absolute, BertPositions::relative_key_query}) {
    Config<BertSpec> config;
    config.shape = odd_config<BertBlockSpec<LearnedPosition>>().shape;
    config.position.kind = positions;
    allocates_nothing(config);
  }
}

TEST_CASE("nor where positions are counted without a padding id, or rotations go beyond the stored rows") {
  if (!counts_allocations()) ENCORE_SKIP("a sanitizer does the allocating");
  Config<RobertaSpec> counted;
  counted.shape = odd_config<BertBlockSpec<LearnedPosition>>().shape;
  counted.position.padding = 5;
  allocates_nothing(counted);
  Config<NomicBertSpec> rotated;
  rotated.shape = odd_config<BertBlockSpec<LearnedPosition>>().shape;
  rotated.shape.max_positions = 20;
  allocates_nothing(rotated);
}
