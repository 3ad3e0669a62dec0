// SPDX-License-Identifier: Apache-2.0
// A backend with one kernel, to which a case adds another, or none.
#pragma once

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

struct Products : encore::reference::RowMemory<float> {
  explicit Products(encore::Context<Half>&) {}
  void linear(In, const encore::reference::Storage<float>&, const encore::reference::Storage<float>*,
              encore::Activation, In, Out y) const {
    fill(y, 0);
  }
};

template <class Forward>
void infer_on_half(Forward&& forward) {
  encore::Context<Half> context;
  encore::Parameters<Half> parameters(context, std::make_shared<encore::ParameterLayout>(),
                                      encore::StoreKind::inference);
  encore::infer(context, parameters, encore::Segments({1}), {}, forward);
}
