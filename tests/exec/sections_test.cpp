// SPDX-License-Identifier: Apache-2.0
// Parts of values: columns, and sections of a product, which a backend may lay out with padding between them.
#include "exec/products.hpp"

using namespace exec_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("split shows columns of a value without a copy, sections of a product where they are") {
  const Products s;
  check_everywhere(s, [&](auto& ex) {
    auto [q, k, v] = ex.template split<3>(ex.linear(ex.input(s.x.matrix()), s.qkv));
    auto sum = ex.add(q, v);
    return ex.concat(sum, k);
  });
  check_everywhere(s, [&](auto& ex) {  // parts of parts
    auto [a, b] = ex.split(ex.input(s.x.matrix()));
    auto [one, two, three] = ex.template split<3>(b);
    auto sum = ex.add(one, three);
    return ex.concat(a, sum, two);
  });
}

TEST_CASE("a product's sections survive an activation, a sum and dropout") {
  const Products s;
  check_everywhere(s, [&](auto& ex) {
    auto h = ex.activate(Activation::relu, ex.linear(ex.input(s.x.matrix()), s.qkv));
    auto [q, k, v] = ex.template split<3>(h);
    return ex.concat(v, k, q);
  });
  check_everywhere(s, [&](auto& ex) {
    auto x = ex.input(s.x.matrix());
    auto one = ex.linear(x, s.qkv);
    auto two = ex.linear(x, s.qkv);
    auto [q, k, v] = ex.template split<3>(ex.add(one, two));
    return ex.concat(v, k, q);
  });
}

TEST_CASE("split refuses columns that do not divide and says how many there are") {
  const Products s;
  Context<Reference<float>> context;
  const auto parameters = random_parameters(context, s.layout, StoreKind::inference, 1);
  CHECK_THROWS_MATCHES(in_infer(context, parameters, s.segments,
                                [&](auto& ex) { return ex.template split<4>(ex.input(s.x.matrix()))[0]; }),
                       ShapeError, MessageMatches(ContainsSubstring("split: [7, 6] into 4 parts")));
}

TEST_CASE("an op that would read the padding between sections refuses them and says what to do") {
  const Products s;
  auto refuses = [&](auto&& context, const auto& f, const std::string& name) {
    const auto parameters = random_parameters(context, s.layout, StoreKind::training, 1);
    CHECK_THROWS_MATCHES(in_infer(context, parameters, s.segments, f), ShapeError,
                         MessageMatches(ContainsSubstring(name + ":") && ContainsSubstring("split them first")));
    CHECK_THROWS_MATCHES(in_record(context, parameters, s.segments, f), ShapeError,
                         MessageMatches(ContainsSubstring(name + ":") && ContainsSubstring("split them first")));
  };
  auto on = [&](auto&& context) {
    refuses(
        context,
        [&](auto& ex) { return ex.norm(op::Norm{.kind = NormKind::rms}, ex.linear(ex.input(s.x.matrix()), s.qkv)); },
        "norm");
    refuses(
        context, [&](auto& ex) { return ex.linear(ex.linear(ex.input(s.x.matrix()), s.qkv), s.w); }, "linear");
  };
  on(Context<Reference<float>>{});
  on(cpu_context(*all_tables().back()));
}

TEST_CASE("sections are not read as one, whichever way: the padding between them is nobody's") {
  Products s;
  const ParameterId other = Builder(*s.layout).weight("w", {{"a", 3}, {"b", 7}, {"c", 5}}, 6);
  const Tensor<float> wide = normal<float>(7, 15, 3), padded = normal<float>(7, 96, 4);
  const auto product = [&](auto& ex, ParameterId w) { return ex.linear(ex.input(s.x.matrix()), w); };
  const auto refuses = [&](const auto& f, const std::string& words) {
    const auto on = [&](auto&& context) {
      const auto parameters = random_parameters(context, s.layout, StoreKind::training, 1);
      CHECK_THROWS_MATCHES(in_infer(context, parameters, s.segments, f), ShapeError,
                           MessageMatches(ContainsSubstring(words)));
      CHECK_THROWS_MATCHES(in_record(context, parameters, s.segments, f), ShapeError,
                           MessageMatches(ContainsSubstring(words)));
    };
    on(Context<Reference<float>>{});
    for (const cpu::KernelTable* table : all_tables()) on(cpu_context(*table));
  };
  const std::string of_three = "the 3 sections of 'q.w': split them first";
  refuses([&](auto& ex) { return ex.columns(product(ex, s.qkv), 2, 4); }, of_three);
  refuses([&](auto& ex) { return ex.template split<5>(product(ex, s.qkv))[1]; }, of_three);
  refuses([&](auto& ex) { return ex.template split<2>(product(ex, s.qkv))[1]; }, of_three);
  refuses([&](auto& ex) { return product(ex, s.qkv); }, of_three);  // viewed by who calls
  const op::Norm norm{.kind = NormKind::rms, .eps = 1e-6};
  refuses([&](auto& ex) { return ex.residual_norm(norm, product(ex, s.qkv), product(ex, s.qkv)); }, of_three);
  refuses([&](auto& ex) { return ex.residual_norm(norm, ex.input(wide.matrix()), product(ex, s.qkv)); }, of_three);
  // Sums of sections with what has none, or others: equal in size with padding or without it.
  const auto third = [&](auto& ex, const auto& sum) { return ex.template split<3>(sum)[2]; };
  refuses([&](auto& ex) { return third(ex, ex.add(product(ex, s.qkv), ex.input(wide.matrix()))); }, of_three);
  refuses([&](auto& ex) { return third(ex, ex.add(product(ex, s.qkv), product(ex, other))); }, "sections of");
  refuses([&](auto& ex) { return third(ex, ex.gate(Activation::tanh, product(ex, other), product(ex, s.qkv))); },
          "sections of");
}

TEST_CASE("gradients of sections are asked for part by part") {
  const Products s;
  auto context = cpu_context(*all_tables().back());
  const auto parameters = random_parameters(context, s.layout, StoreKind::training, 1);
  Record<Cpu> ex(context, parameters, s.segments, nullptr);
  const auto whole = ex.linear(ex.input(s.x.matrix()), s.qkv);
  const Tensor<float> dy = normal<float>(7, whole.cols(), 2), dpart = normal<float>(7, 5, 2);
  CHECK_THROWS_MATCHES(ex.backward(whole, dy.matrix()), ShapeError, MessageMatches(ContainsSubstring("backward: ")));
  const auto part = ex.template split<3>(whole)[1];
  ex.backward(part, dpart.matrix());
  CHECK(ex.gradient(part).cols == 5);
  CHECK_THROWS_MATCHES(ex.gradient(whole), ShapeError, MessageMatches(ContainsSubstring("gradient: ")));
}
