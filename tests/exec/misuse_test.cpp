// SPDX-License-Identifier: Apache-2.0
// What a caller can do wrong with an executor is refused in one sentence, on every backend, in Infer and in Record: no
// crash, and no numbers that mean nothing.
#include "catch.hpp"
#include "exec/texts.hpp"

using namespace exec_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using Spec = BertBlockSpec<LearnedPosition>;

namespace {

auto says(const std::string& text) { return MessageMatches(ContainsSubstring(text)); }

template <class F>
void on_every_backend(const F& f) {
  f(lvalue(Context<Reference<float>>{}));
  for (const cpu::KernelTable* table : all_tables()) f(lvalue(cpu_context(*table, 2)));
}

// Runs f in Infer and in Record.
template <class E, class B, class F>
void refuses(Context<B>& context, const std::shared_ptr<const ParameterLayout>& layout, const Segments& segments,
             const F& f, const std::string& words) {
  const auto parameters = random_parameters(context, layout, StoreKind::training, 1);
  CHECK_THROWS_MATCHES(in_infer(context, parameters, segments, f), E, says(words));
  CHECK_THROWS_MATCHES(in_record(context, parameters, segments, f), E, says(words));
}

Batch with_ids(std::vector<std::int32_t> ids, std::vector<std::int32_t> types) {
  Batch batch;
  batch.add(ids, types);
  return batch;
}

}  // namespace

TEST_CASE("ids and types outside the tables of an encoder are refused before a row is read") {
  auto layout = std::make_shared<ParameterLayout>();
  const Encoder<Spec> encoder(Builder(*layout), odd_config<Spec>());
  on_every_backend([&](auto&& context) {
    const auto encode = [&](const Batch& batch) {
      return [&](auto& ex) { return encoder(ex, indices_of(ex, batch)); };
    };
    for (const std::int32_t id : {211, 1 << 30, -1, std::numeric_limits<std::int32_t>::min()}) {
      const Batch batch = with_ids({3, 210, id}, {0, 1, 0});
      refuses<InputError>(
          context, layout, batch.segments(), encode(batch),
          "embed: index " + std::to_string(id) + " of row 2 is none of the 211 rows of 'embedding.word.weight'");
    }
    const Batch types = with_ids({3, 4}, {0, 2});
    refuses<InputError>(context, layout, types.segments(), encode(types), "index 2 of row 1 is none of the 2 rows");
    const Batch longer = encore::testing::numbered_batch({401}, 211);
    refuses<InputError>(context, layout, longer.segments(), encode(longer), "index 400 of row 400 is none of the 400");
  });
}

TEST_CASE("rows to gather and targets that are not there are refused before anything is computed") {
  auto layout = std::make_shared<ParameterLayout>();
  const Tensor<float> x = normal<float>(3, 4, 1);
  const std::vector<std::int32_t> rows{0, 3}, below{-1}, targets{0, 4, -1};
  on_every_backend([&](auto&& context) {
    const auto gather = [&](const std::vector<std::int32_t>& which) {
      return [&](auto& ex) { return ex.gather_rows(ex.input(x.matrix()), ex.indices(which)); };
    };
    refuses<InputError>(context, layout, Segments({3}), gather(rows), "gather_rows: index 3 of row 1");
    refuses<InputError>(context, layout, Segments({3}), gather(below), "gather_rows: index -1 of row 0");
    refuses<InputError>(
        context, layout, Segments({3}),
        [&](auto& ex) { return ex.cross_entropy(ex.input(x.matrix()), ex.indices(targets)); },
        "cross_entropy: target 4 of row 1 is not below 4 classes");
  });
}

TEST_CASE("a store of gradients is not read as weights, and weights are not added to as gradients") {
  auto layout = std::make_shared<ParameterLayout>(), other = std::make_shared<ParameterLayout>();
  const ParameterId w = Builder(*layout).weight("w", 4, 4);
  Builder(*other).weight("w", 4, 5);
  const Tensor<float> x = normal<float>(2, 4, 1);
  on_every_backend([&]<class B>(Context<B>& context) {
    auto weights = random_parameters(context, layout, StoreKind::training, 1);
    auto inference = random_parameters(context, layout, StoreKind::inference, 1);
    auto gradients = weights.gradients(context);
    auto of_another = random_parameters(context, other, StoreKind::training, 1).gradients(context);
    const auto product = [&](auto& ex) { return ex.linear(ex.input(x.matrix()), w); };
    const Segments segments({2});
    CHECK_THROWS_MATCHES(in_infer(context, gradients, segments, product), ArgumentError, says("a gradient store"));
    CHECK_THROWS_MATCHES(in_record(context, gradients, segments, product), ArgumentError, says("a gradient store"));
    CHECK_THROWS_MATCHES(Record<B>(context, weights, segments, &weights), ArgumentError, says("a store of weights"));
    CHECK_THROWS_MATCHES(Record<B>(context, weights, segments, &inference), ArgumentError, says("a store of weights"));
    CHECK_THROWS_MATCHES(Record<B>(context, weights, segments, &of_another), ArgumentError, says("different layouts"));
    CHECK_NOTHROW(Record<B>(context, weights, segments, &gradients));
  });
}

