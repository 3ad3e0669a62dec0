// SPDX-License-Identifier: Apache-2.0
// The built-in elementwise ops as map functors, over scalars of any kind: what a backend without kernels of their own
// runs, and where their derivatives come from.
#pragma once

#include <encore/core/activation.hpp>

namespace encore {

// activation(x).
struct ActivateFunction {
  Activation activation;
  template <class S>
  ENCORE_HD S operator()(S x) const {
    return activate(activation, x);
  }
};

// The same with the activation known to the compiler, for kernels that must not choose at every element.
template <class Function>
struct FixedActivateFunction {
  template <class S>
  ENCORE_HD S operator()(S x) const {
    return Function{}(x);
  }
};

// activation(u) g.
struct GateFunction {
  Activation activation;
  template <class S>
  ENCORE_HD S operator()(S u, S g) const {
    return activate(activation, u) * g;
  }
};

// The same with the activation known to the compiler.
template <class Function>
struct FixedGateFunction {
  template <class S>
  ENCORE_HD S operator()(S u, S g) const {
    return Function{}(u)*g;
  }
};

// x + y.
struct AddFunction {
  template <class S>
  ENCORE_HD S operator()(S x, S y) const {
    return x + y;
  }
};

}  // namespace encore
