// SPDX-License-Identifier: Apache-2.0
// What must hold for every policy, as functions to run on one's own. They return a report and know no test framework.
//
//   check_layer(context.., make, width)        rows to rows: gradients, Infer equals Record, packing, order, threads
//   check_encoder<Spec>(config, context..)     the same for a spec assembled into an encoder
//   shift<Position>(shape, options), reflection<Position>(shape, options)     of a position policy's scores
//   permutation(make, width), adjoint(make, width)     for layers that are equivariant, or linear
//
// Each context is tried by itself, and all of one backend (of the same instruction set) must agree in every bit: give
// contexts with different numbers of threads. Without a context the checks run on the reference backend.
#pragma once

#include <encore/layers/encoder.hpp>
#include <encore/models/prepare.hpp>
#include <encore/testing/gradient_check.hpp>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

namespace encore::testing {

// One property and whether it holds.
struct Property {
  std::string name;
  bool holds = false;
  std::string detail;  // why not, or by how much
};

// What check_layer() and check_encoder() return.
struct PropertyReport {
  std::vector<Property> properties;

  // Whether all do.
  bool holds() const {
    return std::all_of(properties.begin(), properties.end(), [](const Property& property) { return property.holds; });
  }
  // Those that fail, a line each.
  std::string failures() const {
    std::string lines;
    for (const Property& property : properties)
      if (!property.holds) lines += property.name + ": " + property.detail + "\n";
    return lines;
  }
};

// ---- running a function f(ex, BatchIndices) of a batch
// ---------------------------------------------------------------------

// f's rows on that context, by Infer.
template <class B, class F>
Tensor<scalar_t<B>> run_infer(Context<B>& context, const Parameters<B>& parameters, const Batch& batch, const F& f) {
  Tensor<scalar_t<B>> result;
  infer(context, parameters, batch.segments(), {}, [&](auto& ex) {
    const auto y = f(ex, indices_of(ex, batch));
    const auto rows = ex.view(y);
    if constexpr (std::remove_reference_t<decltype(ex)>::computing) {
      result = Tensor<scalar_t<B>>(Shape{rows.rows, rows.cols});
      for (std::int64_t r = 0; r < rows.rows; ++r) std::copy_n(rows.row(r), rows.cols, result.matrix().row(r));
    }
  });
  return result;
}

// By Record, without gradients.
template <class B, class F>
Tensor<scalar_t<B>> run_record(Context<B>& context, const Parameters<B>& parameters, const Batch& batch, const F& f) {
  Record<B> ex(context, parameters, batch.segments(), nullptr);
  const auto y = f(ex, indices_of(ex, batch));
  const auto rows = ex.view(y);
  Tensor<scalar_t<B>> result(Shape{rows.rows, rows.cols});
  for (std::int64_t r = 0; r < rows.rows; ++r) std::copy_n(rows.row(r), rows.cols, result.matrix().row(r));
  return result;
}

// Empty where all bits are equal, else the first place where they are not.
template <class S>
std::string different_bits(MatrixView<const S> a, MatrixView<const S> b) {
  if (a.rows != b.rows || a.cols != b.cols) return to_string(shape_of(a)) + " and " + to_string(shape_of(b));
  for (std::int64_t r = 0; r < a.rows; ++r) {
    for (std::int64_t c = 0; c < a.cols; ++c) {
      if (std::memcmp(&a(r, c), &b(r, c), sizeof(S)) == 0) continue;
      char text[100];
      std::snprintf(text, sizeof text, "(%lld, %lld): %.17g and %.17g", static_cast<long long>(r),
                    static_cast<long long>(c), double(a(r, c)), double(b(r, c)));
      return text;
    }
  }
  return {};
}
template <class S>
std::string different_bits(const Tensor<S>& a, const Tensor<S>& b) {
  return different_bits<S>(a.matrix(), b.matrix());
}

// ---- properties of f, bit for bit
// ------------------------------------------------------------------------------------------

// Infer on an inference store and Record on a training store.
template <class B, class F>
Property infer_equals_record(Context<B>& context, const std::shared_ptr<const ParameterLayout>& layout,
                             const Batch& batch, const F& f, std::uint64_t seed = 1) {
  const Parameters<B> inference = random_parameters(context, layout, StoreKind::inference, seed);
  const Parameters<B> training = random_parameters(context, layout, StoreKind::training, seed);
  const std::string difference =
      different_bits(run_infer(context, inference, batch, f), run_record(context, training, batch, f));
  return {"Infer equals Record", difference.empty(), difference};
}

// The rows of each sequence alone and among the others, in their order, backwards, and each in front.
template <class B, class F>
Property batch_invariance(Context<B>& context, const std::shared_ptr<const ParameterLayout>& layout, const Batch& batch,
                          const F& f, std::uint64_t seed = 1) {
  const Parameters<B> parameters = random_parameters(context, layout, StoreKind::inference, seed);
  const Segments& segments = batch.segments();
  const std::size_t count = std::size_t(segments.count());
  auto pack = [&](const std::vector<std::size_t>& order) {
    Batch packed;
    for (std::size_t s : order) {
      const std::size_t begin = std::size_t(segments.begin(std::int64_t(s))),
                        length = std::size_t(segments.length(std::int64_t(s)));
      packed.add(batch.ids().subspan(begin, length), batch.type_ids().subspan(begin, length));
    }
    return packed;
  };
  std::vector<Tensor<scalar_t<B>>> alone;
  for (std::size_t s = 0; s < count; ++s) alone.push_back(run_infer(context, parameters, pack({s}), f));

  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::vector<std::size_t>> orders{order, {order.rbegin(), order.rend()}};
  for (std::size_t turn = 1; turn < count; ++turn) {
    std::rotate(order.begin(), order.begin() + 1, order.end());
    orders.push_back(order);
  }
  for (const std::vector<std::size_t>& o : orders) {
    const auto together = run_infer(context, parameters, pack(o), f);
    std::int64_t row = 0;
    for (std::size_t s : o) {
      const auto& one = alone[s];
      const std::string difference = different_bits<scalar_t<B>>(
          one.matrix(), {together.matrix().row(row), one.rows(), one.cols(), together.cols()});
      if (!difference.empty())
        return {"batch invariance", false, "sequence " + std::to_string(s) + " alone and packed: " + difference};
      row += one.rows();
    }
  }
  return {"batch invariance", true, {}};
}

// The same bits on every context.
template <class B, class F, class... Contexts>
Property thread_invariance(const std::shared_ptr<const ParameterLayout>& layout, const Batch& batch, const F& f,
                           Context<B>& first, Contexts&... others) {
  auto run = [&](Context<B>& context) {
    return run_infer(context, random_parameters(context, layout, StoreKind::inference, 1), batch, f);
  };
  const auto expected = run(first);
  std::string difference;
  (..., (difference += different_bits(expected, run(others))));
  return {"thread invariance", difference.empty(), difference};
}

// All of them at one of two steps: a wrong derivative is wrong at both, but what a difference leaves out, a fifth
// derivative times step^4, is beyond 1e-8 at the first where a function bends sharply (a norm of a row that hardly
// varies: 2.3e-8 at 1e-4, 3.6e-9 at 3e-5).
template <class F>
Property gradients(const std::shared_ptr<const ParameterLayout>& layout, const Batch& batch, const F& f,
                   double tolerance = 1e-8) {
  std::string detail;
  for (const double step : {1e-4, 3e-5}) {
    const GradientReport report = check_gradients_of(layout, batch, f, {.lengths = {}, .step = step});
    detail += "\n" + report.text();
    if (report.worst() <= tolerance) return {"gradients", true, detail};
  }
  return {"gradients", false, detail};
}

// All of the above. `batch` is for bits, `small` for gradients: as many forward passes as there are parameters.
template <class F, class... Contexts>
PropertyReport check_function(const std::shared_ptr<const ParameterLayout>& layout, const Batch& batch,
                              const Batch& small, const F& f, Contexts&... contexts) {
  PropertyReport report;
  auto on = [&](auto&& context) {
    report.properties.push_back(infer_equals_record(context, layout, batch, f));
    report.properties.push_back(batch_invariance(context, layout, batch, f));
  };
  on(Context<Reference<double>>{});
  (..., on(contexts));
  if constexpr (sizeof...(contexts) > 1) report.properties.push_back(thread_invariance(layout, batch, f, contexts...));
  report.properties.push_back(gradients(layout, small, f));
  return report;
}

// A layer of rows, make(Builder) -> layer(ex, x), x [N, width].
template <class Make, class... Contexts>
PropertyReport check_layer(const Make& make, std::int64_t width, Contexts&... contexts) {
  auto layout = std::make_shared<ParameterLayout>();
  constexpr std::int64_t tokens = 6;
  const auto f = of_rows(*layout, make, tokens, width);
  return check_function(layout, numbered_batch({2, 7, 1, 19}, tokens), numbered_batch({3, 1, 2}, tokens), f,
                        contexts...);
}

// Sequences of the given lengths, none longer than the shape's positions.
inline Batch encoder_batch(const ModelShape& shape, std::vector<std::int64_t> lengths) {
  for (std::int64_t& length : lengths) length = std::min(length, shape.max_positions);
  return numbered_batch(lengths, shape.vocabulary, std::max<std::int64_t>(shape.types, 1));
}

// An encoder of that shape, f(ex, BatchIndices).
template <class F, class... Contexts>
PropertyReport check_encoder_function(const std::shared_ptr<const ParameterLayout>& layout, const ModelShape& shape,
                                      const F& f, Contexts&... contexts) {
  return check_function(layout, encoder_batch(shape, {2, 7, 1, 19}), encoder_batch(shape, {3, 1}), f, contexts...);
}

// What is computed once from weights (models/prepare.hpp) gives the bits that computing it in every pass gives.
template <class Spec, class B>
Property prepared_equals_computed(Context<B>& context, const std::shared_ptr<const ParameterLayout>& layout,
                                  const ModelShape& shape, const Encoder<Spec>& encoder) {
  const Batch batch = encoder_batch(shape, {2, 7, 1, 19});
  Parameters<B> parameters = random_parameters(context, layout, StoreKind::inference, 1);
  const auto computed = run_infer(context, parameters, batch, encoder);
  prepare(context, encoder, parameters);
  if (!parameters.prepared()) return {"prepared equals computed", false, "nothing was prepared"};
  const std::string difference = different_bits(computed, run_infer(context, parameters, batch, encoder));
  return {"prepared equals computed", difference.empty(), difference};
}

// A spec: all its policies assembled.
template <class Spec, class... Contexts>
PropertyReport check_encoder(const Config<Spec>& config, Contexts&... contexts) {
  auto layout = std::make_shared<ParameterLayout>();
  const Encoder<Spec> encoder(Builder(*layout), config);
  PropertyReport report = check_encoder_function(layout, config.shape, encoder, contexts...);
  if constexpr (Encoder<Spec>::prepares) {
    Context<Reference<double>> exact;
    report.properties.push_back(prepared_equals_computed(exact, layout, config.shape, encoder));
    (..., report.properties.push_back(prepared_equals_computed(contexts, layout, config.shape, encoder)));
  }
  return report;
}

// ---- properties that only some have, in double
// -----------------------------------------------------------------------------

// The largest |a - b|, relative to the largest |b|; infinity where a number is none or is infinite in one of them only.
inline double relative_difference(std::span<const double> a, std::span<const double> b) {
  double difference = 0, scale = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;  // equal infinities among them
    difference = std::fmax(difference, std::fabs(a[i] - b[i]));
    scale = std::fmax(scale, std::fabs(b[i]));
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return std::numeric_limits<double>::infinity();
  }
  return scale > 0 ? difference / scale : difference;
}

