// SPDX-License-Identifier: Apache-2.0
// Rows 0 .. rows - 1 of a constant, computed where more are needed than are stored (ParameterSpec::endless): the numbers
// that the store would hold, one row behind the other as stored ones are, -> [1, rows * columns]. No gradient.
#pragma once

#include <encore/ops/op.hpp>

#include <type_traits>
#include <vector>

namespace encore {

// Where a pass reads constants by position: nothing, or as many rows as its longest sequence needs.
struct ComputedRows {
  const void* data = nullptr;  // Scalars; null where the stored rows do, and while nothing is computed (Count)
  std::int64_t rows = 0;
};

namespace op {

struct ConstantRows {
  static constexpr const char* name = "constant_rows";
  static constexpr Element element = Element::statistic;  // as precise as stored constants
  ParameterId table{};
  std::int64_t rows = 0;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent>) const {
    return {1, rows * env.layout[table].cols()};
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>>, Out<B> y, Out<B>, std::byte*) const {
    using S = scalar_t<B>;
    const ParameterSpec& spec = env.layout[table];
    const auto compute = [&](S* to) {
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < spec.cols(); ++c) *to++ = S(spec.constant(r, c));
    };
    if constexpr (std::is_same_v<Out<B>, MatrixView<S>>) {
      compute(y.data);
    } else {  // the device's memory
      std::vector<S> numbers(std::size_t(rows * spec.cols()));
      compute(numbers.data());
      env.kernels.write({numbers.data(), 1, y.cols, y.cols}, y);
    }
  }
  template <class B>
  void backward(const Env<B>&, std::span<const In<B>>, In<B>, In<B>, In<B>, std::span<const Out<B>>) const {}
  template <class B>
  double flops(const Env<B>&, std::span<const Extent>) const {
    return 0;
  }
};

}  // namespace op
}  // namespace encore
