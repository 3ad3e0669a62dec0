// expect: encore: this backend has no kernel for op 'shift'
// A backend that lacks one kernel is refused where an op needs it.
#include "half_backend.hpp"

template <>
class encore::Kernels<Half> : public Products {
 public:
  using Products::Products;
};

int main() {
  infer_on_half([](auto& ex) { return ex.shift(ex.input({nullptr, 1, 4, 4}), 1); });
}
