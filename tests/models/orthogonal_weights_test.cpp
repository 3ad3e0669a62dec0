// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include <encore/backend/cpu.hpp>
#include <encore/backend/reference.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/orthogonal_weights.hpp>

#include <cmath>

using namespace encore;

namespace {

// How far rows [from, from + rows) are from orthogonal, of squared length `square`; columns where there are fewer.
double distance(const std::vector<double>& w, std::int64_t from, std::int64_t rows, std::int64_t cols, double square) {
  const auto at = [&](std::int64_t r, std::int64_t c) { return w[std::size_t((from + r) * cols + c)]; };
  const std::int64_t count = std::min(rows, cols), length = std::max(rows, cols);
  double worst = 0;
  for (std::int64_t a = 0; a < count; ++a)
    for (std::int64_t b = 0; b < count; ++b) {
      double sum = a == b ? -square : 0;
      for (std::int64_t i = 0; i < length; ++i) sum += rows <= cols ? at(a, i) * at(b, i) : at(i, a) * at(i, b);
      worst = std::fmax(worst, std::fabs(sum));
    }
  return worst;
}

const Config<BertSpec> config{
    .shape = {.vocabulary = 30, .hidden = 12, .layers = 2, .heads = 2, .intermediate = 20, .max_positions = 16}};

}  // namespace

TEST_CASE("orthogonal weights have the gain for all singular values, section by section, and leave the rest") {
  Context<Reference<double>> context;
  const EncoderModel<BertSpec> model(config);
  const auto normal = initialise(context, model, {.seed = 1});
  auto weights = initialise(context, model, {.seed = 1});
  draw_orthogonal_weights(context, weights, {.seed = 2, .gain = 0.5});
  int sections = 0;
  for (std::int32_t i = 0; i < std::int32_t(model.layout()->size()); ++i) {
    const ParameterId id{i};
    const ParameterSpec& spec = (*model.layout())[id];
    INFO(spec.name());
    const std::vector<double> w = weights.values(id);
    if (!spec.reads_product || spec.reads_rows) {
      CHECK(w == normal.values(id));
      continue;
    }
    std::int64_t from = 0;
    for (const ParameterSection& section : spec.sections) {
      CHECK(distance(w, from, section.rows, spec.cols(), 0.25) < 1e-15);
      from += section.rows;
      ++sections;
    }
  }
  CHECK(sections == 2 * 6);  // query, key, value, output, and both of the feed-forward
}

TEST_CASE("orthogonal weights depend on seed and name, and are the same on the CPU, in float") {
  Context<Reference<double>> context;
  Context<Cpu> cpu({.threads = 1});
  const EncoderModel<BertSpec> model(config);
  auto weights = initialise(context, model), again = initialise(context, model), other = initialise(context, model);
  auto on_cpu = initialise(cpu, model);
  draw_orthogonal_weights(context, weights, {.seed = 2});
  draw_orthogonal_weights(context, again, {.seed = 2});
  draw_orthogonal_weights(context, other, {.seed = 3});
  draw_orthogonal_weights(cpu, on_cpu, {.seed = 2});
  std::vector<std::vector<double>> seen;
  for (std::int32_t i = 0; i < std::int32_t(model.layout()->size()); ++i) {
    const ParameterId id{i};
    if (!(*model.layout())[id].reads_product) continue;
    const std::vector<double> w = weights.values(id);
    CHECK(w == again.values(id));
    CHECK(w != other.values(id));
    const std::vector<float> f = on_cpu.values(id);
    CHECK(std::equal(f.begin(), f.end(), w.begin(), w.end(), [](float a, double b) { return a == float(b); }));
    CHECK(std::find(seen.begin(), seen.end(), w) == seen.end());
    seen.push_back(w);
  }
}
