// expect: encore: attention on this backend takes no function of scores
#include <encore/backend/cuda.hpp>
#include <encore/exec/infer.hpp>

int main() {
  encore::Context<encore::Cuda> context;
  const encore::Parameters<encore::Cuda> parameters(context, std::make_shared<encore::ParameterLayout>(),
                                                    encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [](auto& ex) {
    const auto x = ex.input({nullptr, 1, 4, 4});
    ex.attention({.heads = 1, .kv_heads = 1, .head_size = 4}, x, x, x, {},
                 encore::score_function([](auto score, auto distance) { return score - distance; }));
  });
}