TEST_CASE("a layer on the parameters of another layout is refused by the parameter's name") {
  auto layout = std::make_shared<ParameterLayout>(), other = std::make_shared<ParameterLayout>();
  Builder(*other).weight("first", 4, 4);
  const ParameterId same_place = Builder(*layout).weight("w", 4, 4), beyond = Builder(*layout).weight("v", 4, 4);
  const Tensor<float> x = normal<float>(2, 4, 1);
  on_every_backend([&](auto&& context) {
    const auto product = [&](ParameterId w) {
      return [&x, w](auto& ex) { return ex.linear(ex.input(x.matrix()), w); };
    };
    refuses<ArgumentError>(
        context, other, Segments({2}), product(same_place),
        "number 0 is 'first' [4, 4], not the one that is meant: the layer was made for another layout");
    refuses<ArgumentError>(context, other, Segments({2}), product(beyond), "number 1 was asked for, there are 1");
    refuses<ArgumentError>(context, other, Segments({2}), product({}), "an absent parameter");
  });
  // Equal layouts are one another's: a store outlives the description it was made with.
  auto again = std::make_shared<ParameterLayout>();
  const ParameterId w = Builder(*again).weight("w", 4, 4);
  Context<Reference<float>> context;
  const auto parameters = random_parameters(context, layout, StoreKind::inference, 1);
  CHECK_NOTHROW(
      in_infer(context, parameters, Segments({2}), [&](auto& ex) { return ex.linear(ex.input(x.matrix()), w); }));
}

TEST_CASE("a tape is walked back once") {
  auto layout = std::make_shared<ParameterLayout>();
  const ParameterId w = Builder(*layout).weight("w", 1, 4);
  const Tensor<float> x = normal<float>(1, 4, 1);
  on_every_backend([&]<class B>(Context<B>& context) {
    const auto weights = random_parameters(context, layout, StoreKind::training, 1);
    auto gradients = weights.gradients(context);
    Record<B> ex(context, weights, Segments({1}), &gradients);
    const auto y = ex.linear(ex.input(x.matrix()), w);
    ex.backward(y);
    const auto once = gradients.values(w);
    CHECK_THROWS_MATCHES(ex.backward(y), ArgumentError, says("walked back already"));
    CHECK(gradients.values(w) == once);
  });
}

TEST_CASE("what Record read through indices may be gone when it walks back") {
  auto layout = std::make_shared<ParameterLayout>();
  const ParameterId table = Builder(*layout).table("table", 5, 3);
  on_every_backend([&]<class B>(Context<B>& context) {
    const auto weights = random_parameters(context, layout, StoreKind::training, 1);
    auto gradients = weights.gradients(context);
    Record<B> ex(context, weights, Segments({2}), &gradients);
    auto ids = std::make_unique<std::vector<std::int32_t>>(std::vector<std::int32_t>{4, 1});
    const auto rows = ex.embed(EmbedTerm{table, ex.indices(*ids)});
    *ids = {0, 0};
    ids.reset();
    const Tensor<float> dy = normal<float>(2, 3, 2);
    ex.backward(rows, dy.matrix());
    const auto found = gradients.values(table);
    for (std::size_t c = 0; c < 3; ++c) {
      CHECK(found[4 * 3 + c] == dy.values()[c]);
      CHECK(found[1 * 3 + c] == dy.values()[3 + c]);
      CHECK(found[c] == 0);
    }
  });
}

