// expect: use of deleted function|call to deleted (member )?function
#include <encore/backend/reference.hpp>
#include <encore/exec/record.hpp>

#include <vector>

int main() {
  encore::Context<encore::Reference<float>> context;
  encore::Parameters<encore::Reference<float>> parameters(context, std::make_shared<encore::ParameterLayout>(),
                                                          encore::StoreKind::training);
  encore::Record<encore::Reference<float>> ex(context, parameters, encore::Segments({1}), nullptr);
  const std::vector<float> numbers(4);
  auto x = ex.input({numbers.data(), 1, 4, 4});
  ex.gather_rows(x, ex.indices(std::vector<std::int32_t>{0}));
}
