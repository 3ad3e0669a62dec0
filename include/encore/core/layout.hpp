// SPDX-License-Identifier: Apache-2.0
// What a model needs, before any number exists: the names, shapes and uses of its parameters. Layers say it to a
// Builder; a store (backend/parameters.hpp) holds the numbers.
#pragma once

#include <encore/core/error.hpp>
#include <encore/core/shape.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace encore {

// A parameter's place in a layout; default-constructed: none (a linear layer without bias). What a layout gives out
// bears the mark of the parameter there, so that it is not taken for another layout's; one made of a place alone is
// not.
struct ParameterId {
  std::int32_t index = -1;
  std::uint32_t mark = 0;
  explicit operator bool() const { return index >= 0; }
  friend bool operator==(ParameterId a, ParameterId b) { return a.index == b.index; }
};

// How a parameter begins when a model is trained from scratch.
enum class Init : std::uint8_t { zeros, ones, normal };

// Consecutive rows of a parameter that have a name of their own: query, key and value of a fused projection.
struct ParameterSection {
  std::string name;
  std::int64_t rows = 0;
  double scale = 1;  // of what it begins with
};

// One parameter: its shape, the names of its rows, how it begins and what reads it.
struct ParameterSpec {
  Shape shape;                             // [outputs, inputs], [rows, width] or [size]
  std::vector<ParameterSection> sections;  // at least one; together all rows of `shape`
  Init init = Init::zeros;
  bool reads_rows = false;     // some op reads single rows (tables, gains, biases)
  bool reads_product = false;  // some op multiplies by it (linear): a backend may keep it packed
  // A constant computed at load, in double, from (row, column): never trained, never in a file.
  std::function<double(std::int64_t, std::int64_t)> constant;
  // The constant goes on beyond the rows stored: a pass that needs more computes them for itself (ops/constant_rows.hpp).
  bool endless = false;
  // A constant that layers compute from other parameters once those are loaded (models/prepare.hpp).
  bool derived = false;

  // The first section's name, which errors and the random numbers of initialise() go by; and the shape as a matrix: a
  // [size] is [size, 1].
  const std::string& name() const { return sections.front().name; }
  std::int64_t rows() const { return shape[0]; }
  std::int64_t cols() const { return shape.rank() > 1 ? shape[1] : 1; }
};

// Whether both have as many sections, of the same rows each: a backend then puts the same padding between them.
inline bool same_section_rows(const ParameterSpec& a, const ParameterSpec& b) {
  return std::equal(a.sections.begin(), a.sections.end(), b.sections.begin(), b.sections.end(),
                    [](const ParameterSection& x, const ParameterSection& y) { return x.rows == y.rows; });
}

// All parameters of a model, in order of declaration. Equal layouts have equal names and shapes.
class ParameterLayout {
 public:
  // Both throw ArgumentError for an id of another layout.
  const ParameterSpec& operator[](ParameterId id) const { return specs_[place(id)]; }
  ParameterSpec& operator[](ParameterId id) { return specs_[place(id)]; }
  // Where the parameter stands, from 0. Throws ArgumentError for an id of another layout.
  std::size_t place(ParameterId id) const {
    const auto at = std::size_t(id.index);  // -1 is beyond every size
    if (at >= specs_.size() || (id.mark != 0 && id.mark != marks_[at])) refuse(id);
    return at;
  }
  // The specs in the order of their ids.
  std::size_t size() const { return specs_.size(); }
  auto begin() const { return specs_.begin(); }
  auto end() const { return specs_.end(); }

  // Throws ArgumentError for a name that there is already: one of the two could never be filled from a file.
  ParameterId add(ParameterSpec spec) {
    for (const ParameterSection& section : spec.sections)
      if (!names_.insert(section.name).second)
        throw ArgumentError("parameters: '" + section.name + "' is declared twice");
    marks_.push_back(mark_of(spec));
    specs_.push_back(std::move(spec));
    return {std::int32_t(specs_.size() - 1), marks_.back()};
  }
  // Trained numbers, constants left out. Throws ShapeError where they do not fit.
  std::int64_t parameter_count() const {
    std::int64_t count = 0;
    for (const ParameterSpec& spec : specs_) {
      if (spec.constant) continue;
      const std::int64_t elements = spec.shape.elements();
      if (elements > std::numeric_limits<std::int64_t>::max() - count)
        throw ShapeError("layout: more than 2^63 - 1 parameters");
      count += elements;
    }
    return count;
  }

  friend bool operator==(const ParameterLayout& a, const ParameterLayout& b) { return a.marks_ == b.marks_; }

 private:
  // FNV-1a of names and shape; never 0.
  static std::uint32_t mark_of(const ParameterSpec& spec) {
    std::uint32_t hash = 2166136261u;
    const auto add = [&](std::uint64_t number) { hash = std::uint32_t((hash ^ number) * 16777619u); };
    for (const ParameterSection& section : spec.sections) {
      for (const char c : section.name) add(std::uint64_t(static_cast<unsigned char>(c)));
      add(std::uint64_t(section.rows));
    }
    for (const std::int64_t extent : spec.shape) add(std::uint64_t(extent));
    return hash ? hash : 1;
  }
  [[noreturn]] void refuse(ParameterId id) const {
    if (!id) throw ArgumentError("parameters: an absent parameter was asked for");
    const std::string place = "parameters: number " + std::to_string(id.index);
    const std::string reason = ": the layer was made for another layout";
    if (std::size_t(id.index) >= specs_.size())
      throw ArgumentError(place + " was asked for, there are " + std::to_string(specs_.size()) + reason);
    const ParameterSpec& here = specs_[std::size_t(id.index)];
    throw ArgumentError(place + " is '" + here.name() + "' " + to_string(here.shape) + ", not the one that is meant" +
                        reason);
  }

