// SPDX-License-Identifier: Apache-2.0
// How long a text may be: as long as the tables of positions are, and as long as one likes where there are none.
#include "catch.hpp"

#include <encore/backend/cpu.hpp>
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>
#include <encore/exec/record.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/nomicbert.hpp>
#include <encore/models/roberta.hpp>

#include <cmath>
#include <vector>

using namespace encore;
using Catch::Matchers::Message;

namespace {

Config<NomicBertSpec> rotated(std::int64_t positions) {
  Config<NomicBertSpec> config;
  config.shape = {.vocabulary = 23, .hidden = 16, .layers = 2, .heads = 2, .intermediate = 20};
  config.shape.max_positions = positions;
  config.shape.types = 2;
  config.attention.bias = Bias::no;
  return config;
}

std::vector<std::int32_t> ids(std::int64_t length, std::int32_t first) {
  std::vector<std::int32_t> result;
  for (std::int64_t i = 0; i < length; ++i) result.push_back(std::int32_t((i * 7 + first) % 23));
  return result;
}

template <class B>
std::vector<scalar_t<B>> states(Context<B>& context, const EncoderModel<NomicBertSpec>& model, const Batch& batch) {
  const Parameters<B> parameters =
      initialise(context, model, {.seed = 3, .deviation = 0.3, .kind = StoreKind::inference});
  model.check(batch);
  std::vector<scalar_t<B>> result;
  infer(context, parameters, batch.segments(), {}, [&](auto& ex) {
    const auto y = model.encoder()(ex, indices_of(ex, batch));
    const auto rows = ex.view(y);
    if constexpr (std::remove_reference_t<decltype(ex)>::computing)
      for (std::int64_t r = 0; r < rows.rows; ++r) result.insert(result.end(), rows.row(r), rows.row(r) + rows.cols);
  });
  return result;
}

}  // namespace

TEST_CASE("rotations beyond the stored rows are what stored rows would be, bit by bit", "[models][positions]") {
  const EncoderModel<NomicBertSpec> few(rotated(4)), many(rotated(64));
  CHECK_FALSE(few.position_limit());
  Batch batch;
  batch.add(ids(40, 3));
  batch.add(ids(3, 5));
  Context<Reference<double>> reference;
  CHECK(states(reference, few, batch) == states(reference, many, batch));
  for (const int threads : {1, 2}) {
    Context<Cpu> cpu{{.threads = threads}};
    CHECK(states(cpu, few, batch) == states(cpu, many, batch));
  }
}

TEST_CASE("a text has the same bits beside one that is longer than the stored rows", "[models][positions]") {
  const EncoderModel<NomicBertSpec> model(rotated(8));
  Context<Cpu> cpu;
  Batch alone, both;
  alone.add(ids(5, 3));
  both.add(ids(30, 1));
  both.add(ids(5, 3));
  const std::vector<float> of_both = states(cpu, model, both);
  CHECK(states(cpu, model, alone) == std::vector<float>(of_both.end() - 5 * 16, of_both.end()));
}

TEST_CASE("a pass beyond the stored rows trains: recorded it gives what inference gives", "[models][positions]") {
  const EncoderModel<NomicBertSpec> model(rotated(4));
  Context<Reference<double>> context;
  const auto parameters = initialise(context, model, {.seed = 3, .deviation = 0.3, .kind = StoreKind::training});
  Batch batch;
  batch.add(ids(11, 3));
  Parameters<Reference<double>> gradients = parameters.gradients(context);
  std::vector<double> recorded;
  {
    Record<Reference<double>> ex(context, parameters, batch.segments(), &gradients);
    const auto y = model.encoder()(ex, indices_of(ex, batch));
    const auto rows = ex.view(y);
    for (std::int64_t r = 0; r < rows.rows; ++r) recorded.insert(recorded.end(), rows.row(r), rows.row(r) + rows.cols);
    ex.backward(y, rows);
  }
  CHECK(states(context, model, batch) == recorded);
  double words = 0;
  for (const double x : gradients.values(model.encoder().embedding.word)) words += x * x;
  CHECK(std::isfinite(words));
  CHECK(words > 0);
}

TEST_CASE("dynamic RoPE turns each text by its own length, whatever is beside it", "[models][positions]") {
  Config<NomicBertSpec> config = rotated(8);
  config.position.scaling = {.kind = RopeScalingKind::dynamic, .factor = 2, .trained_positions = 8};
  const EncoderModel<NomicBertSpec> dynamic(config), plain(rotated(8));
  Context<Cpu> cpu;
  Batch alone, both;
  alone.add(ids(5, 3));
  both.add(ids(30, 1));
  both.add(ids(5, 3));
  const std::vector<float> of_both = states(cpu, dynamic, both), of_short = states(cpu, dynamic, alone);
  CHECK(of_short == std::vector<float>(of_both.end() - 5 * 16, of_both.end()));
  const std::vector<float> unscaled = states(cpu, plain, both);
  double longer = 0, shorter = 0;
  for (std::size_t i = 0; i < of_both.size(); ++i)
    (i < 30 * 16 ? longer : shorter) += std::abs(double(of_both[i]) - double(unscaled[i]));
  CHECK(longer > 0.1);
  CHECK(shorter < 1e-3);
}

TEST_CASE("ids that positions do not count do not count towards the limit either", "[models][positions]") {
  Config<RobertaSpec> config;
  config.shape = {.vocabulary = 23, .hidden = 16, .layers = 1, .heads = 2, .intermediate = 20};
  config.shape.max_positions = 6;
  config.position.padding = 1;
  const EncoderModel<RobertaSpec> model(config);
  CHECK(model.position_limit() == 6);
  CHECK(model.uncounted_id() == 1);
  Batch fits, beyond;
  fits.add(std::vector<std::int32_t>{3, 1, 4, 1, 5, 6, 7, 1, 8});
  beyond.add(std::vector<std::int32_t>{3, 1, 4, 1, 5, 6, 7, 1, 8, 9});
  CHECK_NOTHROW(model.check(fits));
  CHECK_THROWS_MATCHES(model.check(beyond), InputError, Message("sequence 0: 7 tokens, the model takes at most 6"));
}
