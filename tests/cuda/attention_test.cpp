// SPDX-License-Identifier: Apache-2.0
// Attention of Cuda, forward and backward, on the emulator against the reference in double: every head size class,
// sequences around the tiles' sizes, every hook.
#include "catch.hpp"
#include "cuda/numbers.hpp"

#include <encore/exec/infer.hpp>
#include <encore/exec/record.hpp>

using namespace cuda_test;

namespace {

struct Case {
  const char* name;
  std::int64_t heads = 2;
  std::int64_t kv_heads = 2;
  std::int64_t head_size = 64;
  std::int64_t rotary = 0;
  bool interleaved = false;
  std::int64_t window = -1;
  bool relative = false;
  bool relative_to_key = false;
  bool by_head = false;
  bool bias = false;
};

struct Attention {
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  Case how;
  AttentionSpec spec;
  Segments segments;

  Attention(const Case& c, const std::vector<std::int64_t>& lengths) : how(c), segments(lengths) {
    const Builder root(*layout);
    spec.heads = c.heads;
    spec.kv_heads = c.kv_heads;
    spec.head_size = c.head_size;
    spec.scale = 1 / std::sqrt(double(c.head_size));
    spec.window = c.window;
    spec.interleaved = c.interleaved;
    if (c.rotary) {
      const auto angle = [half = c.rotary / 2](std::int64_t p, std::int64_t i) {
        return double(p) * std::pow(100.0, -double(i) / double(half));
      };
      spec.rotary = c.rotary;
      spec.cosine = root.constant("cosine", segments.longest(), c.rotary / 2,
                                  [=](std::int64_t p, std::int64_t i) { return std::cos(angle(p, i)); });
      spec.sine = root.constant("sine", segments.longest(), c.rotary / 2,
                                [=](std::int64_t p, std::int64_t i) { return std::sin(angle(p, i)); });
    }
  }
};

template <class B>
Numbers record(Context<B>& context, const Attention& attention) {
  using S = scalar_t<B>;
  Numbers result;
  const Parameters<B> parameters = random_parameters(context, attention.layout, StoreKind::training, 1);
  Parameters<B> gradients = parameters.gradients(context);
  const std::int64_t rows = attention.segments.tokens();
  const std::int64_t width = attention.how.heads * attention.how.head_size;
  const std::int64_t kv_width = attention.how.kv_heads * attention.how.head_size;
  Record<B> ex(context, parameters, attention.segments, &gradients);
  auto q = ex.input(short_normal<S>(rows, width, 3).matrix());
  auto k = ex.input(short_normal<S>(rows, kv_width, 4).matrix());
  auto v = ex.input(short_normal<S>(rows, kv_width, 5).matrix());
  const std::int64_t distances = 2 * attention.segments.longest() + 5;
  const std::int64_t distance_width = (attention.how.by_head ? attention.how.heads : 1) * attention.how.head_size;
  AttentionDistances<decltype(q)> terms;
  if (attention.how.relative) terms.to_query = ex.input(short_normal<S>(distances, distance_width, 7).matrix());
  if (attention.how.relative_to_key) terms.to_key = ex.input(short_normal<S>(distances, distance_width, 8).matrix());
  if (attention.how.bias) terms.bias = ex.input(short_normal<S>(distances, attention.how.heads, 9).matrix());
  auto y = ex.attention(attention.spec, q, k, v, terms);
  result["y"] = to_double<S>(ex.view(y));
  ex.backward(y, short_normal<S>(rows, width, 6).matrix());
  result["dq"] = to_double<S>(ex.gradient(q));
  result["dk"] = to_double<S>(ex.gradient(k));
  result["dv"] = to_double<S>(ex.gradient(v));
  if (attention.how.relative) result["dto_query"] = to_double<S>(ex.gradient(terms.to_query));
  if (attention.how.relative_to_key) result["dto_key"] = to_double<S>(ex.gradient(terms.to_key));
  if (attention.how.bias) result["dbias"] = to_double<S>(ex.gradient(terms.bias));
  return result;
}

const std::vector<Case> cases{
    {.name = "head size 64"},
    {.name = "head size 32", .heads = 1, .kv_heads = 1, .head_size = 32},
    {.name = "head size 128", .heads = 1, .kv_heads = 1, .head_size = 128},
    {.name = "head size 8", .head_size = 8},
    {.name = "head size 20, not whole chunks", .head_size = 20},
    {.name = "head size 48", .heads = 1, .kv_heads = 1, .head_size = 48},
    {.name = "head size 96", .heads = 1, .kv_heads = 1, .head_size = 96},
    {.name = "four heads share two", .heads = 4, .kv_heads = 2, .head_size = 16},
    {.name = "rotary", .head_size = 64, .rotary = 64},
    {.name = "rotary, pairs, part of the head", .head_size = 32, .rotary = 12, .interleaved = true},
    {.name = "rotary, shared", .heads = 2, .kv_heads = 1, .head_size = 16, .rotary = 16},
    {.name = "window", .head_size = 16, .window = 9},
    {.name = "window of itself", .head_size = 16, .window = 0},
    {.name = "rotary in a window", .head_size = 64, .rotary = 64, .window = 40},
    {.name = "relative to queries", .head_size = 16, .relative = true},
    {.name = "relative to both, in a window", .head_size = 12, .window = 20, .relative = true, .relative_to_key = true},
    {.name = "relative to both, by head and with a bias",
     .heads = 3,
     .kv_heads = 3,
     .head_size = 12,
     .relative = true,
     .relative_to_key = true,
     .by_head = true,
     .bias = true},
};

}  // namespace