// Permuting the tokens of a sequence permutes its rows: holds where nothing knows of positions.
template <class F>
Property permutation_of(const std::shared_ptr<const ParameterLayout>& layout, const Batch& batch, const F& f,
                        double tolerance = 1e-12) {
  Context<Reference<double>> context;
  const auto parameters = random_parameters(context, layout, StoreKind::training, 1);
  const auto plain = run_infer(context, parameters, batch, f);
  // Even places first, then odd ones: neither a shift nor a reflection, which schemes that know of positions may
  // commute with.
  Batch turned;
  std::vector<std::int64_t> from;
  for (std::int64_t s = 0; s < batch.segments().count(); ++s) {
    std::vector<std::int32_t> ids, types;
    for (const std::int64_t parity : {0, 1}) {
      for (std::int64_t n = batch.segments().begin(s) + parity; n < batch.segments().end(s); n += 2) {
        ids.push_back(batch.ids()[std::size_t(n)]);
        types.push_back(batch.type_ids()[std::size_t(n)]);
        from.push_back(n);
      }
    }
    turned.add(ids, types);
  }
  const auto permuted = run_infer(context, parameters, turned, f);
  Tensor<double> expected(plain.shape());
  for (std::int64_t r = 0; r < plain.rows(); ++r)
    std::copy_n(plain.matrix().row(from[std::size_t(r)]), plain.cols(), expected.matrix().row(r));
  const double difference = relative_difference(permuted.values(), expected.values());
  return {"permutation", difference <= tolerance, std::to_string(difference)};
}
// The opposite: what an encoder makes of tokens depends on their order.
template <class Spec>
Property order_matters(const Config<Spec>& config) {
  auto layout = std::make_shared<ParameterLayout>();
  const Encoder<Spec> encoder(Builder(*layout), config);
  Property permuted = permutation_of(layout, encoder_batch(config.shape, {7, 5}), encoder, 1e-6);
  return {"order", !permuted.holds, "outputs are permuted with the tokens, but for " + permuted.detail};
}
// Whether permuting the tokens of a sequence permutes a layer's rows and changes no number by more than rounding:
// layers without positions.
template <class Make>
Property permutation(const Make& make, std::int64_t width) {
  auto layout = std::make_shared<ParameterLayout>();
  const auto f = of_rows(*layout, make, 8, width);
  return permutation_of(layout, numbered_batch({5, 1, 2}, 8), f);
}

