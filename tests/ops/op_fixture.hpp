// SPDX-License-Identifier: Apache-2.0
// One op by itself on Reference<double>: poisoned memory around and in everything it writes, gradients by central
// differences.
#pragma once

#include "expected_number.hpp"

#include <encore/backend/reference.hpp>
#include <encore/ops/op.hpp>
#include <encore/testing/worst.hpp>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace ops_test {

using namespace encore;
using encore::testing::worst_of;
using B = Reference<double>;
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// A matrix inside a larger, NaN-filled buffer: reading or writing beside it shows.
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::int64_t rows, std::int64_t cols, double value = nan)
      : rows_(rows), cols_(cols), data_(std::size_t((rows + 2) * (cols + gap)), nan) {
    for (std::int64_t r = 0; r < rows; ++r) std::fill_n(view().row(r), cols, value);
  }
  static Matrix normal(std::int64_t rows, std::int64_t cols, std::uint64_t seed, double deviation = 1) {
    Matrix m(rows, cols);
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < cols; ++c)
        m(r, c) = deviation * RandomStream{seed, 77}.normal(std::uint64_t(r * cols + c));
    return m;
  }

  MatrixView<double> view() { return {data_.data() + cols_ + gap, rows_, cols_, cols_ + gap}; }
  MatrixView<const double> view() const { return {data_.data() + cols_ + gap, rows_, cols_, cols_ + gap}; }
  double& operator()(std::int64_t r, std::int64_t c) { return view()(r, c); }
  double operator()(std::int64_t r, std::int64_t c) const { return view()(r, c); }
  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }
  // All that is not the matrix is still NaN, and all that is, is a number.
  bool tidy() const {
    std::size_t numbers = 0, expected = std::size_t(rows_ * cols_);
    for (double value : data_) numbers += !std::isnan(value);
    for (std::int64_t r = 0; r < rows_; ++r)
      for (std::int64_t c = 0; c < cols_; ++c)
        if (std::isnan((*this)(r, c))) return false;
    return numbers == expected;
  }

 private:
  static constexpr std::int64_t gap = 3;
  std::int64_t rows_ = 0, cols_ = 0;
  std::vector<double> data_;
};

// Parameters of an op, random; and the environment it runs in.
class Bench {
 public:
  explicit Bench(std::vector<std::int64_t> lengths = {3}) : segments(lengths) {}

  Builder root() { return Builder(*layout); }
  // Call once all parameters are declared.
  void start(std::uint64_t seed = 5) {
    parameters = std::make_unique<Parameters<B>>(context, layout, StoreKind::training);
    for (std::size_t i = 0; i < layout->size(); ++i) {
      const ParameterId id{std::int32_t(i)};
      if ((*layout)[id].constant) continue;
      parameters->fill(context, id, [&](std::span<double> rows) {
        for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = RandomStream{seed, i}.normal(k);
      });
    }
  }
  OpEnvironment<B> env(Parameters<B>* gradients = nullptr) const {
    return {kernels, *layout, segments, parameters.get(), gradients};
  }
  MatrixView<const double> values(ParameterId id) const {
    const ParameterSpec& spec = (*layout)[id];
    return {(*parameters)[id].rows(), spec.rows(), spec.cols(), spec.cols()};
  }

  Context<B> context;
  Kernels<B> kernels{context};
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  Segments segments;
  std::unique_ptr<Parameters<B>> parameters;
};

// What forward made.
struct Result {
  Matrix y, saved;
};

inline std::vector<MatrixView<const double>> views(const std::vector<Matrix>& inputs) {
  std::vector<MatrixView<const double>> result;
  for (const Matrix& input : inputs) result.push_back(input.view());
  return result;
}

template <class Op>
Result forward(const Bench& bench, const Op& op, const std::vector<Matrix>& inputs) {
  if (!bench.parameters) throw std::logic_error("Bench::start was not called");
  std::vector<Extent> extents;
  for (const Matrix& input : inputs) extents.push_back({input.rows(), input.cols()});
  const auto env = bench.env();
  const Extent size = op.template output<B>(env, extents);
  Result result{Matrix(size.rows, size.cols), {}};
  if constexpr (requires { op.template saved<B>(env, extents); }) {
    const Extent kept = op.template saved<B>(env, extents);
    result.saved = Matrix(kept.rows, kept.cols);
  }
  std::vector<std::byte> scratch;
  if constexpr (requires { op.template scratch<B>(env, extents); })
    scratch.assign(op.template scratch<B>(env, extents), std::byte{0xff});  // NaNs
  const auto in = views(inputs);
  op.template forward<B>(env, in, result.y.view(), result.saved.rows() ? result.saved.view() : MatrixView<double>{},
                         scratch.data());
  return result;
}

