// SPDX-License-Identifier: Apache-2.0
// From what tasks say at run time to template arguments. Nothing here looks at the number of rows to choose a kernel, so
// that a row's bits do not depend on its batch.
//
// A Machine has `template <class Kernel, class Task> void launch(const Kernel&, const Grid&, const Task&)`.
#pragma once

#include <encore/backend/cuda/device.hpp>
#include <encore/backend/cuda/kernels/warp.hpp>
#include <encore/backend/cuda/tiling.hpp>

#include <cstdint>

namespace encore::cuda {

inline std::int64_t blocks_for(std::int64_t items, std::int64_t per_block) {
  return (items + per_block - 1) / per_block;
}

// vector_width where packs of it tile the columns of all matrices and begin at multiples of 16 bytes, else 1.
template <class... Views>
int width_of(const Views&... views) {
  const auto fits = [](const View& x) {
    return !x.data || (x.cols % vector_width == 0 && x.stride % vector_width == 0 &&
                       reinterpret_cast<std::uintptr_t>(x.data) % 16 == 0);
  };
  return (fits(views) && ...) ? vector_width : 1;
}

template <class F>
void by_format(const View& x, F&& f) {
  if (x.format == Format::f32)
    f(float{});
  else
    f(Bf16{});
}
template <class F>
void by_format_and_width(const View& x, int width, F&& f) {
  by_format(x, [&]<class T>(T) {
    if (width == vector_width)
      f.template operator()<T, vector_width>();
    else
      f.template operator()<T, 1>();
  });
}

}  // namespace encore::cuda
