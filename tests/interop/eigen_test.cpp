// SPDX-License-Identifier: Apache-2.0
// The library and Eigen over the same memory: what one writes the other reads, in the layout both believe in.
#include "catch.hpp"

#include <encore/backend/cpu.hpp>
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>
#include <encore/exec/record.hpp>
#include <encore/interop/eigen.hpp>
#include <encore/layers/late_interaction.hpp>
#include <encore/models/predict/max_similarity.hpp>

using namespace encore;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

auto says(const std::string& text) { return MessageMatches(ContainsSubstring(text)); }

// A linear layer of two outputs and three inputs, in two sections, with a bias.
struct Layer {
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  ParameterId weight = Builder(*layout).weight("weight", {{"a", 1}, {"b", 1}}, 3);
  ParameterId bias = Builder(*layout).vector("bias", {{"a", 1}, {"b", 1}}, Init::zeros);

  // x W^T + b of one row of threes, in Infer.
  template <class B>
  std::vector<scalar_t<B>> of_threes(Context<B>& context, const Parameters<B>& parameters) const {
    Tensor<scalar_t<B>> x(Shape{1, 3});
    for (auto& number : x.values()) number = 3;
    std::vector<scalar_t<B>> result;
    infer(context, parameters, Segments({1}), {}, [&](auto& ex) {
      const auto [a, b] = ex.template split<2>(ex.linear(ex.input(x.matrix()), weight, bias));
      const auto left = ex.view(a), right = ex.view(b);
      if constexpr (std::remove_reference_t<decltype(ex)>::computing) result = {left(0, 0), right(0, 0)};
    });
    return result;
  }
};

template <class B>
Context<B> one_thread() {
  if constexpr (std::is_same_v<B, Cpu>)
    return Context<Cpu>({.threads = 1});
  else
    return Context<B>{};
}

}  // namespace

TEST_CASE("a tensor and the map of it are the same numbers, whoever writes") {
  Tensor<float> tensor(Shape{2, 3});
  auto map = as_eigen(tensor);
  static_assert(std::is_same_v<decltype(map), EigenMap<float>>);
  REQUIRE(map.rows() == 2);
  REQUIRE(map.cols() == 3);
  tensor.matrix()(1, 2) = 5;
  CHECK(map(1, 2) == 5);
  map.row(0) << 1, 2, 3;
  CHECK(std::vector<float>(tensor.values().begin(), tensor.values().end()) == std::vector<float>{1, 2, 3, 0, 0, 5});

  const Tensor<float>& constant = tensor;
  static_assert(std::is_same_v<decltype(as_eigen(constant)), EigenMap<const float>>);
  CHECK(as_eigen(constant).sum() == 11);
  CHECK(as_eigen(constant).data() == tensor.data());
}

TEST_CASE("a row of a tensor is a column vector of Eigen over the same numbers") {
  Tensor<double> tensor(Shape{2, 2});
  as_eigen(tensor[1]) << 3, 4;
  CHECK(tensor.matrix()(1, 0) == 3);
  CHECK(tensor.matrix()(1, 1) == 4);
  const Tensor<double>& constant = tensor;
  CHECK(as_eigen(constant[1]).norm() == 5);
  CHECK(as_eigen(constant[0]).size() == 2);
}

TEST_CASE("a map of columns steps over those left out") {
  Tensor<float> tensor(Shape{3, 4});
  auto middle = as_eigen(tensor.matrix().columns(1, 2));
  CHECK(middle.outerStride() == 4);
  middle.setOnes();
  middle(2, 1) = 7;
  CHECK(std::vector<float>(tensor.values().begin(), tensor.values().end()) ==
        std::vector<float>{0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 7, 0});
}

