// SPDX-License-Identifier: Apache-2.0
// Gradients: Record runs the very layers that Infer runs, keeps a tape, and walks it backwards. Here a tiny masked
// language model learns one sentence by plain gradient descent, written out by hand.
#include <encore/backend/cpu.hpp>
#include <encore/exec/record.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/tasks.hpp>

#include <cstdio>

namespace {

using encore::Cpu;

// w <- w - rate * gradient, for every parameter.
void descend(encore::Context<Cpu>& cpu, encore::Parameters<Cpu>& weights, const encore::Parameters<Cpu>& gradients,
             float rate) {
  for (std::int32_t i = 0; i < std::int32_t(weights.layout().size()); ++i) {
    const encore::ParameterId id{i};
    const std::vector<float> gradient = gradients.values(id);
    weights.fill(cpu, id, [&](std::span<float> rows) {  // holds the old numbers, takes the new ones
      for (std::size_t n = 0; n < rows.size(); ++n) rows[n] -= rate * gradient[n];
    });
  }
}

}  // namespace

int main() {
  const encore::Config<encore::BertSpec> config{
      .shape = {.vocabulary = 30, .hidden = 32, .layers = 2, .heads = 2, .max_positions = 16, .types = 2}};
  const encore::MaskedLm<encore::BertSpec> model(config);
  encore::Context<Cpu> cpu{{.threads = 1}};
  encore::Parameters<Cpu> weights = encore::initialise(cpu, model, {.seed = 1});

  // The sentence 2 11 12 13 14 15 3 with two tokens hidden behind the mask, 4. Targets below 0 do not count.
  encore::Batch batch;
  batch.add(std::vector<std::int32_t>{2, 11, 4, 13, 14, 4, 3});
  const std::vector<std::int32_t> targets{-100, -100, 12, -100, -100, 15, -100};

  double first = 0, last = 0;
  for (int step = 0; step <= 60; ++step) {
    encore::Parameters<Cpu> gradients = weights.gradients(cpu);  // zero
    encore::Record<Cpu> ex(cpu, weights, batch.segments(), &gradients);
    const auto logits = model(ex, indices_of(ex, batch)).logits;  // [7, 30]
    const auto loss = ex.cross_entropy(logits, ex.indices(targets));
    last = double(ex.view(loss)(0, 0));
    if (step == 0) first = last;
    if (step % 10 == 0) std::printf("step %2d   loss %.4f\n", step, last);
    ex.backward(loss);
    descend(cpu, weights, gradients, 0.1f);
  }
  return last < 0.1 * first ? 0 : 1;
}
