// SPDX-License-Identifier: Apache-2.0
// What ops that rotate heads by position ask of their tables, [positions, rotary / 2] each.
#pragma once

#include <encore/ops/constant_rows.hpp>
#include <encore/ops/op.hpp>

#include <algorithm>

namespace encore::op {

// Throws ShapeError for a table of another width, InputError for a sequence beyond its positions and those computed.
inline void check_positions(const char* op, const ParameterLayout& layout, const Segments& segments, ParameterId table,
                            const ComputedRows& computed, std::int64_t rotary) {
  const ParameterSpec& spec = row_parameter(op, layout, table);
  if (spec.cols() != rotary / 2)
    throw ShapeError(std::string(op) + ": '" + spec.name() + "' " + to_string(spec.shape) + " does not rotate " +
                     std::to_string(rotary) + " columns of a head");
  if (segments.longest() > std::max(spec.rows(), computed.rows))
    throw InputError(std::string(op) + ": a sequence of " + std::to_string(segments.longest()) +
                     " tokens is longer than the rotary table of " + std::to_string(spec.rows()) + " positions");
}

// The rows of a pass: those computed, where there are any, else those stored.
template <class B>
const scalar_t<B>* rows_by_position(const Env<B>& env, ParameterId stored, const ComputedRows& computed) {
  return computed.rows ? static_cast<const scalar_t<B>*>(computed.data) : env.weights(stored).rows();
}

// Throws ArgumentError where the first `rotary` columns of a head are no pairs of columns.
inline void check_rotary(const char* op, std::int64_t rotary, std::int64_t head_size) {
  if (rotary < 2 || rotary % 2 != 0 || rotary > head_size)
    throw ArgumentError(std::string(op) + ": " + std::to_string(rotary) + " columns of heads of " +
                        std::to_string(head_size) + " cannot be rotated in pairs");
}

}  // namespace encore::op
