// SPDX-License-Identifier: Apache-2.0
// What the callers of a sentence encoder are told about their texts and prompts.
#include <encore/backend/reference.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/sentence_encoder.hpp>
#include <encore/text/tokenizer.hpp>

#include "catch.hpp"

#include <string>
#include <vector>

namespace {

using namespace encore;
using Catch::Matchers::Message;

Config<BertSpec> small() {
  Config<BertSpec> config;
  config.shape = {.vocabulary = 8, .hidden = 4, .layers = 1, .heads = 2, .intermediate = 8, .max_positions = 4};
  config.shape.types = 2;
  return config;
}

Encoding tokens(std::vector<std::int32_t> ids) {
  Encoding encoding;
  encoding.type_ids.assign(ids.size(), 0);
  encoding.ids = std::move(ids);
  return encoding;
}

}  // namespace

TEST_CASE("an id outside the table is reported with the caller's number of the text, however texts are packed",
          "[models]") {
  Context<Reference<double>> context;
  const SentenceEncoder<BertSpec> encoder(small(), {{Pooling::mean}});
  const auto parameters = initialise(context, encoder.model());
  // The longest text goes first, so text 2 is sequence 0 of its pack.
  const std::vector<Encoding> texts{tokens({1}), tokens({1, 2}), tokens({1, 2, 8})};
  CHECK_THROWS_MATCHES(encoder.run(context, parameters, texts), InputError,
                       Message("text 2: token id 8 is not in 0..7"));
  RunOptions alone;
  alone.tokens_per_pack = 1;
  CHECK_THROWS_MATCHES(encoder.run(context, parameters, texts, alone), InputError,
                       Message("text 2: token id 8 is not in 0..7"));
  const std::vector<Encoding> long_text{tokens({1, 2}), tokens({1, 2, 3, 4, 5})};
  CHECK_THROWS_MATCHES(encoder.run(context, parameters, long_text), InputError,
                       Message("text 1: 5 tokens, the model takes at most 4"));
}

TEST_CASE("no texts give no rows of the vectors' length, and nothing is refused", "[models]") {
  Context<Reference<double>> context;
  const SentenceEncoder<BertSpec> encoder(small(), {{Pooling::mean, Pooling::max}});
  const auto parameters = initialise(context, encoder.model());
  const std::vector<Encoding> none;
  const Tensor<float> vectors = encoder.run(context, parameters, none);
  CHECK(vectors.shape() == Shape{0, 8});
  CHECK(vectors.matrix().cols == 8);
  encoder.run(context, parameters, none, Tensor<float>(Shape{0, 8}).matrix());
  encoder.model().check(Batch());
  infer(context, parameters, Segments(), {}, [&](auto& ex) {
    const auto y = encoder(ex, indices_of(ex, Batch()));
    CHECK(ex.view(y).rows == 0);
    CHECK(ex.view(y).cols == 8);
  });
}

TEST_CASE("a model's own encode cuts texts at its limit and puts its prompt before them", "[models]") {
  using B = Reference<double>;
  Context<B> context;
  const Tokenizer tokenizer = Tokenizer::from_vocabulary("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\nd\n");
  SentenceEncoder<BertSpec> task(small(), {{Pooling::mean}});
  auto parameters = initialise(context, task.model());
  const Loaded<SentenceEncoder<BertSpec>, B> model(std::move(task), std::move(parameters));
  const std::vector<Encoding> encodings = model.encode(tokenizer, {"a b c d", "a b"});
  CHECK(encodings[0].ids == std::vector<std::int32_t>{2, 4, 5, 3});
  CHECK(encodings[0].truncated);
  const Tensor<float> vectors = model(context, encodings);
  CHECK(std::equal(vectors[0].begin(), vectors[0].end(), vectors[1].begin()));
  CHECK_THROWS_AS(model(context, tokenizer({"a b c d"})), InputError);  // what encode is for

  const std::vector<std::string> strings{"d"};
  const std::vector<std::string_view> views{"d"};
  const std::vector<TextPair> pairs{{"c", "d"}};
  CHECK(model.encode(tokenizer, strings)[0].ids == std::vector<std::int32_t>{2, 7, 3});
  CHECK(model.encode(tokenizer, views)[0].ids == std::vector<std::int32_t>{2, 7, 3});
  CHECK(model.encode(tokenizer, pairs)[0].ids.size() == 4);  // of five
  CHECK(model(context, {}).shape() == Shape{0, 4});

  SentenceTransformer settings;
  settings.prompts = {{{"query", "a "}}, "query"};
  SentenceEncoder<BertSpec> asks(small(), {{Pooling::mean}}, settings);
  auto numbers = initialise(context, asks.model());
  const Loaded<SentenceEncoder<BertSpec>, B> asking(std::move(asks), std::move(numbers));
  CHECK(asking.encode(tokenizer, {"b"})[0].ids == std::vector<std::int32_t>{2, 4, 5, 3});
}