// <f(x) - f(0), w> = <x, J^T w>: holds where f is affine and its backward is the transpose of its forward.
template <class Make>
Property adjoint(const Make& make, std::int64_t width, double tolerance = 1e-12) {
  auto layout = std::make_shared<ParameterLayout>();
  const auto f = of_rows(*layout, make, 6, width);
  const Batch batch = numbered_batch({3, 1, 2}, 6);
  Context<Reference<double>> context;
  auto parameters = random_parameters(context, layout, StoreKind::training, 1);
  auto gradients = parameters.gradients(context);
  const ParameterId input = f.inputs[0];
  const std::vector<double> x = parameters.values(input);
  const auto y = run_infer(context, parameters, batch, f);
  Tensor<double> w(y.shape());
  for (std::size_t i = 0; i < w.values().size(); ++i) w.values()[i] = RandomStream{2, 0}.normal(i);
  {
    Check ex(context, parameters, batch.segments(), &gradients);
    const auto recorded = f(ex, indices_of(ex, batch));
    ex.backward(recorded, w.matrix());
  }
  parameters.fill(context, input, [](std::span<double> rows) { std::fill(rows.begin(), rows.end(), 0.0); });
  const auto at_zero = run_infer(context, parameters, batch, f);
  const std::vector<double> back = gradients.values(input);
  double forward = 0, backward = 0;
  for (std::size_t i = 0; i < w.values().size(); ++i) forward += (y.values()[i] - at_zero.values()[i]) * w.values()[i];
  for (std::size_t i = 0; i < x.size(); ++i) backward += x[i] * back[i];
  const double difference = std::fabs(forward - backward) / std::fmax(std::fabs(forward), 1e-300);
  return {"adjoint", difference <= tolerance, std::to_string(forward) + " and " + std::to_string(backward)};
}

