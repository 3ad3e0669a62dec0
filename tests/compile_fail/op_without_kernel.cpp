// expect: encore: this backend has no kernel for op 'shift'
// A backend that lacks one kernel is refused where an op needs it.
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>

struct Half {};

template <>
struct encore::backend_traits<Half> {
  using Scalar = float;
  using Storage = encore::reference::Storage<float>;
  static constexpr std::string_view name = "half";
};
template <>
class encore::Context<Half> {
 public:
  encore::Workspace& workspace() const { return workspace_; }

 private:
  mutable encore::Workspace workspace_;
};
template <>
class encore::Kernels<Half> : public encore::reference::RowMemory<float> {
 public:
  explicit Kernels(const encore::Context<Half>&) {}
  void linear(In, const encore::reference::Storage<float>&, const encore::reference::Storage<float>*,
              encore::Activation, In, Out y) const {
    fill(y, 0);
  }
};

int main() {
  encore::Context<Half> context;
  encore::Parameters<Half> parameters(context, std::make_shared<encore::ParameterLayout>(),
                                      encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [&](auto& ex) {
    return ex.shift(ex.input({nullptr, 1, 4, 4}), 1);
  });
}