TEST_CASE("Cuda's attention and its gradients agree with the reference in double", "[cuda][attention]") {
  const std::vector<std::int64_t> lengths{1, 33, 129, 64, 7};
  for (const Case& c : cases) {
    const Attention attention(c, lengths);
    const Numbers theirs = record(lvalue(Context<Reference<double>>()), attention);
    for (const auto& [precision, bound] : {std::pair{Precision::f32, 2e-6}, std::pair{Precision::bf16, 1e-2}}) {
      const Numbers mine = record(lvalue(cuda_context(precision)), attention);
      for (const auto& [name, expected] : theirs) {
        INFO(c.name << " " << name << ", " << name_of(precision));
        CHECK(norm_error(mine.at(name), expected) <= bound);
      }
    }
  }
}

TEST_CASE("Cuda's attention does not depend on the order of threads and blocks", "[cuda][attention]") {
  for (const Case& c : cases) {
    const Attention attention(c, {3, 70});
    for (const Precision precision : {Precision::f32, Precision::bf16}) {
      const Numbers forwards = record(lvalue(cuda_context(precision)), attention);
      const Numbers backwards = record(lvalue(cuda_context(precision, true)), attention);
      for (const auto& [name, expected] : forwards) {
        INFO(c.name << " " << name << ", " << name_of(precision));
        CHECK(different_bits(backwards.at(name), expected) == "");
      }
    }
  }
}

// What compute-sanitizer runs, which makes a GPU some hundred times slower.
TEST_CASE("Cuda's attention on few tokens", "[cuda][attention][sanitize]") {
  for (const std::size_t which : {0U, 2U, 4U, 9U, 13U, 15U}) {
    const Attention attention(cases[which], {3, 70});
    const Numbers theirs = record(lvalue(Context<Reference<double>>()), attention);
    // Measured in bf16: at most 3.7e-3.
    for (const auto& [precision, bound] : {std::pair{Precision::f32, 2e-6}, std::pair{Precision::bf16, 5e-3}}) {
      const Numbers mine = record(lvalue(cuda_context(precision)), attention);
      for (const char* const name : {"dq", "dk", "dv"}) {
        INFO(cases[which].name << " " << name << ", " << name_of(precision));
        CHECK(norm_error(mine.at(name), theirs.at(name)) <= bound);
      }
    }
  }
}

TEST_CASE("Cuda's attention refuses what it has no kernels for before anything runs", "[cuda][attention]") {
  const auto refuses = [](const auto& change, const std::string& words) {
    Attention attention({.name = "refused", .heads = 1, .kv_heads = 1, .head_size = 8}, {3});
    change(attention);
    CHECK_THROWS_MATCHES(record(lvalue(cuda_context(Precision::f32)), attention), UnsupportedError,
                         Catch::Matchers::MessageMatches(Catch::Matchers::ContainsSubstring(words)));
    Context<Cuda> context = cuda_context(Precision::f32);
    Count<Cuda> count(context, *attention.layout, attention.segments);  // no device is asked for anything
    const auto rows = count.input(short_normal<float>(3, attention.how.head_size, 3).matrix());
    CHECK_THROWS_AS(count.attention(attention.spec, rows, rows, rows), UnsupportedError);
  };
  refuses([](Attention& a) { a.spec.softcap = 5; }, "softcap");
  refuses([](Attention& a) { a.spec.weights = AttentionWeights::sigmoid; }, "sigmoid");
  refuses([](Attention& a) { a.how.head_size = a.spec.head_size = 640; }, "head size 640");
}
