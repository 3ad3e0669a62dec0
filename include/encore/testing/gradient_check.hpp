// SPDX-License-Identifier: Apache-2.0
// Checks the gradients of anything written as a layer: inputs and every parameter, by central differences in double on
// the reference backend. It returns a report and knows no test framework.
//
//   auto report = encore::testing::check_gradients([&](encore::Builder b) { return MyLayer(b, shape); }, {},
//   shape.hidden); if (report.worst() > 1e-8) std::puts(report.text().c_str());
#pragma once

#include <encore/core/batch.hpp>
#include <encore/exec/infer.hpp>
#include <encore/exec/record.hpp>
#include <encore/layers/embedding.hpp>
#include <encore/testing/worst.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace encore::testing {

// Of which batch gradients are checked, and how fine the differences are.
struct GradientOptions {
  std::vector<std::int64_t> lengths{3, 1, 2};  // of the sequences of the batch
  double step = 1e-4;                          // of the differences
  std::uint64_t seed = 1;                      // of inputs and parameters
  bool training = false;                       // dropout is on, with one mask for all evaluations
};

// How far the derivatives by one operand are from the differences.
struct GradientError {
  std::string name;  // a parameter's, or "input 0", ..
  double scale =
      0;  // what errors are relative to: the largest derivative by this operand, at least 1e-3 of the largest of all
  double error = 0;               // the largest |derivative - difference| / scale
  std::int64_t row = 0, col = 0;  // where it is
  double derivative = 0, difference = 0;
};

// What a check found, one entry for each input and each parameter.
struct GradientReport {
  std::vector<GradientError> operands;

  // Of all operands; NaN where one is.
  double worst() const {
    double error = 0;
    for (const GradientError& operand : operands) error = worst_of(error, operand.error);
    return error;
  }
  // One line an operand, the worst place of each.
  std::string text() const {
    std::string lines;
    for (const GradientError& operand : operands) {
      char numbers[200];
      std::snprintf(numbers, sizeof numbers,
                    " error %.2e at (%lld, %lld): derivative %.12g, difference %.12g, scale %.3g\n", operand.error,
                    static_cast<long long>(operand.row), static_cast<long long>(operand.col), operand.derivative,
                    operand.difference, operand.scale);
      lines += operand.name + ":" + numbers;
    }
    return lines;
  }
};

// A function of rows as a function of a batch: its inputs are rows of tables of its own, looked up by token id. So a
// layer, an encoder and a loss are checked by the same code, and derivatives by inputs are those by a parameter.
template <class Layer, std::size_t n>
struct OfRows {
  std::array<ParameterId, n> inputs;
  Layer layer;

  auto operator()(auto& ex, const BatchIndices& in) const {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      const std::array rows{look_up(ex, in, inputs[i])...};
      return layer(ex, rows[i]...);
    }(std::make_index_sequence<n>{});
  }

 private:
  static auto look_up(auto& ex, const BatchIndices& in, ParameterId table) {
    op::Embed embed;
    embed.add({table, in.ids, 0});
    return ex.embed(embed);
  }
};

// make(Builder) gives a layer that is called as layer(ex, rows..), one argument a width. `rows` is how many different
// tokens there are.
template <class Make, class... Widths>
auto of_rows(ParameterLayout& layout, const Make& make, std::int64_t rows, Widths... widths) {
  const Builder root(layout);
  std::int64_t number = 0;
  std::array<ParameterId, sizeof...(Widths)> inputs{
      root.table("input " + std::to_string(number++), rows, std::int64_t(widths))...};
  auto layer = make(root / "layer");
  return OfRows<decltype(layer), sizeof...(Widths)>{inputs, std::move(layer)};
}

// Normal numbers in every parameter but constants: deviation 1 for the tables that stand for inputs, 0.5 for weights
// and biases, and gains near one. A parameter's numbers depend on the seed and its place only.
template <class B>
Parameters<B> random_parameters(Context<B>& context, std::shared_ptr<const ParameterLayout> layout, StoreKind kind,
                                std::uint64_t seed) {
  Parameters<B> parameters(context, std::move(layout), kind);
  for (std::size_t i = 0; i < parameters.layout().size(); ++i) {
    const ParameterId id{std::int32_t(i)};
    const ParameterSpec& spec = parameters.layout()[id];
    if (spec.constant) continue;
    const RandomStream stream{seed, i};
    const bool input = spec.name().starts_with("input ");
    parameters.fill(context, id, [&](auto rows) {
      for (std::size_t k = 0; k < rows.size(); ++k) {
        const double normal = stream.normal(k);
        rows[k] = scalar_t<B>(input ? normal : spec.init == Init::ones ? 1 + 0.2 * normal : 0.5 * normal);
      }
    });
  }
  return parameters;
}

// Sequences of the given lengths; every token of the batch has an id of its own, counted from 0 and modulo `ids`.
inline Batch numbered_batch(const std::vector<std::int64_t>& lengths, std::int64_t ids, std::int64_t types = 1) {
  Batch batch;
  std::int32_t next = 0;
  for (std::int64_t length : lengths) {
    std::vector<std::int32_t> sequence, kinds;
    for (std::int64_t i = 0; i < length; ++i, ++next) {
      sequence.push_back(std::int32_t(next % ids));
      kinds.push_back(std::int32_t(next % types));
    }
    batch.add(sequence, kinds);
  }
  return batch;
}

