// SPDX-License-Identifier: Apache-2.0
#include "parity_check.hpp"

#include <encore/models/mobilebert.hpp>

TEST_CASE("MobileBERT equals transformers", "[parity][mobilebert]") {
  parity::check_architecture<encore::MobileBertSpec>("mobilebert", 27);
}
