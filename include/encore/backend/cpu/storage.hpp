// SPDX-License-Identifier: Apache-2.0
// A parameter of the CPU backend: products read weights packed in panels, everything else reads plain rows.
#pragma once

#include <encore/backend/cpu/context.hpp>
#include <encore/backend/parameters.hpp>

namespace encore::cpu {

// Outputs of a section rounded up to whole panels.
inline std::int64_t padded_outputs(std::int64_t outputs, const KernelTable& table) {
  return (outputs + table.panel - 1) / table.panel * table.panel;
}

class Storage {
 public:
  // Rows of a section, and the column where its outputs begin in a product.
  struct Section {
    std::int64_t rows;
    std::int64_t column;
  };

  Storage(Context<Cpu>& context, const ParameterSpec& spec, StoreKind kind) : table_(&context.kernels()) {
    for (std::int64_t column = 0; const ParameterSection& section : spec.sections) {
      sections_.push_back({section.rows, column});
      column += cpu::padded_outputs(section.rows, *table_);
    }
    const bool weight = spec.reads_product && kind != StoreKind::gradients;
    if (weight) panels_ = AlignedBuffer<float>(std::size_t(table_->packed_size(padded_outputs(spec), spec.cols())));
    if (spec.reads_rows || kind != StoreKind::inference)
      rows_ = AlignedBuffer<float>(std::size_t(spec.shape.elements()));
    if (spec.shape.rank() == 1 && kind != StoreKind::gradients)
      padded_ = AlignedBuffer<float>(std::size_t(padded_outputs(spec)));
  }

  std::span<const Section> sections() const { return sections_; }
  // [rows, cols], contiguous; null where only products read it.
  const float* rows() const { return rows_.data(); }
  float* rows() { return rows_.data(); }
  // Panels of all sections, one after the other.
  const float* panels() const { return panels_.data(); }
  // A vector with each section padded to whole panels: the bias of a product.
  const float* padded() const { return padded_.data(); }
  std::size_t bytes() const { return (rows_.size() + panels_.size() + padded_.size()) * sizeof(float); }

  template <class Write>
  void fill(Context<Cpu>& context, const ParameterSpec& spec, Write&& write) {
    check_table(context);
    if (!rows_.empty()) {
      write(std::span<float>(rows_.data(), rows_.size()));
      pack(spec, rows_.data());
    } else {
      AlignedBuffer<float> plain{std::size_t(spec.shape.elements())};
      write(std::span<float>(plain.data(), plain.size()));
      pack(spec, plain.data());
    }
  }
  std::vector<float> values(const ParameterSpec& spec) const {
    if (!rows_.empty()) return {rows_.begin(), rows_.end()};
    std::vector<float> plain;
    plain.reserve(std::size_t(spec.shape.elements()));
    const float* panel = panels_.data();
    for (const ParameterSection& section : spec.sections) {
      for (std::int64_t n = 0; n < section.rows; ++n)
        for (std::int64_t k = 0; k < spec.cols(); ++k)
          plain.push_back(panel[(n / table_->panel * spec.cols() + k) * table_->panel + n % table_->panel]);
      panel += cpu::padded_outputs(section.rows, *table_) * spec.cols();
    }
    return plain;
  }
  // Weights packed for one instruction set are not read by kernels of another.
  void check_table(Context<Cpu>& context) const {
    if (&context.kernels() != table_)
      throw ArgumentError("weights were packed for '" + std::string(table_->isa) + "', the context runs '" +
                          std::string(context.isa()) + "'");
  }

 private:
  std::int64_t padded_outputs(const ParameterSpec& spec) const {
    std::int64_t sum = 0;
    for (const ParameterSection& section : spec.sections) sum += cpu::padded_outputs(section.rows, *table_);
    return sum;
  }
  void pack(const ParameterSpec& spec, const float* plain) {
    float* panel = panels_.data();
    float* padded = padded_.data();
    for (const ParameterSection& section : spec.sections) {
      const std::int64_t outputs = cpu::padded_outputs(section.rows, *table_);
      if (panel) {
        table_->pack_weights(plain, spec.cols(), section.rows, spec.cols(), panel);
        panel += outputs * spec.cols();
      }
      if (padded) {
        std::copy_n(plain, section.rows, padded);
        padded += outputs;
      }
      plain += section.rows * spec.cols();
    }
  }

  const KernelTable* table_;
  std::vector<Section> sections_;
  AlignedBuffer<float> rows_;
  AlignedBuffer<float> panels_;
  AlignedBuffer<float> padded_;
};

}  // namespace encore::cpu
