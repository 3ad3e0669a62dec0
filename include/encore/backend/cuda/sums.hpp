// SPDX-License-Identifier: Apache-2.0
// Sums over rows on the device, in an order that depends on the rows alone: many rows are summed in parts first.
#pragma once

#include <encore/backend/cuda/row_groups.hpp>
#include <encore/backend/cuda/tasks.hpp>
#include <encore/backend/cuda/transfers.hpp>

#include <cstdint>
#include <span>

namespace encore::cuda {

class Sums : public Transfers {
 public:
  using Transfers::Transfers;

 protected:
  static constexpr std::int64_t rows_per_part = 64;

  static std::int64_t parts_of(std::int64_t rows) { return (rows + rows_per_part - 1) / rows_per_part; }

  // target [cols] += sum over rows of x.
  void sum_columns(In x, float* target) const {
    const View partial = floats(parts_of(x.rows), x.cols);
    device_.run(SumColumnsTask{.x = x, .y = partial, .rows_per_part = rows_per_part});
    add_columns(partial, target);
  }
  void add_columns(In partial, float* target) const {
    device_.run(SumColumnsTask{.x = partial,
                               .y = {target, 1, partial.cols, partial.cols, Format::f32},
                               .rows_per_part = partial.rows,
                               .add = true});
  }
  // y[indices[n] + offset] (+)= x[n], each row's sum in order of n.
  void sum_groups(const Indices& indices, std::int64_t offset, In x, Out y, bool add) const {
    if (!indices.size) return;
    const RowGroups groups(std::span(indices.host, std::size_t(indices.size)), offset);
    SumRowsTask task{.x = x, .y = y, .order = send(groups.order), .add = add};
    if (groups.parts() == groups.count()) {
      task.begins = send(groups.part_begins);
      task.target = send(groups.targets);
      task.parts = groups.parts();
      device_.run(task);
      return;
    }
    SumRowsTask first = task;
    first.y = floats(groups.parts(), x.cols);
    first.begins = send(groups.part_begins);
    first.parts = groups.parts();
    first.add = false;
    device_.run(first);
    task.x = first.y;
    task.order = nullptr;
    task.begins = send(groups.group_begins);
    task.target = send(groups.targets);
    task.parts = groups.count();
    device_.run(task);
  }
};

}  // namespace encore::cuda
