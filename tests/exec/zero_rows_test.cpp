// SPDX-License-Identifier: Apache-2.0
// Every op on no rows: an empty batch, or rows of which none was chosen. Results have no rows, a loss is 0, and the
// gradients of what has rows are 0.
#include "catch.hpp"
#include "exec/texts.hpp"

using namespace exec_test;
using Spec = BertBlockSpec<Rope<>>;

namespace {

struct Twice {
  template <class S>
  S operator()(S x, S y) const {
    return x + S(2) * y;
  }
};

constexpr std::int64_t width = 32;

struct Ops {
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  Builder b{*layout};
  ParameterId w = b.weight("w", width, width), bias = b.vector("b", width, Init::zeros);
  ParameterId wide = b.weight("wide", 2 * width, width);
  ParameterId qkv = b.weight("w", {{"q", width}, {"k", width}, {"v", width}}, width);
  ParameterId gain = b.vector("gain", width, Init::ones), table = b.table("table", 5, width);
  ParameterId cosine = b.constant("cosine", 6, 4, [](std::int64_t, std::int64_t) { return 1.0; });
  ParameterId sine = b.constant("sine", 6, 4, [](std::int64_t, std::int64_t) { return 0.0; });
  std::vector<std::int32_t> none;

  AttentionSpec spec() const {
    return {.heads = 4, .kv_heads = 4, .head_size = 8, .scale = 0.5, .cosine = cosine, .sine = sine, .rotary = 8};
  }

  static std::vector<std::string> names() {
    return {"linear",
            "linear gelu",
            "linear + residual",
            "linear, norm of sum",
            "gated product",
            "mapped product",
            "sections",
            "map",
            "activate",
            "gate",
            "add",
            "scale",
            "scale by a row",
            "norm",
            "norm of sum",
            "attention",
            "by distance",
            "linear attention",
            "fourier",
            "rotate",
            "rotate by length",
            "shift",
            "columns",
            "embed",
            "gather of none",
            "gather of rows",
            "first",
            "last",
            "mean",
            "max",
            "weighted pool",
            "concat",
            "l2",
            "cross entropy",
            "dropout",
            "drop sequences",
            "stop gradient"};
  }

  // x: [0, width]; rows: [3, width].
  auto run(auto& ex, const std::string& name, const auto& x, const auto& rows) const {
    const op::Norm norm{.kind = NormKind::layer, .gain = gain, .bias = bias, .eps = 1e-5};
    if (name == "linear") return ex.linear(x, w, bias);
    if (name == "linear gelu") return ex.activate(Activation::gelu_erf, ex.linear(x, w));
    if (name == "linear + residual") return ex.add(x, ex.linear(x, w, bias));
    if (name == "linear, norm of sum") return ex.residual_norm(norm, x, ex.linear(x, w));
    if (name == "gated product") {
      auto [u, g] = ex.split(ex.linear(x, wide));
      return ex.gate(Activation::silu, u, g);
    }
    if (name == "mapped product") {
      auto [u, g] = ex.split(ex.linear(x, wide));
      return ex.map(Twice{}, u, g);
    }
    if (name == "sections") return ex.template split<3>(ex.linear(x, qkv))[1];
    if (name == "map") return ex.map(Twice{}, x, x);
    if (name == "activate") return ex.activate(Activation::tanh, x);
    if (name == "gate") return ex.gate(Activation::tanh, x, x);
    if (name == "add") return ex.add(x, x);
    if (name == "scale") return ex.scale(x, ex.columns(x, 0, 4));
    if (name == "scale by a row") return ex.scale(x, ex.columns(ex.gather_rows(rows, ex.indices(first)), 0, 4));
    if (name == "norm") return ex.norm(norm, x);
    if (name == "norm of sum") return ex.residual_norm(norm, x, x);
    if (name == "attention") return ex.attention(spec(), x, x, x);
    if (name == "by distance")
      return ex.attention(spec(), x, x, x,
                          {.to_query = rows, .to_key = rows, .bias = ex.columns(rows, 0, 4), .sinks = {}});
    if (name == "linear attention") return ex.linear_attention(4, x, x, x);
    if (name == "fourier") return ex.fourier(x, x);
    if (name == "rotate") return ex.rotate(spec(), x);
    if (name == "rotate by length")
      return ex.rotate_by_length({.head_size = 8, .rotary = 8, .factor = 2, .trained_positions = 4}, x);
    if (name == "shift") return ex.shift(x, 1);
    if (name == "columns") return ex.columns(x, 3, 2);
    if (name == "embed") return ex.embed(EmbedTerm{table, ex.indices(none)});
    if (name == "gather of none") return ex.gather_rows(x, ex.indices(none));
    if (name == "gather of rows") return ex.gather_rows(rows, ex.indices(none));
    if (name == "first") return ex.pool(Pooling::first, x);
    if (name == "last") return ex.pool(Pooling::last, x);
    if (name == "mean") return ex.pool(Pooling::mean, x);
    if (name == "max") return ex.pool(Pooling::max, x);
    if (name == "weighted pool") return ex.weighted_pool(x, ex.columns(x, 0, 1));
    if (name == "concat") return ex.concat(x, x);
    if (name == "l2") return ex.l2_normalise(x);
    if (name == "dropout") return ex.dropout(x, 0.5f);
    if (name == "drop sequences") return ex.drop_sequences(x, 0.5f);
    if (name == "stop gradient") return ex.stop_gradient(x);
    return ex.cross_entropy(x, ex.indices(none));
  }
  std::vector<std::int32_t> first{0};
};

template <class F>
void on_every_backend(const F& f) {
  f(lvalue(Context<Reference<double>>{}));
  f(lvalue(Context<Reference<float>>{}));
  for (const cpu::KernelTable* table : all_tables())
    for (const int threads : {1, 2}) f(lvalue(cpu_context(*table, threads)));
}

}  // namespace

