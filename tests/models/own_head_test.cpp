// SPDX-License-Identifier: Apache-2.0
// Heads are policies: one of the user's own stands on any spec as the library's do.
#include "catch.hpp"

#include <encore/backend/cpu.hpp>
#include <encore/backend/reference.hpp>
#include <encore/exec/record.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/modernbert.hpp>
#include <encore/models/tasks.hpp>
#include <encore/testing/properties.hpp>

using namespace encore;

namespace {

// A number for each pair of neighbours: w . (x_n * x_{n - 1}), [N, 1].
template <class Spec>
struct Junctions {
  struct Options {
    Bias bias = Bias::yes;
  };
  static constexpr Rows rows = Rows::tokens;
  Linear score;

  Junctions(Builder root, const Config<Spec>& config, const Options& options, ParameterId)
      : score(root / "junction", config.shape.hidden, 1, options.bias) {}
  std::int64_t width() const { return 1; }
  template <class Value>
  Logits<Rows::tokens, Value> operator()(auto& ex, Encoded<Spec, Value> x, const BatchIndices&) const {
    const Value before = ex.shift(x.states, -1);
    return {score(ex, ex.gate(Activation::identity, x.states, before))};
  }
};

template <class Spec>
Config<Spec> small() {
  Config<Spec> config;
  config.shape = {.vocabulary = 9, .hidden = 8, .layers = 1, .heads = 2, .intermediate = 12, .max_positions = 16};
  return config;
}

Encoding tokens(std::vector<std::int32_t> ids) {
  Encoding encoding;
  encoding.type_ids.assign(ids.size(), 0);
  encoding.ids = std::move(ids);
  return encoding;
}

}  // namespace

TEST_CASE("a head of the user's own infers and trains on any spec", "[models][heads]") {
  const auto check = [](const auto& model) {
    const auto outputs = [&](auto& ex, const BatchIndices& in) { return model(ex, in).logits; };
    CHECK(encore::testing::check_encoder_function(model.layout(), model.config().shape, outputs).failures() == "");

    Context<Cpu> cpu{{.threads = 1}};
    const auto parameters = initialise(cpu, model, {.seed = 1, .kind = StoreKind::inference});
    const std::vector<Encoding> texts{tokens({1, 2, 3}), tokens({4}), tokens({5, 6})};
    const auto logits = model.run(cpu, parameters, texts);
    REQUIRE(logits.size() == 3);
    CHECK(logits[0].shape() == Shape{3, 1});
    CHECK(logits[1].shape() == Shape{1, 1});
  };
  check(TaskModel<BertSpec, Junctions>(small<BertSpec>()));
  check(TaskModel<ModernBertSpec, Junctions>(small<ModernBertSpec>(), {.bias = Bias::no}));
}

TEST_CASE("logits come into the caller's buffer in the order of the texts", "[models][heads]") {
  Context<Cpu> cpu{{.threads = 1}};
  const std::vector<Encoding> texts{tokens({1, 2, 3}), tokens({4}), tokens({5, 6, 7, 8, 3}), tokens({5, 6})};
  const auto check = [&](const auto& model, std::int64_t rows, std::int64_t width) {
    const auto parameters = initialise(cpu, model, {.seed = 1, .kind = StoreKind::inference});
    const auto apart = model.run(cpu, parameters, texts);
    Tensor<float> together(Shape{rows, width});
    // Packs of four tokens, so that texts are run out of order.
    RunOptions small_packs;
    small_packs.tokens_per_pack = 4;
    model.run(cpu, parameters, texts, together.matrix(), small_packs);
    std::vector<float> expected;
    for (const Tensor<float>& text : apart) expected.insert(expected.end(), text.values().begin(), text.values().end());
    CHECK(std::equal(expected.begin(), expected.end(), together.values().begin(), together.values().end()));
    Tensor<float> wrong(Shape{rows, width + 1});
    CHECK_THROWS_AS(model.run(cpu, parameters, texts, wrong.matrix()), ShapeError);
  };
  check(MaskedLm<BertSpec>(small<BertSpec>()), 11, 9);
  check(TokenClassifier<BertSpec>(small<BertSpec>(), {.labels = 5}), 11, 5);
  check(SequenceClassifier<BertSpec>(small<BertSpec>(), {.labels = 3}), 4, 3);
  check(NextSentencePredictor<BertSpec>(small<BertSpec>()), 4, 2);
}

TEST_CASE("the outputs of pre-training heads are members", "[models][heads]") {
  Context<Cpu> cpu{{.threads = 1}};
  const TaskModel<BertSpec, heads::PreTraining> model(small<BertSpec>());
  const auto parameters = initialise(cpu, model, {.seed = 1, .kind = StoreKind::inference});
  const Batch batch = encore::testing::numbered_batch({4, 1}, 9);
  infer(cpu, parameters, batch.segments(), {}, [&](auto& ex) {
    const auto outputs = model(ex, indices_of(ex, batch));
    CHECK(outputs.prediction_logits.rows() == 5);
    CHECK(outputs.seq_relationship_logits.rows() == 2);
    std::string names;
    outputs.each([&](std::string_view name, Rows, const auto&) { names += std::string(name) + " "; });
    CHECK(names == "pooler_output prediction_logits seq_relationship_logits ");
  });
}
