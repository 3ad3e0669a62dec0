// expect: encore: a map functor takes scalars of any type
// A functor of floats alone has no gradient.
#include <encore/backend/reference.hpp>
#include <encore/exec/record.hpp>

int main() {
  auto layout = std::make_shared<encore::ParameterLayout>();
  encore::Context<encore::Reference<float>> context;
  encore::Parameters<encore::Reference<float>> parameters(context, layout, encore::StoreKind::training);
  encore::Record<encore::Reference<float>> ex(context, parameters, encore::Segments({1}), nullptr);
  auto x = ex.input({nullptr, 0, 4, 4});
  ex.map([](float x) { return x * x; }, x);
}
