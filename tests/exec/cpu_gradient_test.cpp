// SPDX-License-Identifier: Apache-2.0
// Training on the CPU backend: its gradients are those of the reference in double, in float's accuracy. Widths of 35
// leave padding between the sections of the fused query, key and value.
#include "catch.hpp"
#include "exec/contexts.hpp"

#include <encore/layers.hpp>

using namespace exec_test;

namespace {

struct Block {
  RmsNorm norm;
  MultiHeadAttention<Rope<>> attention;
  Glu<> feed_forward;

  Block(Builder b, const ModelShape& shape, const Rope<>& rope)
      : norm(b / "norm", shape.hidden, {}),
        attention(b / "attention", shape, {}, rope),
        feed_forward(b / "feed_forward", shape, {.bias = Bias::yes}) {}
  auto operator()(auto& ex, const auto& x) const {
    auto normal = norm(ex, x);
    auto mixed = attention(ex, normal);
    auto sum = ex.add(x, mixed);
    return feed_forward(ex, sum);
  }
};

template <class B>
std::vector<Tensor<double>> gradients(Context<B>& context, const std::shared_ptr<ParameterLayout>& layout,
                                      const Batch& batch, const auto& f) {
  const auto parameters = random_parameters(context, layout, StoreKind::training, 1);
  auto store = parameters.gradients(context);
  Record<B> ex(context, parameters, batch.segments(), &store);
  const auto y = f(ex, indices_of(ex, batch));
  ex.backward(y, normal<scalar_t<B>>(y.rows(), y.cols(), 7).matrix());
  std::vector<Tensor<double>> result;
  for (std::size_t i = 0; i < layout->size(); ++i) {
    const auto values = store.values(ParameterId{std::int32_t(i)});
    Tensor<double> gradient(Shape{std::int64_t(values.size())});
    std::copy(values.begin(), values.end(), gradient.values().begin());
    result.push_back(gradient);
  }
  return result;
}

}  // namespace

TEST_CASE("the gradients of Cpu are those of the reference, padded sections included") {
  const ModelShape shape{.hidden = 70, .heads = 35, .intermediate = 27, .max_positions = 16};
  auto layout = std::make_shared<ParameterLayout>();
  const Rope<> rope(Builder(*layout) / "rope", shape, {});
  const auto f = encore::testing::of_rows(
      *layout, [&](Builder b) { return Block(b, shape, rope); }, 12, shape.hidden);
  const Batch batch = encore::testing::numbered_batch({7, 1, 4}, 12);
  const auto expected = gradients(lvalue(Context<Reference<double>>{}), layout, batch, f);
  for (const cpu::KernelTable* table : all_tables()) {
    INFO(table->isa);
    const auto found = gradients(lvalue(cpu_context(*table, 2)), layout, batch, f);
    for (std::size_t i = 0; i < layout->size(); ++i) {
      const ParameterSpec& spec = (*layout)[ParameterId{std::int32_t(i)}];
      if (spec.constant) continue;
      // Section by section: of a fused bias the key's has little to say, and would hide in the query's and the value's.
      std::size_t begin = 0;
      for (const ParameterSection& section : spec.sections) {
        INFO(section.name);
        const std::size_t size = std::size_t(section.rows * spec.cols());
        const auto part = [&](const Tensor<double>& whole) {
          Tensor<double> numbers(Shape{std::int64_t(size)});
          std::copy_n(whole.values().begin() + std::ptrdiff_t(begin), size, numbers.values().begin());
          return numbers;
        };
        CHECK(relative_error(part(found[i]), part(expected[i])) < 4e-5);  // measured: at most 1.3e-5, in float
        begin += size;
      }
    }
  }
}

TEST_CASE("backward over an inference store is refused, for its rows are gone") {
  Context<Cpu> context({.threads = 1});
  auto layout = std::make_shared<ParameterLayout>();
  const ParameterId w = Builder(*layout).weight("w", 4, 4);
  const auto parameters = random_parameters(context, layout, StoreKind::inference, 1);
  Record<Cpu> ex(context, parameters, Segments({2}), nullptr);
  const auto y = ex.linear(ex.input(normal<float>(2, 4, 1).matrix()), w);
  CHECK_THROWS_MATCHES(ex.backward(y, normal<float>(2, 4, 2).matrix()), ArgumentError,
                       Catch::Matchers::MessageMatches(Catch::Matchers::ContainsSubstring("StoreKind::training")));
}