TEST_CASE("a view of Eigen's matrix, of a block of it and of a column is the same numbers, whoever writes") {
  EigenMatrix<float> matrix = EigenMatrix<float>::Zero(3, 4);
  const MatrixView<float> view = as_view(matrix);
  CHECK(view.rows == 3);
  CHECK(view.cols == 4);
  CHECK(view.stride == 4);
  view(1, 2) = 5;
  CHECK(matrix(1, 2) == 5);

  const MatrixView<float> block = as_view(matrix.block(1, 1, 2, 2));
  CHECK(block.stride == 4);
  block(1, 0) = 6;  // row 2, column 1
  CHECK(matrix(2, 1) == 6);
  CHECK(block(0, 1) == 5);

  const EigenMatrix<float>& constant = matrix;
  static_assert(std::is_same_v<decltype(as_view(constant)), MatrixView<const float>>);
  static_assert(std::is_same_v<decltype(as_view(std::declval<EigenMap<const float>>())), MatrixView<const float>>);
  CHECK(as_view(constant)(2, 1) == 6);

  Eigen::VectorXd column = Eigen::VectorXd::LinSpaced(4, 1, 4);
  const MatrixView<double> of_column = as_view(column);
  CHECK(of_column.cols == 1);
  CHECK(of_column(3, 0) == 4);
  Eigen::RowVectorXd row = column.transpose();
  CHECK(as_view(row)(0, 3) == 4);

  // A matrix of columns is one of rows, transposed; a column of a matrix steps over its neighbours.
  Eigen::MatrixXd columns(2, 3);
  columns << 1, 2, 3, 4, 5, 6;
  const MatrixView<double> transposed = as_view(columns.transpose());
  CHECK(transposed.rows == 3);
  CHECK(transposed(2, 1) == 6);
  const MatrixView<float> stepping = as_view(matrix.col(1));
  CHECK(stepping.stride == 4);
  CHECK(stepping(2, 0) == 6);
}

TEST_CASE("a map goes through both ways unchanged") {
  Tensor<float> tensor(Shape{3, 5});
  const MatrixView<float> part = tensor.matrix().columns(2, 2);
  const MatrixView<float> again = as_view(as_eigen(part));
  CHECK(again.data == part.data);
  CHECK(again.rows == part.rows);
  CHECK(again.cols == part.cols);
  CHECK(again.stride == part.stride);
}

TEST_CASE("empty matrices are empty on the other side") {
  Tensor<float> none;
  CHECK(as_eigen(none).rows() == 0);
  Tensor<float> no_rows(Shape{0, 4});
  CHECK(as_eigen(no_rows).rows() == 0);
  CHECK(as_eigen(no_rows).cols() == 4);
  Tensor<float> no_columns(Shape{3, 0});
  CHECK(as_eigen(no_columns).size() == 0);
  CHECK(as_eigen(std::span<const float>()).size() == 0);
  EigenMatrix<double> matrix(0, 3), narrow(2, 0);
  CHECK(as_view(matrix).rows == 0);
  CHECK(as_view(matrix).cols == 3);
  CHECK(as_view(narrow).rows == 2);
  CHECK(as_view(narrow).cols == 0);
}

TEST_CASE("a layout that a view of rows cannot have is refused with the distances") {
  Eigen::MatrixXf columns = Eigen::MatrixXf::Zero(3, 4);  // column by column: of a row, elements are 3 apart
  CHECK_THROWS_MATCHES(as_view(columns.row(1)), ShapeError,
                       says("eigen: of a matrix [1, 4] rows are 1 elements apart and columns 3"));
  float numbers[6] = {};
  using Spread = Eigen::Map<EigenMatrix<float>, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;
  Spread spread(numbers, 2, 2, {3, 2});
  CHECK_THROWS_MATCHES(as_view(spread), ShapeError, says("rows are 3 elements apart and columns 2"));
  EigenMap<float> overlapping(numbers, 2, 3, Eigen::OuterStride<>(1));
  CHECK_THROWS_MATCHES(as_view(overlapping), ShapeError, says("rows are 1 elements apart"));
}

