// SPDX-License-Identifier: Apache-2.0
// A spec derived from a published one, with one name hidden.
#include <encore/backend/reference.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/tasks.hpp>

#include "catch.hpp"

#include <string>

using namespace encore;

namespace {
struct RmsBertSpec : BertSpec {
  using Norm = RmsNorm;
};
}  // namespace

TEST_CASE("another norm in a derived spec is the norm of its heads too", "[models]") {
  Config<RmsBertSpec> config;
  config.shape = {.vocabulary = 8, .hidden = 4, .layers = 1, .heads = 2, .intermediate = 8, .max_positions = 4};
  const MaskedLm<RmsBertSpec> model(config);
  std::string norms;
  for (const ParameterSpec& parameter : *model.layout())
    if (parameter.name().find("norm") != std::string::npos) norms += parameter.name() + "\n";
  CHECK(norms ==
        "embedding.norm.weight\nlayers.0.attention_norm.weight\nlayers.0.feed_forward_norm.weight\n"
        "masked_lm.norm.weight\n");

  Context<Reference<double>> context;
  const auto parameters = initialise(context, model);
  Encoding text;
  text.ids = {1, 2, 3};
  text.type_ids = {0, 0, 0};
  const auto logits = model.run(context, parameters, std::vector{text});
  CHECK(logits[0].shape() == Shape{3, 8});
}
