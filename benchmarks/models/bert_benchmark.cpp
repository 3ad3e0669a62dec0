// SPDX-License-Identifier: Apache-2.0
// Whole encoders with random weights of published sizes: ms a batch and tokens per second, by length, texts and
// threads.
#include <benchmark/benchmark.h>

#include <encore/backend/cpu.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/sentence_encoder.hpp>

#include <map>

namespace {

using namespace encore;

struct Sizes {
  const char* name;
  std::int64_t hidden, layers, heads;
};
constexpr Sizes sizes[] = {{"MiniLM-L6", 384, 6, 12}, {"BERT-base", 768, 12, 12}};

struct Model {
  SentenceEncoder<BertSpec> encoder;
  Parameters<Cpu> parameters;
};

// Weights do not depend on the number of threads, so one set serves all.
const Model& model_of(std::int64_t which) {
  static std::map<std::int64_t, Model> models;
  const auto found = models.find(which);
  if (found != models.end()) return found->second;
  const Sizes& s = sizes[which];
  Config<BertSpec> config{
      .shape = {.vocabulary = 30522, .hidden = s.hidden, .layers = s.layers, .heads = s.heads, .types = 2}};
  SentenceEncoder<BertSpec> encoder(config);
  Context<Cpu> cpu{{.threads = 1}};
  Parameters<Cpu> parameters = initialise(cpu, encoder, {.kind = StoreKind::inference});
  return models.emplace(which, Model{std::move(encoder), std::move(parameters)}).first->second;
}

// Arguments: model, tokens a text, texts, threads.
void forward(benchmark::State& state) {
  const Model& model = model_of(state.range(0));
  Context<Cpu> context{{.threads = int(state.range(3))}};
  std::vector<Encoding> texts(static_cast<std::size_t>(state.range(2)));
  for (std::size_t t = 0; t < texts.size(); ++t)
    for (std::int64_t i = 0; i < state.range(1); ++i)
      texts[t].ids.push_back(std::int32_t(1000 + (std::int64_t(t) * 131 + i * 7) % 20000));
  Tensor<float> vectors(Shape{state.range(2), model.encoder.dimension()});
  for (auto _ : state) model.encoder.run(context, model.parameters, texts, vectors.matrix());
  state.SetLabel(std::string(sizes[state.range(0)].name) + " " + std::string(context.isa()));
  state.SetItemsProcessed(state.iterations() * state.range(1) * state.range(2));
}

void arguments(benchmark::internal::Benchmark* b) {
  for (std::int64_t which : {0, 1})
    for (std::int64_t threads : {1, 2})
      for (std::int64_t length : {8, 16, 32, 128, 512}) b->Args({which, length, 1, threads});
  for (std::int64_t which : {0, 1}) b->Args({which, 24, 32, 2});
}
BENCHMARK(forward)
    ->Apply(arguments)
    ->ArgNames({"model", "tokens", "texts", "threads"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
