// expect: encore: distances\(ex\) of a position policy returns AttentionDistances
// A bare value does not say what it is added to.
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>
#include "usual_spec.hpp"

struct BareDistances {
  encore::ParameterId table;
  encore::DistanceIndices indices;
  BareDistances(encore::Builder b, const encore::ModelShape& shape)
      : table(b.table("weight", 2, shape.heads)), indices(9, [](std::int64_t e) { return e < 0; }) {}
  auto distances(auto& ex) const { return encore::embed_distances(ex, table, indices); }
};

struct Spec : UsualSpec {
  using Position = BareDistances;
};

int main() {
  auto layout = std::make_shared<encore::ParameterLayout>();
  encore::Encoder<Spec> encoder(encore::Builder(*layout), {});
  encore::Context<encore::Reference<float>> context;
  encore::Parameters<encore::Reference<float>> parameters(context, layout, encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [&](auto& ex) { encoder(ex, {}); });
}
