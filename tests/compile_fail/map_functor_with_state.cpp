// expect: encore: a map functor must be trivially copyable
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>

#include <string>

struct Named {
  std::string name;
  template <class S>
  S operator()(S x) const {
    return x;
  }
};

int main() {
  encore::Context<encore::Reference<float>> context;
  encore::Parameters<encore::Reference<float>> parameters(context, std::make_shared<encore::ParameterLayout>(),
                                                          encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [&](auto& ex) {
    auto x = ex.input({nullptr, 0, 4, 4});
    ex.map(Named{"f"}, x);
  });
}
