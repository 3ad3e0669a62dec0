// expect: encore: a map functor takes scalars of any type
// A functor of doubles alone has no gradient: it is refused where nothing is recorded too.
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>

int main() {
  auto layout = std::make_shared<encore::ParameterLayout>();
  encore::Context<encore::Reference<float>> context;
  encore::Parameters<encore::Reference<float>> parameters(context, layout, encore::StoreKind::inference);
  const auto square = [](double x) { return x * x; };
  encore::infer(context, parameters, encore::Segments({1}), {}, [&](auto& ex) {
    ex.map(square, ex.input({nullptr, 0, 4, 4}));
  });
}
