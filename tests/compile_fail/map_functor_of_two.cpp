// expect: encore: a map functor takes as many scalars as there are operands, and returns one
// The functor takes two scalars and is given one operand.
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>

struct Product {
  template <class S>
  S operator()(S x, S y) const {
    return x * y;
  }
};

int main() {
  encore::Context<encore::Reference<float>> context;
  encore::Parameters<encore::Reference<float>> parameters(context, std::make_shared<encore::ParameterLayout>(),
                                                          encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [&](auto& ex) {
    auto x = ex.input({nullptr, 0, 4, 4});
    ex.map(Product{}, x);
  });
}
