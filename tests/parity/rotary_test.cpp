// SPDX-License-Identifier: Apache-2.0
// Encoders with RoPE.
#include "parity_check.hpp"

#include <encore/models/modernbert.hpp>
#include <encore/models/nomicbert.hpp>
#include <encore/models/roformer.hpp>

TEST_CASE("RoFormer equals transformers", "[parity][roformer]") {
  parity::check_architecture<encore::RoFormerSpec>("roformer", 16);
}

TEST_CASE("ModernBERT equals transformers", "[parity][modernbert]") {
  parity::check_architecture<encore::ModernBertSpec>("modernbert", 31);
}

TEST_CASE("NomicBERT equals transformers", "[parity][nomicbert]") {
  parity::check_architecture<encore::NomicBertSpec>("nomic_bert", 16);
}
