// expect: encore: a norm behind a sum takes two operands too
// A norm without the form that stands behind a residual sum.
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>
#include "usual_spec.hpp"

struct OneOperand {
  encore::LayerNorm norm;
  OneOperand(encore::Builder b, std::int64_t width) : norm(b, width, {}) {}
  auto operator()(auto& ex, const auto& x) const { return norm(ex, x); }
};

struct Spec : UsualSpec {
  using Norm = OneOperand;
};

int main() {
  auto layout = std::make_shared<encore::ParameterLayout>();
  encore::Encoder<Spec> encoder(encore::Builder(*layout), {});
  encore::Context<encore::Reference<float>> context;
  encore::Parameters<encore::Reference<float>> parameters(context, layout, encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [&](auto& ex) { encoder(ex, {}); });
}
