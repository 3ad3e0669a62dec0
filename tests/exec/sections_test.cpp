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
  const Context<Reference<float>> context;
  const auto parameters = random_parameters(context, s.layout, StoreKind::inference, 1);
  CHECK_THROWS_MATCHES(in_infer(context, parameters, s.segments,
                                [&](auto& ex) { return ex.template split<4>(ex.input(s.x.matrix()))[0]; }),
                       ShapeError, MessageMatches(ContainsSubstring("split: [7, 6] into 4 parts")));
}

TEST_CASE("an op that would read the padding between sections refuses them and says what to do") {
  const Products s;
  auto refuses = [&](const auto& context, const auto& f, const std::string& name) {
    const auto parameters = random_parameters(context, s.layout, StoreKind::training, 1);
    CHECK_THROWS_MATCHES(in_infer(context, parameters, s.segments, f), ShapeError,
                         MessageMatches(ContainsSubstring(name + ":") && ContainsSubstring("split them first")));
    CHECK_THROWS_MATCHES(in_record(context, parameters, s.segments, f), ShapeError,
                         MessageMatches(ContainsSubstring(name + ":") && ContainsSubstring("split them first")));
  };
  auto on = [&](const auto& context) {
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
