// SPDX-License-Identifier: Apache-2.0
// BERT on Cuda, whole: outputs and gradients against the reference in double, Infer against Record and packs against
// single texts bit by bit.
#include "catch.hpp"
#include "cuda/numbers.hpp"

#include <encore/models/bert.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/tasks.hpp>

using namespace cuda_test;

namespace {

Config<BertSpec> bert_config(BertPositions positions) {
  Config<BertSpec> config;
  config.shape = {
      .vocabulary = 50, .hidden = 48, .layers = 2, .heads = 3, .intermediate = 88, .max_positions = 80, .types = 2};
  config.position.kind = positions;
  return config;
}

const std::vector<std::int64_t> lengths{1, 7, 70, 33};

Batch texts(const std::vector<std::int64_t>& sizes) { return encore::testing::numbered_batch(sizes, 50, 2); }

// All outputs and, with a loss on the words, the gradients of all parameters.
template <class B>
Numbers run(Context<B>& context, const TaskModel<BertSpec, heads::PreTraining>& model) {
  using S = scalar_t<B>;
  Numbers result;
  const Batch batch = texts(lengths);
  const Parameters<B> parameters = random_parameters(context, model.layout(), StoreKind::training, 1);
  Parameters<B> gradients = parameters.gradients(context);
  std::vector<std::int32_t> targets;
  for (std::int64_t n = 0; n < batch.segments().tokens(); ++n) targets.push_back(n % 5 ? -1 : std::int32_t(n * 3 % 50));
  Record<B> ex(context, parameters, batch.segments(), &gradients, {.training = true, .seed = 3});
  const auto outputs = model(ex, indices_of(ex, batch));
  outputs.each([&](std::string_view name, Rows, const auto& value) {
    result[std::string(name)] = to_double<S>(ex.view(value));
  });
  auto loss = ex.cross_entropy(outputs.prediction_logits, ex.indices(targets));
  result["loss"] = to_double<S>(ex.view(loss));
  ex.backward(loss);
  double all = 0;
  for (std::size_t i = 0; i < model.layout()->size(); ++i) {
    const ParameterId id{std::int32_t(i)};
    const std::vector<S> values = gradients.values(id);
    result["gradient of " + (*model.layout())[id].name()] =
        to_double<S>(MatrixView<const S>{values.data(), 1, std::int64_t(values.size()), std::int64_t(values.size())});
    for (const S value : values) all += double(value) * double(value);
  }
  result["gradients, all"] = Tensor<double>(Shape{1, 1});
  result["gradients, all"].matrix()(0, 0) = std::sqrt(all);
  return result;
}

}  // namespace

TEST_CASE("BERT on Cuda agrees with the reference in double, gradients too", "[cuda][encoder]") {
  for (const BertPositions positions : {BertPositions::absolute, BertPositions::relative_key_query}) {
    const TaskModel<BertSpec, heads::PreTraining> model(bert_config(positions));
    const Numbers theirs = run(lvalue(Context<Reference<double>>()), model);
    const double largest = theirs.at("gradients, all").matrix()(0, 0);
    // Some gradients are zero but for rounding (the keys' bias): they are judged beside all others.
    const auto error = [&](const std::string& name, const Numbers& numbers) {
      const Tensor<double>& expected = theirs.at(name);
      const double plain = norm_error(numbers.at(name), expected);
      if (!name.starts_with("gradient of")) return plain;
      double norm = 0;
      for (const double value : expected.values()) norm += value * value;
      norm = std::sqrt(norm);
      return norm > 0 ? plain * norm / std::max(norm, 1e-3 * largest) : plain / largest;
    };
    // fp32: three times the error of the reference in float. bfloat16 has 16 bits fewer: 2^16 times that error.
    const Numbers in_float = run(lvalue(Context<Reference<float>>()), model);
    const Numbers full = run(lvalue(cuda_context(Precision::f32)), model);
    const Numbers half = run(lvalue(cuda_context(Precision::bf16)), model);
    for (const auto& [name, expected] : theirs) {
      INFO(name);
      CHECK(error(name, full) <= std::max(3 * error(name, in_float), 1e-6));
      CHECK(error(name, half) <= std::max(0x1p16 * error(name, in_float), 1e-2));
    }
  }
}

