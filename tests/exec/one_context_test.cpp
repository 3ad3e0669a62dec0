// SPDX-License-Identifier: Apache-2.0
// A context belongs to one call at a time. Who comes second, from another thread or from inside a run, is told so in
// one sentence, and the first goes on. Under ThreadSanitizer this shows that nothing is touched before it is known.
#include "catch.hpp"
#include "exec/texts.hpp"

#include <encore/models/bert.hpp>
#include <encore/models/sentence_encoder.hpp>

#include <atomic>
#include <thread>

using namespace exec_test;

namespace {

Config<BertSpec> small() {
  Config<BertSpec> config;
  config.shape = {
      .vocabulary = 50, .hidden = 16, .layers = 1, .heads = 2, .intermediate = 24, .max_positions = 64, .types = 2};
  return config;
}

// Runs f(thread) on several threads until all have had `runs` turns. Counts what was done and what was refused;
// anything else is an error.
struct Tally {
  std::atomic<int> done{0}, refused{0}, wrong{0};
};
template <class F>
void on_threads(Tally& tally, int threads, int runs, const F& f) {
  std::vector<std::thread> all;
  std::atomic<int> ready{0};
  for (int t = 0; t < threads; ++t)
    all.emplace_back([&, t] {
      ++ready;
      while (ready < threads) std::this_thread::yield();
      for (int i = 0; i < runs; ++i) {
        try {
          tally.wrong += !f(t);
          ++tally.done;
        } catch (const ArgumentError& error) {
          tally.wrong +=
              std::string(error.what()) != "executor: the context runs another one; give each its own context";
          ++tally.refused;
        } catch (...) {
          ++tally.wrong;
        }
      }
    });
  for (std::thread& thread : all) thread.join();
}

}  // namespace

TEST_CASE("threads that share a context get their rows or one sentence") {
  const SentenceEncoder<BertSpec> encoder(small(), {{Pooling::mean}});
  const std::vector<std::vector<Encoding>> inputs{texts(3, 50, 20, 1), texts(5, 50, 60, 2), texts(1, 50, 9, 3)};
  const auto on = [&]<class B>(Context<B>& context) {
    const auto parameters = random_parameters(context, encoder.layout(), StoreKind::inference, 1);
    std::vector<Tensor<float>> expected;
    for (const auto& input : inputs) expected.push_back(encoder.run(context, parameters, std::span(input)));
    Tally tally;
    on_threads(tally, 3, 100, [&](int t) {
      const auto which = std::size_t(t);
      const auto vectors = encoder.run(context, parameters, std::span(inputs[which]),
                                       {.tokens_per_pack = 40, .progress = {}, .stop = {}});
      return different_bits(vectors, expected[which]).empty();
    });
    CHECK(tally.wrong == 0);
    CHECK(tally.done + tally.refused == 300);
    CHECK(tally.done > 0);
    // Nobody is in the way any more.
    CHECK(different_bits(encoder.run(context, parameters, std::span(inputs[0])), expected[0]) == "");
  };
  on(lvalue(Context<Reference<float>>{}));
  on(lvalue(cpu_context(*all_tables().back(), 1)));
  on(lvalue(cpu_context(*all_tables().back(), 2)));
}

TEST_CASE("threads that record on a context get their rows or one sentence") {
  const MeanEncoder<BertBlockSpec<LearnedPosition>> encoder(odd_config<BertBlockSpec<LearnedPosition>>());
  const Batch batch = encore::testing::numbered_batch({5, 1, 12}, 211, 2);
  auto context = cpu_context(*all_tables().back(), 2);
  const auto parameters = random_parameters(context, encoder.layout, StoreKind::training, 1);
  const auto expected = encore::testing::run_record(context, parameters, batch, encoder);
  Tally tally;
  on_threads(tally, 2, 20, [&](int t) {
    const auto rows = t ? encore::testing::run_record(context, parameters, batch, encoder)
                        : encore::testing::run_infer(context, parameters, batch, encoder);
    return different_bits(rows, expected).empty();
  });
  CHECK(tally.wrong == 0);
  CHECK(tally.done > 0);
}

TEST_CASE("infer has the context until it is done: what is asked for meanwhile is refused") {
  auto context = cpu_context(*all_tables().back());
  const auto parameters = random_parameters(context, std::make_shared<ParameterLayout>(), StoreKind::inference, 1);
  const Tensor<float> x = normal<float>(2, 4, 1);
  const auto tanh = [&](auto& ex) { return ex.activate(Activation::tanh, ex.input(x.matrix())); };
  const auto expected = in_infer(context, parameters, Segments({2}), tanh);
  int refused = 0;
  const auto found = in_infer(context, parameters, Segments({2}), [&](auto& ex) {
    const auto y = tanh(ex);
    try {
      in_infer(context, parameters, Segments({2}), tanh);
    } catch (const ArgumentError&) {
      ++refused;
    }
    return y;
  });
  CHECK(refused == 2);  // while counting, and while running
  CHECK(different_bits(found, expected) == "");
}

TEST_CASE("a progress function may run a model on the same context, and changes no row") {
  const SentenceEncoder<BertSpec> encoder(small(), {{Pooling::mean}});
  const std::vector<Encoding> inputs = texts(12, 50, 40), others = texts(30, 50, 40, 7);
  auto context = cpu_context(*all_tables().back(), 2);
  const auto parameters = random_parameters(context, encoder.layout(), StoreKind::inference, 1);
  const auto expected = encoder.run(context, parameters, std::span(inputs));
  const auto expected_others = encoder.run(context, parameters, std::span(others));
  int calls = 0;
  const RunOptions options{
      .tokens_per_pack = 30,
      .progress =
          [&](std::size_t, std::size_t) {
            ++calls;
            CHECK(different_bits(encoder.run(context, parameters, std::span(others)), expected_others) == "");
          },
      .stop = {}};
  CHECK(different_bits(encoder.run(context, parameters, std::span(inputs), options), expected) == "");
  CHECK(calls > 3);
}