TEST_CASE("a parameter is used as what it was declared, at its length") {
  auto layout = std::make_shared<ParameterLayout>();
  const Builder b(*layout);
  const ParameterId w = b.weight("w", 4, 4), sections = b.weight("w", {{"q", 3}, {"k", 1}}, 4);
  const ParameterId table = b.table("table", 4, 4), vector = b.vector("vector", 4, Init::ones);
  const ParameterId longer = b.vector("longer", 5, Init::ones), shorter = b.vector("shorter", 3, Init::ones);
  const ParameterId turned = b.vector("v", {{"q", 1}, {"k", 3}}, Init::ones), column = b.table("column", 4, 1);
  const std::vector<std::int32_t> first{0};
  const Tensor<float> x = normal<float>(2, 4, 1);
  const auto value = [&](auto& ex) { return ex.input(x.matrix()); };
  on_every_backend([&](auto&& context) {
    const auto linear = [&](ParameterId weight, ParameterId bias) {
      return [&, weight, bias](auto& ex) { return ex.linear(value(ex), weight, bias); };
    };
    const auto norm = [&](ParameterId gain, ParameterId bias) {
      return
          [&, gain, bias](auto& ex) { return ex.norm(op::Norm{.gain = gain, .bias = bias, .eps = 1e-5}, value(ex)); };
    };
    const auto refused = [&]<class E>(std::type_identity<E>, const auto& f, const std::string& words) {
      refuses<E>(context, layout, Segments({2}), f, words);
    };
    constexpr std::type_identity<ArgumentError> argument;
    constexpr std::type_identity<ShapeError> shape;
    refused(argument, linear(table, {}), "linear: 'table' [4, 4] is no product's weight");
    refused(argument, linear(vector, {}), "linear: 'vector' [4] is no product's weight");
    for (const ParameterId bias : {longer, shorter, column}) refused(shape, linear(w, bias), ": [4] is needed");
    refused(argument, linear(w, w), "linear: 'w' is a product's weight");
    refused(shape, linear(w, turned), "linear: the sections of 'q.v' are not those of 'w'");
    refused(shape, linear(sections, vector), "linear: the sections of 'vector' are not those of 'q.w'");
    for (const ParameterId wrong : {longer, shorter, column}) {
      refused(shape, norm(wrong, {}), ": [4] is needed");
      refused(shape, norm(vector, wrong), ": [4] is needed");
    }
    refused(argument, norm(w, {}), "norm: 'w' is a product's weight");
    refused(
        argument,
        [&](auto& ex) {
          return ex.embed(EmbedTerm{w, ex.indices(first)});
        },
        "embed: 'w' is a product's weight");
    refused(
        argument, [&](auto& ex) { return ex.embed(op::Embed{}); }, "embed: 0 terms");
  });
}

TEST_CASE("a rotation's tables fit the columns that it turns") {
  auto layout = std::make_shared<ParameterLayout>();
  const Builder b(*layout);
  const auto one = [](std::int64_t, std::int64_t) { return 1.0; };
  const ParameterId cosine = b.constant("cosine", 4, 2, one), sine = b.constant("sine", 4, 2, one);
  const ParameterId narrow = b.constant("narrow", 4, 1, one), few = b.constant("few", 2, 2, one);
  const Tensor<float> x = normal<float>(3, 4, 1);
  on_every_backend([&](auto&& context) {
    const auto turned = [&](ParameterId c, ParameterId s, std::int64_t rotary) {
      return [&, c, s, rotary](auto& ex) {
        const AttentionSpec spec{.heads = 1, .kv_heads = 1, .head_size = 4, .cosine = c, .sine = s, .rotary = rotary};
        const auto value = ex.input(x.matrix());
        return ex.attention(spec, value, value, value);
      };
    };
    const Segments segments({3});
    refuses<ShapeError>(context, layout, segments, turned(cosine, narrow, 4),
                        "attention: 'narrow' [4, 1] does not rotate");
    refuses<ShapeError>(context, layout, segments, turned(cosine, sine, 2),
                        "attention: 'cosine' [4, 2] does not rotate");
    refuses<ArgumentError>(context, layout, segments, turned(cosine, sine, 6), "6 columns of heads of 4");
    refuses<InputError>(context, layout, segments, turned(few, sine, 4), "longer than the rotary table of 2");
    refuses<InputError>(context, layout, segments, turned(cosine, few, 4), "longer than the rotary table of 2");
  });
}

TEST_CASE("a value is used by the executor that made it") {
  Context<Reference<float>> one, two;
  const auto parameters = random_parameters(one, std::make_shared<ParameterLayout>(), StoreKind::training, 1);
  const Tensor<float> x = normal<float>(2, 4, 1);
  Record<Reference<float>> ex(one, parameters, Segments({2}), nullptr), other(two, parameters, Segments({2}), nullptr);
  const auto value = other.input(x.matrix());
  const Record<Reference<float>>::Value empty;
  CHECK_THROWS_MATCHES(ex.activate(Activation::tanh, value), ArgumentError, says("another executor's"));
  CHECK_THROWS_MATCHES(ex.activate(Activation::tanh, empty), ArgumentError, says("empty"));
  CHECK_THROWS_MATCHES(ex.view(value), ArgumentError, says("another executor's"));
}