TEST_CASE("BERT on Cuda: Infer equals Record, and a text's rows do not depend on its pack", "[cuda][encoder]") {
  for (const BertPositions positions : {BertPositions::absolute, BertPositions::relative_key}) {
    const EncoderModel<BertSpec> model(bert_config(positions));
    for (const Precision precision : {Precision::f32, Precision::bf16}) {
      Context<Cuda> context = cuda_context(precision);
      INFO(name_of(precision));
      const auto same = encore::testing::infer_equals_record(context, model.layout(), texts(lengths), model.encoder());
      CHECK(same.detail == "");
      const auto alone = encore::testing::batch_invariance(context, model.layout(), texts(lengths), model.encoder());
      CHECK(alone.detail == "");
    }
  }
}

TEST_CASE("What Cuda cannot do is said before work starts", "[cuda][errors]") {
  CHECK_THROWS_WITH(cuda_context(Precision::int8),
                    "precision 'int8' is not supported by the cuda backend; there are f32 and bf16");
  Context<Cuda> context = cuda_context(Precision::f32);
  Config<BertSpec> config = bert_config(BertPositions::absolute);
  config.shape.hidden = 136;
  config.shape.heads = 1;
  const EncoderModel<BertSpec> wide(config);
  CHECK_THROWS_WITH(
      encore::testing::run_infer(context, random_parameters(context, wide.layout(), StoreKind::inference, 1),
                                 texts({3}), wide.encoder()),
      "attention: head size 136 is not supported by the cuda backend; it takes up to 128");

  ParameterLayout empty;
  const Parameters<Cuda> none(context, std::make_shared<ParameterLayout>(), StoreKind::training);
  const Segments segments(std::vector<std::int64_t>{2});
  Record<Cuda> ex(context, none, segments, nullptr);
  auto x = ex.input(normal<float>(2, 3, 1).matrix());
  const std::vector<std::int32_t> beyond{0, 2}, raw{0, 1};
  CHECK_THROWS_WITH(ex.gather_rows(x, ex.indices(beyond)), "gather_rows: index 2 of row 1 is none of the 2 rows");
  CHECK_THROWS_WITH(ex.gather_rows(x, Indices{raw.data(), 2}),
                    "indices for the cuda backend come from Executor::indices");
  const std::vector<std::int32_t> targets{0, 3};
  CHECK_THROWS_AS(ex.cross_entropy(x, ex.indices(targets)), InputError);
}

TEST_CASE("Cuda says how many bytes it could not get", "[cuda][errors]") {
  if (on_gpu()) {
    Context<Cuda> context = cuda_context(Precision::f32);
    CHECK_THROWS_AS(cuda::Buffer(context.device(), std::size_t{1} << 50), MemoryError);
    return;
  }
  Context<Cuda> context({.machine = std::make_shared<Emulator>(false, std::size_t{1} << 20)});
  CHECK_THROWS_WITH(context.workspace().reserve(std::size_t{1} << 21), "out of memory: 2097152 bytes asked for");

  // A pass that could not begin leaves the context free: the second one says the same.
  Context<Cuda> tiny({.machine = std::make_shared<Emulator>(false, std::size_t{1} << 10)});
  const Parameters<Cuda> none(tiny, std::make_shared<ParameterLayout>(), StoreKind::training);
  const Segments segments(std::vector<std::int64_t>{2});
  for (int pass = 0; pass < 2; ++pass) CHECK_THROWS_AS(Record<Cuda>(tiny, none, segments, nullptr), MemoryError);
}