TEST_CASE("every op takes no rows, in Infer and in Record, and has gradients of zero") {
  const Ops ops;
  const Segments segments;
  on_every_backend([&]<class B>(Context<B>& context) {
    using S = scalar_t<B>;
    const Tensor<S> three = normal<S>(3, width, 1);
    const auto inference = random_parameters(context, ops.layout, StoreKind::inference, 1);
    const auto training = random_parameters(context, ops.layout, StoreKind::training, 1);
    for (const std::string& name : Ops::names()) {
      INFO(name << " on " << context.isa());
      const bool loss = name == "cross entropy";
      const auto in_executor = [&](auto& ex) {
        auto x = ex.input(MatrixView<const S>{nullptr, 0, width, width});
        auto rows = ex.input(three.matrix());
        return ops.run(ex, name, x, rows);
      };
      const Tensor<S> inferred = in_infer(context, inference, segments, in_executor);
      CHECK(inferred.rows() == (loss ? 1 : 0));
      CHECK(inferred.cols() > 0);
      if (loss) CHECK(inferred.values()[0] == 0);

      auto gradients = training.gradients(context);
      Record<B> ex(context, training, segments, &gradients, {.training = true});
      auto x = ex.input(MatrixView<const S>{nullptr, 0, width, width});
      auto rows = ex.input(three.matrix());
      auto y = ops.run(ex, name, x, rows);
      const Tensor<S> dy = normal<S>(y.rows(), y.cols(), 2);
      ex.backward(y, dy.matrix());
      if (const auto gradient = ex.gradient(rows); gradient.data) {
        const Tensor<S> of_rows = rows_of(gradient);
        for (const S value : of_rows.values()) CHECK(value == 0);
      }
      for (std::size_t i = 0; i < ops.layout->size(); ++i)
        for (const S value : gradients.values(ParameterId{std::int32_t(i)})) CHECK(value == 0);
    }
  });
}

TEST_CASE("an empty batch has no rows, on every backend") {
  Config<Spec> config = odd_config<Spec>();
  config.shape.heads = 3;  // of 20
  const MeanEncoder<Spec> encoder(config);
  on_every_backend([&](auto&& context) {
    const auto parameters = random_parameters(context, encoder.layout, StoreKind::inference, 1);
    const auto vectors = encore::testing::run_infer(context, parameters, Batch(), encoder);
    CHECK(vectors.shape() == Shape{0, 60});
    const auto recorded = random_parameters(context, encoder.layout, StoreKind::training, 1);
    CHECK(encore::testing::run_record(context, recorded, Batch(), encoder).shape() == Shape{0, 60});
  });
}

TEST_CASE("a tensor without rows has its columns") {
  CHECK(Tensor<float>(Shape{0, 7}).cols() == 7);
  CHECK(Tensor<float>(Shape{0, 2, 3}).matrix().cols == 6);
  CHECK(Tensor<float>(Shape{4}).cols() == 1);
}
