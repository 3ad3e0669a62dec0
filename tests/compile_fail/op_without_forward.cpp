// expect: encore: an op has a name, Extent output<B>\(env, extents\) and void forward<B>
// An op of one's own that cannot run on the backend at hand.
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>

struct Nothing {
  static constexpr const char* name = "nothing";
  template <class B>
  encore::Extent output(const encore::op::Env<B>&, std::span<const encore::Extent> in) const {
    return in[0];
  }
};

int main() {
  encore::Context<encore::Reference<float>> context;
  encore::Parameters<encore::Reference<float>> parameters(context, std::make_shared<encore::ParameterLayout>(),
                                                          encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [&](auto& ex) {
    ex.op(Nothing{}, ex.input({nullptr, 0, 4, 4}));
  });
}