// The largest error of the op's gradients by all inputs and parameters, relative to the largest gradient of each, or
// NaN where something was not assigned, not added or written beside. Differences: four points, so that the error is of
// order step^4.
template <class Op>
double gradient_error(Bench& bench, const Op& op, std::vector<Matrix> inputs, double step = 1e-4) {
  const Result result = forward(bench, op, inputs);
  if (!result.y.tidy()) return nan;
  const Matrix dy = Matrix::normal(result.y.rows(), result.y.cols(), 11);
  static constexpr double before = 0.75;  // parameters' gradients add to it
  Parameters<B> gradients = bench.parameters->gradients(bench.context);
  for (std::size_t i = 0; i < bench.layout->size(); ++i)
    gradients.fill(bench.context, ParameterId{std::int32_t(i)},
                   [](std::span<double> rows) { std::fill(rows.begin(), rows.end(), before); });

  auto backward = [&](Parameters<B>* store, std::size_t without) {
    std::vector<Matrix> dx;
    for (const Matrix& input : inputs) dx.emplace_back(input.rows(), input.cols());
    std::vector<MatrixView<double>> targets;
    for (std::size_t i = 0; i < dx.size(); ++i) targets.push_back(i == without ? MatrixView<double>{} : dx[i].view());
    const auto in = views(inputs);
    op.template backward<B>(bench.env(store), in, result.y.view(),
                            result.saved.rows() ? result.saved.view() : MatrixView<const double>{}, dy.view(), targets);
    return dx;
  };
  const std::vector<Matrix> dx = backward(&gradients, std::size_t(-1));
  // A gradient that is not wanted changes no other, and neither does a store that is not there.
  for (std::size_t without = 0; without < inputs.size(); ++without) {
    const std::vector<Matrix> others = backward(nullptr, without);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      for (std::int64_t r = 0; i != without && r < inputs[i].rows(); ++r)
        for (std::int64_t c = 0; c < inputs[i].cols(); ++c)
          if (others[i](r, c) != dx[i](r, c)) return nan;
  }

  auto difference = [&](double& x) {
    const double at = x;
    std::array<Matrix, 4> y;
    constexpr std::array<double, 4> places{1, -1, 2, -2};
    for (std::size_t p = 0; p < 4; ++p) {
      x = at + places[p] * step;
      y[p] = forward(bench, op, inputs).y;
    }
    x = at;
    double sum = 0;
    for (std::int64_t r = 0; r < dy.rows(); ++r)
      for (std::int64_t c = 0; c < dy.cols(); ++c)
        sum += dy(r, c) * (8 * (y[0](r, c) - y[1](r, c)) - (y[2](r, c) - y[3](r, c)));
    return sum / (12 * step);
  };
  double worst = 0;
  auto compare = [&](const std::vector<double>& derivatives, const std::vector<double>& differences) {
    double scale = 1e-3, error = 0;
    for (std::size_t k = 0; k < differences.size(); ++k) {
      scale = std::fmax(scale, std::fabs(differences[k]));
      error = worst_of(error, std::fabs(derivatives[k] - differences[k]));
    }
    worst = worst_of(worst, error / scale);
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!dx[i].tidy()) return nan;
    std::vector<double> derivatives, differences;
    for (std::int64_t r = 0; r < inputs[i].rows(); ++r) {
      for (std::int64_t c = 0; c < inputs[i].cols(); ++c) {
        derivatives.push_back(dx[i](r, c));
        differences.push_back(difference(inputs[i](r, c)));
      }
    }
    compare(derivatives, differences);
  }
  for (std::size_t i = 0; i < bench.layout->size(); ++i) {
    const ParameterId id{std::int32_t(i)};
    if ((*bench.layout)[id].constant) continue;
    std::vector<double> derivatives = gradients.values(id), differences;
    for (std::size_t k = 0; k < derivatives.size(); ++k) {
      derivatives[k] -= before;
      differences.push_back(difference((*bench.parameters)[id].rows()[k]));
    }
    compare(derivatives, differences);
  }
  return worst;
}

// `expected(row, col)` beside what an op made: the largest difference relative to the largest number; NaN where y has
// one.
template <class Formula>
double value_error(const Matrix& y, const Formula& expected) {
  if (!y.tidy()) return nan;
  double error = 0, scale = 0;
  for (std::int64_t r = 0; r < y.rows(); ++r) {
    for (std::int64_t c = 0; c < y.cols(); ++c) {
      const double wanted = expected_number(double(expected(r, c)));
      error = worst_of(error, std::fabs(y(r, c) - wanted));
      scale = std::fmax(scale, std::fabs(wanted));
    }
  }
  return scale > 0 ? error / scale : error;
}

}  // namespace ops_test
