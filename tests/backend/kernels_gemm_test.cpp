// SPDX-License-Identifier: Apache-2.0
// GEMM kernels of every instruction set against double precision, and the same-bits promise: a row's bits depend on the
// row, not on its neighbours, its place or how the work was cut.
#include "kernels_fixture.hpp"

#include <catch.hpp>

namespace kernels_test {
namespace {

// One linear layer with all that a task can ask for.
struct Case {
  index rows, n, k;
  Activation activation = Activation::identity;
  bool bias = true, residual = false;
};

struct Layer {
  Layer(const KernelTable& t, const Case& c, std::uint32_t seed)
      : table(t),
        shape(c),
        width((c.n + t.panel - 1) / t.panel * t.panel),
        ldx(c.k + 3),
        ldy(width + 5),
        x((c.rows - 1) * ldx + c.k),
        w((c.n - 1) * (c.k + 1) + c.k),
        bias(width),
        residual((c.rows - 1) * ldy + c.n),
        packed(t, filled(w, seed, 1 / std::sqrt(float(c.k))), c.k + 1, c.n, c.k) {
    fill_normal(x.data(), x.size(), seed + 1);
    fill_normal(bias.data(), c.n, seed + 2);
    fill_normal(residual.data(), residual.size(), seed + 3);
  }

  encore::cpu::GemmTask task(float* y) const {
    encore::cpu::GemmTask task;
    task.x = x.data();
    task.ldx = ldx;
    task.rows = shape.rows;
    task.weights = packed.data;
    task.panels = width / table.panel;
    task.k = shape.k;
    task.next_weights = packed.data;
    task.bias = shape.bias ? bias.data() : nullptr;
    task.activation = shape.activation;
    task.residual = shape.residual ? residual.data() : nullptr;
    task.ldresidual = ldy;
    task.residual_cols = shape.n;
    task.y = y;
    task.ldy = ldy;
    return task;
  }

  // The whole layer in one task; y ends at a guarded page.
  void run(GuardedFloats& y) const { table.gemm(task(y.data())); }
  index outputs() const { return (shape.rows - 1) * ldy + width; }

  const KernelTable& table;
  Case shape;
  index width, ldx, ldy;
  GuardedFloats x, w, bias, residual;
  Packed packed;
};

void check_values(const KernelTable& table, const Case& c) {
  Layer layer(table, c, 7);
  GuardedFloats y(layer.outputs(), poison);
  layer.run(y);
  std::vector<double> expected;
  std::vector<float> actual;
  for (index r = 0; r < c.rows; ++r) {
    for (index j = 0; j < layer.width; ++j) {
      double sum = c.bias ? layer.bias[j] : 0;
      if (j < c.n)
        for (index i = 0; i < c.k; ++i) sum += double(layer.x[r * layer.ldx + i]) * layer.w[j * (c.k + 1) + i];
      if (c.residual && j < c.n) sum += layer.residual[r * layer.ldy + j];
      expected.push_back(sum);
      actual.push_back(y[r * layer.ldy + j]);
    }
    if (r + 1 < c.rows)
      for (index j = layer.width; j < layer.ldy; ++j)
        if (!same_bits(y[r * layer.ldy + j], poison)) FAIL_CHECK("wrote between rows");
  }
  // One chain of K roundings: the error grows with the root of K.
  CAPTURE(table.isa, c.rows, c.n, c.k);
  CHECK(relative_error(actual.data(), expected) <= 6e-8 + 2.5e-8 * std::sqrt(double(c.k)));
}

}  // namespace

TEST_CASE("gemm equals the double-precision product for any rows, outputs and K", "[kernels]") {
  for (const KernelTable* table : all_tables()) {
    for (index rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 17, 28, 29, 33, 57})
      for (index k : {1, 2, 3, 4, 5, 7, 16, 33}) check_values(*table, {rows, table->panel + 3, k});
    for (index n : {1, 7, 8, 9, 31, 32, 33, 96, 100})
      for (index k : {6, 31}) check_values(*table, {19, n, k, Activation::identity, n % 2 == 0, n % 3 == 0});
    check_values(*table, {130, 70, 384});
    check_values(*table, {40, 40, 3072, Activation::identity, true, true});
  }
}

