// expect: ok
// The positive control: what the other files do wrong, done right.
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>
#include <encore/exec/record.hpp>
#include <encore/layers/rope.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/tasks.hpp>

struct Spec : encore::BertSpec {
  using Position = encore::Rope<>;
};

struct Halve {
  float by = 2;
  template <class S>
  S operator()(S x) const {
    return x / S(by);
  }
};

int main() {
  constexpr auto config = encore::static_config<Spec>([] {
    return encore::Config<Spec>{.shape = {.vocabulary = 5, .hidden = 32, .heads = 4},
                                .norm = {},
                                .position = {},
                                .attention = {},
                                .feed_forward = {}};
  });
  encore::MaskedLm<Spec> model(config);
  encore::Context<encore::Reference<float>> context;
  encore::Parameters<encore::Reference<float>> parameters(context, model.layout(), encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [&](auto& ex) {
    auto x = ex.input({nullptr, 0, 32, 32});
    ex.map(Halve{}, x);
  });
}