// What a position policy makes of equal queries and equal keys: [n, n], score(i, j) - score(i, i), n = head size. It is
// read off the op's probabilities: the values are the rows of the identity.
template <class Position>
Tensor<double> position_scores(const ModelShape& shape, const options_t<Position>& options,
                               std::span<const double> query, std::span<const double> key) {
  auto layout = std::make_shared<ParameterLayout>();
  const Builder root(*layout);
  const auto position = construct<Position>(root / "position", shape, options);
  const encore::detail::PositionLayer<Position> layer(root / "layer", position);
  AttentionSpec spec{.heads = 1, .kv_heads = 1, .head_size = shape.head_size()};
  encore::detail::lower_position(position, spec, {});
  if constexpr (LowersAttention<encore::detail::PositionLayer<Position>>) layer.lower(spec);

  const std::int64_t n = shape.head_size();
  Context<Reference<double>> context;
  const auto parameters = random_parameters(context, layout, StoreKind::training, 1);
  Tensor<double> q(Shape{n, n}), k(Shape{n, n}), v(Shape{n, n}), scores(Shape{n, n});
  for (std::int64_t i = 0; i < n; ++i) {
    std::copy_n(query.data(), n, q.matrix().row(i));
    std::copy_n(key.data(), n, k.matrix().row(i));
    v.matrix()(i, i) = 1;
  }
  infer(context, parameters, Segments({n}), {}, [&](auto& ex) {
    const auto queries = encore::detail::rotated(ex, position, ex.input(q.matrix()), {}),
               keys = encore::detail::rotated(ex, position, ex.input(k.matrix()), {}), values = ex.input(v.matrix());
    const auto y = encore::detail::attention_of(ex, spec, queries, keys, values,
                                                encore::detail::distances_of(ex, layer, position), layer, position);
    const auto p = ex.view(y);
    if constexpr (std::remove_reference_t<decltype(ex)>::computing)
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j) scores.matrix()(i, j) = std::log(p(i, j)) - std::log(p(i, i));
  });
  return scores;
}

