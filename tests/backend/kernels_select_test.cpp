// SPDX-License-Identifier: Apache-2.0
// The choice of a kernel table, and header-only kernels beside the linked ones.
#include "kernels_fixture.hpp"

#include <encore/backend/cpu/native.hpp>
#include <encore/core/error.hpp>

#include <catch.hpp>

#include <cstdlib>
#include <string>

namespace kernels_test {
namespace {

class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old, had_ = true;
    setenv(name, value, 1);
  }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;
  ~EnvironmentVariable() { had_ ? setenv(name_, old_.c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::string old_;
  bool had_ = false;
};

}  // namespace

TEST_CASE("every table is complete and says what it is", "[kernels]") {
  REQUIRE(encore::cpu::table_for("baseline") != nullptr);
  for (const KernelTable* table : all_tables()) {
    CHECK(encore::cpu::table_for(table->isa) == table);
    CHECK(table->panel >= 8);
    CHECK(table->row_block >= 1);
    const bool complete = table->pack_weights && table->packed_size && table->gemm && table->layer_norm &&
                          table->rms_norm && table->activate && table->gate && table->add && table->attention_scratch &&
                          table->attention && table->sum_rows && table->mean_pool && table->max_pool &&
                          table->l2_normalise && table->dot;
    CHECK(complete);
  }
  CHECK(encore::cpu::table_for("mmx") == nullptr);
  CHECK(encore::cpu::table_for(nullptr) == nullptr);
}

TEST_CASE("ENCORE_ISA chooses the table; a name it cannot serve is an error that lists the names", "[kernels]") {
  for (const KernelTable* table : all_tables()) {
    EnvironmentVariable isa("ENCORE_ISA", table->isa);
    CHECK(&encore::cpu::best_table() == table);
  }
  {
    EnvironmentVariable isa("ENCORE_ISA", "");
    CHECK(&encore::cpu::best_table() == all_tables().back());
  }
  EnvironmentVariable isa("ENCORE_ISA", "mmx");
  CHECK_THROWS_AS(encore::cpu::best_table(), encore::UnsupportedError);
  try {
    encore::cpu::best_table();
  } catch (const encore::UnsupportedError& e) {
    CHECK(std::string(e.what()).find("'mmx' is not one of") != std::string::npos);
  }
}

TEST_CASE("ENCORE_REQUIRE_ISA makes an instruction set that is not there an error that names it", "[kernels]") {
  {
    EnvironmentVariable sets("ENCORE_REQUIRE_ISA", "");
    CHECK_FALSE(all_tables().empty());
  }
  for (const KernelTable* table : all_tables()) {
    EnvironmentVariable sets("ENCORE_REQUIRE_ISA", (std::string("baseline, ") + table->isa).c_str());
    CHECK_FALSE(all_tables().empty());
  }
  EnvironmentVariable sets("ENCORE_REQUIRE_ISA", "baseline,mmx");
  try {
    all_tables();
    FAIL("mmx is there");
  } catch (const std::runtime_error& e) {
    CHECK(std::string(e.what()).find("'mmx'") != std::string::npos);
  }
}

TEST_CASE("header-only kernels of this file's own flags agree with the linked ones bit for bit", "[kernels]") {
  const KernelTable& native = encore::cpu::native_table();
  const KernelTable* linked = encore::cpu::table_for(native.isa);
  REQUIRE(linked != nullptr);
  CHECK(linked != &native);
  std::vector<float> x(700), y(700), z(700);
  fill_normal(x.data(), 700, 3, 4);
  for (int a = 0; a < encore::activation_count; ++a) {
    encore::cpu::MapTask t;
    t.x = x.data();
    t.y = y.data();
    t.rows = 1;
    t.cols = 700;
    t.activation = Activation(a);
    native.activate(t);
    t.y = z.data();
    linked->activate(t);
    CAPTURE(a);
    CHECK(same_bits(y.data(), z.data(), 700));
  }
  CHECK(same_bits(native.dot(x.data(), y.data(), 700), linked->dot(x.data(), y.data(), 700)));
}

}  // namespace kernels_test