TEST_CASE("packing puts output j of panel p at [p][k][j], zeros behind the last output", "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (index n : {1, 5, 8, 16, 17, 32, 50})
      for (index k : {1, 3, 8, 15, 16, 21, 64}) {
        GuardedFloats w((n - 1) * (k + 2) + k);
        fill_normal(w.data(), w.size(), 3);
        GuardedFloats packed(table->packed_size(n, k), poison);
        table->pack_weights(w.data(), k + 2, n, k, packed.data());
        const index panels = (n + table->panel - 1) / table->panel;
        bool right = true;
        for (index p = 0; p < panels; ++p)
          for (index i = 0; i < k; ++i)
            for (index j = 0; j < table->panel; ++j) {
              const index output = p * table->panel + j;
              right &= same_bits(packed[(p * k + i) * table->panel + j], output < n ? w[output * (k + 2) + i] : 0.0f);
            }
        CAPTURE(table->isa, n, k);
        CHECK(right);
        CHECK(table->packed_size(n, k) >= panels * k * table->panel + 64);
      }
}

TEST_CASE("a row has the same bits alone, among others, and in any cut of rows and panels", "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (index k : {5, 64, 384})
      for (Activation activation : {Activation::identity, Activation::gelu_erf}) {
        const Case c{67, 4 * table->panel, k, activation, true, true};
        Layer layer(*table, c, 11);
        GuardedFloats whole(layer.outputs(), poison);
        layer.run(whole);
        for (index chunk : {1, 2, 5, 8, 13, 14, 15, 31}) {
          GuardedFloats cut(layer.outputs(), poison);
          for (index begin = 0; begin < c.rows; begin += chunk)
            for (index panel = 0; panel < 4; panel += chunk % 2 + 1) {
              auto task = layer.task(cut.data() + begin * layer.ldy + panel * table->panel);
              task.x += begin * layer.ldx;
              task.rows = std::min(chunk, c.rows - begin);
              task.weights += panel * table->panel * k;
              task.panels = std::min<index>(chunk % 2 + 1, 4 - panel);
              task.bias += panel * table->panel;
              task.residual += begin * layer.ldy + panel * table->panel;
              task.residual_cols -= panel * table->panel;
              table->gemm(task);
            }
          CAPTURE(table->isa, k, chunk);
          CHECK(same_bits(cut.data(), whole.data(), whole.size()));
        }
      }
}

TEST_CASE("a residual is read to its last column and no further: it may end where memory ends", "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (const Activation activation : {Activation::identity, Activation::gelu_erf})
      for (const index n : {1, 15, 33, 63}) {
        Layer layer(*table, {23, n, 37, activation, true, true}, 5);
        GuardedFloats y(layer.outputs(), poison), plain(layer.outputs(), poison);
        layer.run(y);
        layer.shape.residual = false;
        layer.run(plain);
        CAPTURE(table->isa, activation, n);
        bool sums = true;
        for (index r = 0; r < 23; ++r)
          for (index j = 0; j < n; ++j)
            sums &= same_bits(y[r * layer.ldy + j], layer.residual[r * layer.ldy + j] + plain[r * layer.ldy + j]);
        CHECK(sums);
      }
}

TEST_CASE("activation and residual fused into gemm give the bits of separate kernels", "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (int a = 0; a < encore::activation_count; ++a)
      for (bool residual : {false, true}) {
        const Case fused{23, 2 * table->panel, 37, Activation(a), true, residual};
        Layer layer(*table, fused, 13);
        GuardedFloats expected(layer.outputs(), poison), y(layer.outputs(), poison);
        layer.run(y);
        layer.shape.activation = Activation::identity;
        layer.shape.residual = false;
        layer.run(expected);
        encore::cpu::MapTask map;
        map.x = map.y = expected.data();
        map.ldx = map.ldy = map.ldg = layer.ldy;
        map.rows = fused.rows;
        map.cols = layer.width;
        map.activation = Activation(a);
        table->activate(map);
        if (residual) {
          map.x = layer.residual.data();
          map.g = expected.data();
          table->add(map);
        }
        CAPTURE(table->isa, a, residual);
        CHECK(same_bits(y.data(), expected.data(), y.size()));
      }
}

TEST_CASE("rows of more bytes than the second-level cache block change nothing", "[kernels]") {
  for (const KernelTable* table : all_tables()) {
    const Case c{150, table->panel, 3072};
    Layer layer(*table, c, 17);
    GuardedFloats whole(layer.outputs(), poison), cut(layer.outputs(), poison);
    layer.run(whole);
    for (index r = 0; r < c.rows; ++r) {
      auto task = layer.task(cut.data() + r * layer.ldy);
      task.x += r * layer.ldx;
      task.rows = 1;
      table->gemm(task);
    }
    CAPTURE(table->isa);
    CHECK(same_bits(cut.data(), whole.data(), whole.size()));
  }
}

}  // namespace kernels_test
