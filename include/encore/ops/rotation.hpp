// SPDX-License-Identifier: Apache-2.0
// What ops that turn heads by position ask of their tables, [positions, rotary / 2] each.
#pragma once

#include <encore/ops/op.hpp>

#include <initializer_list>

namespace encore::op {

// Throws ShapeError for a table of another width, InputError for a sequence beyond its positions.
inline void check_positions(const char* op, const ParameterLayout& layout, const Segments& segments, ParameterId table,
                            std::int64_t rotary) {
  const ParameterSpec& spec = row_parameter(op, layout, table);
  if (spec.cols() != rotary / 2)
    throw ShapeError(std::string(op) + ": '" + spec.name() + "' " + to_string(spec.shape) + " does not turn " +
                     std::to_string(rotary) + " columns of a head");
  if (segments.longest() > spec.rows())
    throw InputError(std::string(op) + ": a sequence of " + std::to_string(segments.longest()) +
                     " tokens is longer than the rotary table of " + std::to_string(spec.rows()) + " positions");
}

// The same for the tables of a rotation of the first `rotary` columns of each head.
inline void check_rotation(const char* op, const ParameterLayout& layout, const Segments& segments,
                           std::initializer_list<ParameterId> tables, std::int64_t rotary, std::int64_t head_size) {
  if (rotary < 2 || rotary % 2 != 0 || rotary > head_size)
    throw ArgumentError(std::string(op) + ": " + std::to_string(rotary) + " columns of heads of " +
                        std::to_string(head_size) + " cannot be turned in pairs");
  for (const ParameterId table : tables) check_positions(op, layout, segments, table, rotary);
}

}  // namespace encore::op