// n normal numbers of variance 1 / n; the same for the same stream.
inline std::vector<double> normal_vector(std::int64_t n, std::uint64_t stream) {
  std::vector<double> x(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = RandomStream{3, stream}.normal(i) / std::sqrt(double(n));
  return x;
}

// score(i + t, j + t) = score(i, j): what makes a scheme relative.
template <class Position>
Property shift(const ModelShape& shape, const options_t<Position>& options, double tolerance = 1e-12) {
  const std::int64_t n = shape.head_size();
  const auto scores = position_scores<Position>(shape, options, normal_vector(n, 0), normal_vector(n, 1));
  double worst = 0;
  for (std::int64_t i = 1; i < n; ++i)
    worst = worst_of(worst, relative_difference(scores[i].subspan(1), scores[i - 1].first(std::size_t(n - 1))));
  return {"shift", worst <= tolerance, std::to_string(worst)};
}

// score(i, j) = score(j, i) where query and key are equal: what makes a relative scheme symmetric.
template <class Position>
Property reflection(const ModelShape& shape, const options_t<Position>& options, double tolerance = 1e-12) {
  const std::int64_t n = shape.head_size();
  const auto content = normal_vector(n, 0);
  const auto scores = position_scores<Position>(shape, options, content, content);
  std::vector<double> turned;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) turned.push_back(scores.matrix()(j, i));
  const double difference = relative_difference(turned, scores.values());
  return {"reflection", difference <= tolerance, std::to_string(difference)};
}

}  // namespace encore::testing