TEMPLATE_TEST_CASE("weights written through a map are those that a product reads, and gradients are read and changed",
                   "", Cpu, Reference<float>, Reference<double>) {
  using S = scalar_t<TestType>;
  const Layer layer;
  auto context = one_thread<TestType>();
  Parameters<TestType> weights(context, layer.layout, StoreKind::training);
  fill_as_eigen(context, weights, layer.weight, [](auto w) {
    REQUIRE(w.rows() == 2);
    REQUIRE(w.cols() == 3);
    w << 1, 2, 3, 4, 5, 6;
  });
  fill_as_eigen(context, weights, layer.bias, [](auto b) {
    REQUIRE(b.rows() == 2);
    REQUIRE(b.cols() == 1);
    b << 10, 20;
  });
  CHECK(layer.of_threes(context, weights) == std::vector<S>{28, 65});  // 3 (1 + 2 + 3) + 10, 3 (4 + 5 + 6) + 20
  fill_as_eigen(context, weights, layer.weight, [](auto w) { w *= 2; });
  CHECK(layer.of_threes(context, weights) == std::vector<S>{46, 110});
  CHECK(as_eigen(weights, layer.weight)(1, 0) == 8);
  CHECK(as_eigen(weights, layer.bias)(1, 0) == 20);
  static_assert(std::is_same_v<decltype(as_eigen(weights, layer.weight)), EigenMap<const S>>);

  // d/dW of sum(dy * y) is dy^T x, d/db is the sum of dy's rows; both from Eigen's own matrices, without a copy.
  EigenMatrix<S> x(2, 3), dy(2, 2);
  x << 1, 2, 3, 4, 5, 6;
  dy << 1, 0, 2, 1;
  Parameters<TestType> gradients = weights.gradients(context);
  Record<TestType> ex(context, weights, Segments({2}), &gradients);
  const auto input = ex.input(as_view(x));
  const auto [a, b] = ex.template split<2>(ex.linear(input, layer.weight, layer.bias));
  const auto y = ex.concat(a, b);
  ex.backward(y, as_view(dy));
  EigenMatrix<S> expected(2, 3);
  expected << 1 + 8, 2 + 10, 3 + 12, 4, 5, 6;
  CHECK(as_eigen(gradients, layer.weight) == expected);
  CHECK(as_eigen(gradients, layer.bias)(0, 0) == 3);
  // W^T dy of the doubled weights.
  const EigenMap<const S> dx = as_eigen(ex.gradient(input));
  EigenMatrix<S> expected_dx(2, 3);
  expected_dx << 2, 4, 6, 12, 18, 24;
  CHECK(dx == expected_dx);

  gradient_as_eigen(gradients, layer.weight) /= 3;
  CHECK(gradients.values(layer.weight)[1] == S(4));
  CHECK_THROWS_MATCHES(gradient_as_eigen(weights, layer.weight), ArgumentError,
                       says("eigen: 'a.weight' of a store of weights was asked for as a gradient"));
}

TEST_CASE("a weight that is packed alone has no map, and says how its numbers are had") {
  const Layer layer;
  auto context = one_thread<Cpu>();
  Parameters<Cpu> weights(context, layer.layout, StoreKind::inference);
  CHECK_THROWS_MATCHES(as_eigen(weights, layer.weight), UnsupportedError,
                       says("eigen: parameter 'a.weight' [2, 3] of this inference store is packed for products"));
  CHECK(as_eigen(weights, layer.bias).rows() == 2);  // its rows are read
  fill_as_eigen(context, weights, layer.weight, [](auto w) { w.setConstant(2); });
  CHECK(layer.of_threes(context, weights) == std::vector<float>{18, 18});
  CHECK_THROWS_MATCHES(as_eigen(weights, ParameterId{7}), ArgumentError, says("number 7 was asked for, there are 2"));
}

TEST_CASE("late interaction reads Eigen's matrices where they lie") {
  EigenMatrix<float> query(2, 2), document(3, 2);
  query << 1, 0, 0, 2;
  document << 3, 1, 0, 4, -1, -1;
  const EigenMatrix<float>&q = query, &d = document;
  CHECK(max_similarity(as_view(q), as_view(d)) == 3 + 8);
}
