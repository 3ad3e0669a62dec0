// expect: encore: a map functor runs on Cuda from a .cu file that includes encore/backend/cuda.cuh
// A functor of the file's own becomes a kernel, which only nvcc can compile.
#include <encore/backend/cuda.hpp>
#include <encore/exec/infer.hpp>

struct Square {
  template <class S>
  S operator()(S x) const {
    return x * x;
  }
};

int main() {
  encore::Context<encore::Cuda> context;
  encore::Parameters<encore::Cuda> parameters(context, std::make_shared<encore::ParameterLayout>(),
                                              encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [&](auto& ex) {
    auto x = ex.input({nullptr, 0, 4, 4});
    ex.map(Square{}, x);
  });
}
