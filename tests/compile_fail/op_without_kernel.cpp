// expect: encore: this backend has no kernel for op 'norm'
// A backend that lacks one kernel: an encoder that needs it is refused where it is run.
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>
#include <encore/layers.hpp>

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
class encore::Kernels<Half> : public encore::reference::RowKernels<float, encore::reference::Storage<float>> {
 public:
  explicit Kernels(const encore::Context<Half>&) {}
  void norm() = delete;
};

struct Spec {
  using Norm = encore::LayerNorm;
  using Placement = encore::PostNorm;
  using Position = encore::LearnedPosition;
  template <class P>
  using Attention = encore::MultiHeadAttention<P>;
  using FeedForward = encore::Mlp;
  template <class N>
  using Embedding = encore::TokenEmbedding<N>;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
  encore::Context<Half> context;
  encore::Parameters<Half> parameters(context, std::make_shared<encore::ParameterLayout>(layout),
                                      encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, [&](auto& ex) { encoder(ex, {}); });
}