// For f(ex, BatchIndices) over the parameters of a layout: d sum(w y) / d every number of every parameter, w random.
// The gradients' store is not zero before, because gradients of parameters must add. Differences: four points, so that
// the error is of order step^4, taken before the sum over outputs.
template <class F>
GradientReport check_gradients_of(const std::shared_ptr<const ParameterLayout>& layout, const Batch& batch, const F& f,
                                  const GradientOptions& options) {
  using B = Reference<double>;
  Context<B> context;
  Parameters<B> parameters = random_parameters(context, layout, StoreKind::training, options.seed);
  Parameters<B> gradients = parameters.gradients(context);
  static constexpr double before = 0.75;
  for (std::size_t i = 0; i < layout->size(); ++i)
    gradients.fill(context, ParameterId{std::int32_t(i)},
                   [](std::span<double> rows) { std::fill(rows.begin(), rows.end(), before); });

  const RecordOptions record_options{.training = options.training, .seed = options.seed};
  Tensor<double> weights;
  {
    Check ex(context, parameters, batch.segments(), &gradients, record_options);
    const auto y = f(ex, indices_of(ex, batch));
    weights = Tensor<double>(Shape{y.rows(), y.cols()});
    const RandomStream stream{options.seed, std::uint64_t{1} << 32};
    for (std::size_t k = 0; k < weights.values().size(); ++k) weights.values()[k] = stream.normal(k);
    ex.backward(y, weights.matrix());
  }

  std::size_t workspace = 0;
  {
    Count<B> count(context, *layout, batch.segments());
    const auto y = f(count, indices_of(count, batch));
    count.view(y);
    workspace = count.peak_bytes();
  }
  context.workspace().reserve(workspace);
  auto evaluate = [&](Tensor<double>& result) {
    auto copy = [&](auto& ex) {
      const auto y = f(ex, indices_of(ex, batch));
      const auto rows = ex.view(y);
      for (std::int64_t r = 0; r < rows.rows; ++r) std::copy_n(rows.row(r), rows.cols, result.matrix().row(r));
    };
    if (options.training) {
      Check ex(context, parameters, batch.segments(), nullptr, record_options);
      copy(ex);
    } else {
      Infer<B> ex(context, parameters, batch.segments());
      copy(ex);
    }
  };

  std::array<Tensor<double>, 4> at;  // at x + step {1, -1, 2, -2}
  for (Tensor<double>& result : at) result = Tensor<double>(weights.shape());
  constexpr std::array<double, 4> places{1, -1, 2, -2};

  std::vector<std::vector<double>> derivatives(layout->size()), differences(layout->size());
  double largest = 0;
  for (std::size_t i = 0; i < layout->size(); ++i) {
    const ParameterId id{std::int32_t(i)};
    if ((*layout)[id].constant) continue;
    derivatives[i] = gradients.values(id);
    double* numbers = parameters[id].rows();
    for (std::size_t k = 0; k < derivatives[i].size(); ++k) {
      derivatives[i][k] -= before;
      const double x = numbers[k];
      for (std::size_t p = 0; p < 4; ++p) {
        numbers[k] = x + places[p] * options.step;
        evaluate(at[p]);
      }
      numbers[k] = x;
      double sum = 0;
      for (std::size_t m = 0; m < weights.values().size(); ++m)
        sum += weights.values()[m] *
               (8 * (at[0].values()[m] - at[1].values()[m]) - (at[2].values()[m] - at[3].values()[m]));
      differences[i].push_back(sum / (12 * options.step));
      largest = std::fmax(largest, std::fabs(differences[i].back()));
    }
  }

  GradientReport report;
  for (std::size_t i = 0; i < layout->size(); ++i) {
    const ParameterSpec& spec = (*layout)[ParameterId{std::int32_t(i)}];
    if (spec.constant) continue;
    GradientError operand{.name = spec.name(), .scale = 1e-3 * largest};
    for (double difference : differences[i]) operand.scale = std::fmax(operand.scale, std::fabs(difference));
    if (operand.scale == 0) operand.scale = 1;
    operand.error = -1;
    for (std::size_t k = 0; k < differences[i].size(); ++k) {
      const double error = std::fabs(derivatives[i][k] - differences[i][k]) / operand.scale;
      if (!(error > operand.error) && !std::isnan(error)) continue;
      operand.error = error;
      operand.row = std::int64_t(k) / spec.cols();
      operand.col = std::int64_t(k) % spec.cols();
      operand.derivative = derivatives[i][k];
      operand.difference = differences[i][k];
      if (std::isnan(error)) break;
    }
    report.operands.push_back(operand);
  }
  return report;
}

// For an op of one's own without parameters: check_op_gradients(MyOp{}, {}, 8).worst() < 1e-8.
template <class Op, class... Widths>
GradientReport check_op_gradients(const Op& o, const GradientOptions& options, Widths... widths);

// For make(Builder) -> layer(ex, rows..), rows [tokens, width] for each width.
template <class Make, class... Widths>
GradientReport check_gradients(const Make& make, const GradientOptions& options, Widths... widths) {
  std::int64_t tokens = 0;
  for (std::int64_t length : options.lengths) tokens += length;
  auto layout = std::make_shared<ParameterLayout>();
  const auto f = of_rows(*layout, make, tokens, widths...);
  return check_gradients_of(layout, numbered_batch(options.lengths, tokens), f, options);
}
template <class Op, class... Widths>
GradientReport check_op_gradients(const Op& o, const GradientOptions& options, Widths... widths) {
  const auto layer = [o](auto& ex, const auto&... x) { return ex.op(o, x...); };
  return check_gradients([&](Builder) { return layer; }, options, widths...);
}

}  // namespace encore::testing
