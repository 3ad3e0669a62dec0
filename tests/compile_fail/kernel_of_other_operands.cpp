// expect: encore: this backend's kernel for op 'shift' does not take these operands
// A kernel whose parameters are not those of the op is not taken for a missing one.
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
  void shift(In x, Out y) const { copy(x, y); }
};

int main() {
  encore::Context<Half> context;
  encore::Parameters<Half> parameters(context, std::make_shared<encore::ParameterLayout>(),
                                      encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [&](auto& ex) {
    return ex.shift(ex.input({nullptr, 1, 4, 4}), 1);
  });
}