TEST_CASE("a prompt that pooling leaves out is seen by the model, and none of its rows is pooled", "[models]") {
  Context<Reference<double>> context;
  SentenceTransformer settings;
  settings.prompts = {{{"query", "find: "}}, "query"};
  const SentenceEncoder<BertSpec> with(small(), {{Pooling::mean}}, settings);
  CHECK(with.default_prompt() == "find: ");
  settings.pooling.include_prompt = false;
  const std::vector<Pooling> all{Pooling::first, Pooling::last,      Pooling::max,
                                 Pooling::mean,  Pooling::mean_sqrt, Pooling::weighted_mean};
  const SentenceEncoder<BertSpec> without(small(), {all}, settings);
  CHECK(without.dimension() == 6 * 4);
  const auto parameters = initialise(context, without.model());

  std::vector<Encoding> texts{tokens({1, 2, 3, 4}), tokens({5, 6}), tokens({1, 2, 3, 4})};
  texts[0].prompt_tokens = 2;
  texts[1].prompt_tokens = 1;
  const Tensor<float> vectors = without.run(context, parameters, texts);
  // The hidden states of the whole text, and the formulas over its last two rows.
  std::vector<std::vector<double>> x;
  Batch batch;
  batch.add(texts[0].ids);
  infer(context, parameters, batch.segments(), {}, [&](auto& ex) {
    const auto hidden = without.model().encoder()(ex, indices_of(ex, batch));
    const auto rows = ex.view(hidden);
    if constexpr (std::remove_reference_t<decltype(ex)>::computing)
      for (std::int64_t r = 0; r < 4; ++r) x.emplace_back(rows.row(r), rows.row(r) + 4);
  });
  for (std::size_t c = 0; c < 4; ++c) {
    const double third = x[2][c], fourth = x[3][c], sum = third + fourth;
    const std::vector<double> wanted{
        third, fourth, std::max(third, fourth), sum / 2, sum / std::sqrt(2.0), (3 * third + 4 * fourth) / 7};
    for (std::size_t p = 0; p < all.size(); ++p) {
      INFO(p << " " << c);
      CHECK(double(vectors[0][4 * p + c]) == Approx(wanted[p]).margin(1e-6));
    }
  }
  // A text without a prompt is pooled whole.
  CHECK(vectors[2][0] == Approx(x[0][0]).margin(1e-6));
  texts[1].prompt_tokens = 2;
  CHECK_THROWS_MATCHES(without.run(context, parameters, texts), InputError,
                       Message("text 1: its prompt takes 2 of 2 tokens and leaves none to pool"));
  CHECK_NOTHROW(with.run(context, parameters, texts));
}

namespace {

// A pooling of the user's own: the first token less the last.
struct Difference {
  std::int64_t hidden;
  Difference(Builder, const ModelShape& shape) : hidden(shape.hidden) {}
  std::int64_t width() const { return hidden; }
  struct Less {
    template <class S>
    S operator()(S a, S b) const {
      return a - b;
    }
  };
  auto operator()(auto& ex, const auto& x, Indices firsts) const {
    return ex.map(Less{}, ex.pool(Pooling::first, x, firsts), ex.pool(Pooling::last, x, firsts));
  }
};

}  // namespace

TEST_CASE("a sentence encoder takes pooling policies, with weights and of the user's own", "[models]") {
  Context<Reference<double>> context;
  const std::vector<Encoding> texts{tokens({1, 2, 3, 4}), tokens({5, 6}), tokens({7})};
  const SentenceEncoder<BertSpec> both(small(), {{Pooling::first, Pooling::last}});
  const SentenceEncoder<BertSpec, Difference> own(small());
  REQUIRE(own.dimension() == 4);
  const auto numbers = initialise(context, both, {.seed = 1, .deviation = 0.5});
  const auto same_numbers = initialise(context, own, {.seed = 1, .deviation = 0.5});
  const Tensor<float> parts = both.run(context, numbers, texts), vectors = own.run(context, same_numbers, texts);
  for (std::size_t t = 0; t < texts.size(); ++t)
    for (std::size_t c = 0; c < 4; ++c) CHECK(vectors[t][c] == Approx(parts[t][c] - parts[t][c + 4]).margin(1e-6));

  // sum_n softmax(w . tanh(V x_n + b))_n x_n of the hidden states.
  const SentenceEncoder<BertSpec, AttentionPooling> weighted(small());
  const auto weights = initialise(context, weighted, {.seed = 1, .deviation = 0.5});
  const Tensor<float> found = weighted.run(context, weights, texts);
  const AttentionPooling& pooling = weighted.pooling();
  const auto v = weights.values(pooling.dense.weight), b = weights.values(pooling.dense.bias),
             w = weights.values(pooling.score.weight);
  Batch batch;
  batch.add(texts[0].ids);
  infer(context, weights, batch.segments(), {}, [&](auto& ex) {
    const auto hidden = weighted.model().encoder()(ex, indices_of(ex, batch));
    const auto x = ex.view(hidden);
    if constexpr (std::remove_reference_t<decltype(ex)>::computing) {
      double total = 0;
      std::vector<double> sum(4, 0.0);
      for (std::int64_t n = 0; n < 4; ++n) {
        double score = 0;
        for (std::size_t r = 0; r < 4; ++r) {
          double mapped = b[r];
          for (std::size_t c = 0; c < 4; ++c) mapped += v[r * 4 + c] * x(n, std::int64_t(c));
          score += w[r] * std::tanh(mapped);
        }
        total += std::exp(score);
        for (std::size_t c = 0; c < 4; ++c) sum[c] += std::exp(score) * x(n, std::int64_t(c));
      }
      for (std::size_t c = 0; c < 4; ++c) CHECK(found[0][c] == Approx(sum[c] / total).margin(1e-6));
    }
  });

  // Its weights are in no published folder, and it cannot leave a prompt out.
  SentenceTransformer settings;
  settings.pooling.include_prompt = false;
  const SentenceEncoder<BertSpec, AttentionPooling> without(small(), {}, settings);
  CHECK_THROWS_AS(without.run(context, initialise(context, without), texts), UnsupportedError);
}