  std::vector<ParameterSpec> specs_;
  std::vector<std::uint32_t> marks_;  // of each, as it was added
  std::unordered_set<std::string> names_;
};

// A place in the tree of names at which a layer declares what it needs: b / "attention" / 3.
class Builder {
 public:
  // At the root of a layout, which must outlive it.
  explicit Builder(ParameterLayout& layout) : layout_(&layout) {}

  Builder operator/(std::string_view name) const {
    return {layout_, path_.empty() ? std::string(name) : path_ + "." + std::string(name)};
  }
  Builder operator/(std::int64_t index) const { return *this / std::to_string(index); }
  // Names from the root to here, joined by dots; empty at the root.
  const std::string& path() const { return path_; }
  // Where all of it is declared.
  ParameterLayout& layout() const { return *layout_; }

  // A matrix [outputs, inputs] that linear multiplies by.
  ParameterId weight(std::string_view name, std::int64_t outputs, std::int64_t inputs) const {
    ParameterSpec spec = named({{"", outputs}}, name, {outputs, inputs}, Init::normal);
    spec.reads_product = true;
    return layout_->add(std::move(spec));
  }
  // The same, its outputs in sections: `<path>.<section>.<name>`.
  ParameterId weight(std::string_view name, std::initializer_list<std::pair<std::string_view, std::int64_t>> sections,
                     std::int64_t inputs) const {
    ParameterSpec spec = named(sections, name, {total(sections), inputs}, Init::normal);
    spec.reads_product = true;
    return layout_->add(std::move(spec));
  }
  // A vector: a gain or a bias.
  ParameterId vector(std::string_view name, std::int64_t size, Init init, double scale = 1) const {
    ParameterSpec spec = named({{"", size}}, name, {size}, init);
    spec.reads_rows = true;
    spec.sections.front().scale = scale;
    return layout_->add(std::move(spec));
  }
  ParameterId vector(std::string_view name, std::initializer_list<std::pair<std::string_view, std::int64_t>> sections,
                     Init init) const {
    ParameterSpec spec = named(sections, name, {total(sections)}, init);
    spec.reads_rows = true;
    return layout_->add(std::move(spec));
  }
  // A table [rows, width] whose rows are looked up.
  ParameterId table(std::string_view name, std::int64_t rows, std::int64_t width, Init init = Init::normal,
                    double scale = 1) const {
    ParameterSpec spec = named({{"", rows}}, name, {rows, width}, init);
    spec.reads_rows = true;
    spec.sections.front().scale = scale;
    return layout_->add(std::move(spec));
  }
  // A table computed at load.
  ParameterId constant(std::string_view name, std::int64_t rows, std::int64_t width,
                       std::function<double(std::int64_t, std::int64_t)> value) const {
    ParameterSpec spec = named({{"", rows}}, name, {rows, width}, Init::zeros);
    spec.reads_rows = true;
    spec.constant = std::move(value);
    return layout_->add(std::move(spec));
  }
  // The same, of which the first `rows` are stored and any may be read.
  ParameterId endless_constant(std::string_view name, std::int64_t rows, std::int64_t width,
                               std::function<double(std::int64_t, std::int64_t)> value) const {
    const ParameterId id = constant(name, rows, width, std::move(value));
    (*layout_)[id].endless = true;
    return id;
  }
  // A table that a layer fills in its `prepare`, for inference.
  ParameterId derived(std::string_view name, std::int64_t rows, std::int64_t width) const {
    const ParameterId id = constant(name, rows, width, [](std::int64_t, std::int64_t) { return 0.0; });
    (*layout_)[id].derived = true;
    return id;
  }
  // A matrix computed at load, that linear multiplies by.
  ParameterId constant_weight(std::string_view name, std::int64_t outputs, std::int64_t inputs,
                              std::function<double(std::int64_t, std::int64_t)> value) const {
    ParameterSpec spec = named({{"", outputs}}, name, {outputs, inputs}, Init::zeros);
    spec.reads_product = true;
    spec.constant = std::move(value);
    return layout_->add(std::move(spec));
  }

 private:
  Builder(ParameterLayout* layout, std::string path) : layout_(layout), path_(std::move(path)) {}

  static std::int64_t total(std::initializer_list<std::pair<std::string_view, std::int64_t>> sections) {
    std::int64_t rows = 0;
    for (const auto& section : sections) rows += section.second;
    return rows;
  }
  ParameterSpec named(std::initializer_list<std::pair<std::string_view, std::int64_t>> sections, std::string_view name,
                      const Shape& shape, Init init) const {
    ParameterSpec spec;
    spec.shape = shape;
    spec.init = init;
    for (const auto& [section, rows] : sections)
      spec.sections.push_back({.name = ((section.empty() ? *this : *this / section) / name).path(), .rows = rows});
    return spec;
  }

  ParameterLayout* layout_;
  std::string path_;
};

}  // namespace encore
