// expect: encore: the context is of one backend and the parameters are of another
// Parameters of another backend.
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>

int main() {
  encore::Context<encore::Reference<float>> context;
  encore::Context<encore::Reference<double>> other;
  encore::Parameters<encore::Reference<double>> parameters(other, std::make_shared<encore::ParameterLayout>(),
                                                           encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [](auto&) {});
}
