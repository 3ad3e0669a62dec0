// SPDX-License-Identifier: Apache-2.0
// The activation functions, all that is to be said of each in this file: its enumerator, its formula, how vectors
// compute it, its names in files. A value, not a type: hidden_act is read at run time.
//
// To add one: an enumerator, a struct in `activations`, a case of `with_activation` (without it nothing compiles), and
// a line in tests/activations.hpp.
#pragma once

#include <encore/core/error.hpp>
#include <encore/core/scalar.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace encore {

// Formulas, x the input, Phi the normal distribution function:
enum class Activation : std::uint8_t {
  identity,       // x
  gelu_erf,       // x Phi(x) = x/2 (1 + erf(x / sqrt 2))               Hendrycks & Gimpel 2016
  gelu_tanh,      // x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))      differs from gelu_erf by up to 4.7e-4
  quick_gelu,     // x sigmoid(1.702 x)
  gelu_10,        // gelu_erf clipped to [-10, 10]
  relu,           // max(x, 0)
  relu6,          // min(max(x, 0), 6)
  relu_squared,   // max(x, 0)^2
  leaky_relu,     // x for x > 0, else 0.01 x
  silu,           // x sigmoid(x)
  mish,           // x tanh(log(1 + e^x))
  hard_swish,     // x min(max(x + 3, 0), 6) / 6
  sqrt_softplus,  // sqrt(log(1 + e^x))
  sigmoid,        // 1 / (1 + e^-x)
  tanh,
  laplace,  // (1 + erf((x - 0.707107) / (0.282095 sqrt 2))) / 2
};

// A struct for each:
//   names          what transformers calls it (ACT2FN); the first is ours
//   torch          the module of torch.nn that is this function by default, if there is one
//   operator()     the formula, of a number or a dual number (core/scalar.hpp), and of a vector where there is no
//   vector(x)      what a vector (VectorNumber) computes instead: NaN gives NaN, an infinite argument the limit
namespace activations {

// f(x), by the vector's form where x is one and f has it.
template <class Function, class S>
ENCORE_HD ENCORE_ALWAYS_INLINE S evaluate(Function f, S x) {
  if constexpr (VectorNumber<S> && requires { Function::vector(x); })
    return Function::vector(x);
  else
    return f(x);
}

// x / (1 + e^-cx); c x cannot overflow to the indeterminate inf / inf, because x is cut where the result is 0 anyway.
template <VectorNumber V>
ENCORE_ALWAYS_INLINE V gated_by_sigmoid(V x, V minus_argument) {
  return max(V(-1e4f), x) / (V(1) + exp(minus_argument));
}

struct Identity {
  static constexpr std::string_view names[] = {"linear", "identity", "none"};
  static constexpr std::string_view torch = "Identity";
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return x;
  }
};

struct GeluErf {
  static constexpr std::string_view names[] = {"gelu", "gelu_python"};
  static constexpr std::string_view torch = "GELU";
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return S(0.5) * x * (S(1) + erf(x * S(0.70710678118654752440)));
  }
  template <VectorNumber V>
  static ENCORE_ALWAYS_INLINE V vector(V x) {
    const V z = min(V(8), abs(x));
    return fma(-z, normal_tail(z), max(V(0), x));
  }
};

struct GeluTanh {
  static constexpr std::string_view names[] = {"gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh",
                                               "gelu_python_tanh"};
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return S(0.5) * x * (S(1) + tanh(S(0.79788456080286535588) * (x + S(0.044715) * x * x * x)));
  }
  // x/2 (1 + tanh u) = x / (1 + e^-2u), -2u = x (a + b x^2); beyond 1e4 the sign of u is all that matters
  template <VectorNumber V>
  static ENCORE_ALWAYS_INLINE V vector(V x) {
    const V c = min(V(1e4f), max(V(-1e4f), x));
    return gated_by_sigmoid(x, c * fma(c * c, V(-0.0713548163f), V(-1.59576912f)));
  }
};

struct QuickGelu {
  static constexpr std::string_view names[] = {"quick_gelu"};
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return x * sigmoid(S(1.702) * x);
  }
  template <VectorNumber V>
  static ENCORE_ALWAYS_INLINE V vector(V x) {
    return gated_by_sigmoid(x, x * V(-1.702f));
  }
};

struct Gelu10 {
  static constexpr std::string_view names[] = {"gelu_10"};
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return min(S(10), max(S(-10), evaluate(GeluErf{}, x)));
  }
};

struct Relu {
  static constexpr std::string_view names[] = {"relu"};
  static constexpr std::string_view torch = "ReLU";
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return relu(x);
  }
  template <VectorNumber V>
  static ENCORE_ALWAYS_INLINE V vector(V x) {
    return max(V(0), x);
  }
};

struct Relu6 {
  static constexpr std::string_view names[] = {"relu6"};
  static constexpr std::string_view torch = "ReLU6";
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return min(S(6), evaluate(Relu{}, x));
  }
};

struct ReluSquared {
  static constexpr std::string_view names[] = {"relu2"};
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    const S r = evaluate(Relu{}, x);
    return r * r;
  }
};

struct LeakyRelu {
  static constexpr std::string_view names[] = {"leaky_relu"};
  static constexpr std::string_view torch = "LeakyReLU";
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return max(x, S(0.01) * x);
  }
};

struct Silu {
  static constexpr std::string_view names[] = {"silu", "swish"};
  static constexpr std::string_view torch = "SiLU";
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return x * sigmoid(x);
  }
  template <VectorNumber V>
  static ENCORE_ALWAYS_INLINE V vector(V x) {
    return gated_by_sigmoid(x, -x);
  }
};

struct Mish {
  static constexpr std::string_view names[] = {"mish"};
  static constexpr std::string_view torch = "Mish";
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return x * tanh(softplus(x));
  }
  // tanh(log(1 + e)) = (e^2 + 2e) / (e^2 + 2e + 2); above 20 it rounds to 1
  template <VectorNumber V>
  static ENCORE_ALWAYS_INLINE V vector(V x) {
    const V e = exp(min(V(20), x));
    const V n = e * (e + V(2));
    return max(V(-1e4f), x) * (n / (n + V(2)));
  }
};

struct HardSwish {
  static constexpr std::string_view names[] = {"hardswish"};
  static constexpr std::string_view torch = "Hardswish";
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return x * Relu6{}(x + S(3)) / S(6);
  }
  template <VectorNumber V>
  static ENCORE_ALWAYS_INLINE V vector(V x) {  // minus infinity is cut, where the other factor is 0
    return max(V(-1e4f), x) * (Relu6{}(x + V(3)) / V(6));
  }
};

struct SqrtSoftplus {
  static constexpr std::string_view names[] = {"sqrtsoftplus"};
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return sqrt(softplus(x));
  }
};

struct Sigmoid {
  static constexpr std::string_view names[] = {"sigmoid"};
  static constexpr std::string_view torch = "Sigmoid";
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return sigmoid(x);
  }
};

struct Tanh {
  static constexpr std::string_view names[] = {"tanh"};
  static constexpr std::string_view torch = "Tanh";
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return tanh(x);
  }
};

struct Laplace {
  static constexpr std::string_view names[] = {"laplace"};
  template <class S>
  ENCORE_HD ENCORE_ALWAYS_INLINE S operator()(S x) const {
    return S(0.5) * (S(1) + erf((x - S(0.707107)) / S(0.282095 * 1.41421356237309504880)));
  }
  // Phi(y), y = (x - 0.707107) / 0.282095
  template <VectorNumber V>
  static ENCORE_ALWAYS_INLINE V vector(V x) {
    const V y = (x - V(0.707107f)) / V(0.282095f);
    const V tail = normal_tail(min(V(8), abs(y)));
    return select(y > V(0), V(1) - tail, tail);
  }
};

}  // namespace activations

#if defined(__CUDACC__)
#pragma nv_exec_check_disable  // f may be of the host or of the device, as the caller is
#elif defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wswitch"
#endif
// f(function) with the struct of an enumerator, by a jump; false for a number that is none.
template <class F>
ENCORE_HD ENCORE_ALWAYS_INLINE constexpr bool with_activation(Activation activation, F&& f) {
  switch (activation) {
    case Activation::identity: return f(activations::Identity{}), true;
    case Activation::gelu_erf: return f(activations::GeluErf{}), true;
    case Activation::gelu_tanh: return f(activations::GeluTanh{}), true;
    case Activation::quick_gelu: return f(activations::QuickGelu{}), true;
    case Activation::gelu_10: return f(activations::Gelu10{}), true;
    case Activation::relu: return f(activations::Relu{}), true;
    case Activation::relu6: return f(activations::Relu6{}), true;
    case Activation::relu_squared: return f(activations::ReluSquared{}), true;
    case Activation::leaky_relu: return f(activations::LeakyRelu{}), true;
    case Activation::silu: return f(activations::Silu{}), true;
    case Activation::mish: return f(activations::Mish{}), true;
    case Activation::hard_swish: return f(activations::HardSwish{}), true;
    case Activation::sqrt_softplus: return f(activations::SqrtSoftplus{}), true;
    case Activation::sigmoid: return f(activations::Sigmoid{}), true;
    case Activation::tanh: return f(activations::Tanh{}), true;
    case Activation::laplace: return f(activations::Laplace{}), true;
  }
  return false;
}
#if defined(__GNUC__) && !defined(__CUDACC__)
#pragma GCC diagnostic pop
#endif

// Of a number or a dual number: the oracle of the kernels, and the source of their derivatives.
template <class S>
ENCORE_HD S activate(Activation activation, S x) {
  S y = x;
  with_activation(activation, [&](auto function) { y = function(x); });
  return y;
}

// Enumerators of Activation, counted from the cases of with_activation.
inline constexpr int activation_count = [] {
  int count = 0;
  while (with_activation(Activation(count), [](auto) {})) ++count;
  return count;
}();

// What files call an activation: the names of config.json (transformers' ACT2FN), the first of them the usual one, and
// the class of torch.nn in a sentence-transformers Dense module.
struct ActivationNames {
  std::span<const std::string_view> names;
  std::string_view torch;  // may be empty
};
// By enumerator.
inline constexpr auto activation_names = [] {
  std::array<ActivationNames, activation_count> all;
  for (int a = 0; a < activation_count; ++a)
    with_activation(Activation(a), [&]<class Function>(Function) {
      all[std::size_t(a)].names = Function::names;
      if constexpr (requires { Function::torch; }) all[std::size_t(a)].torch = Function::torch;
    });
  return all;
}();

// Throws UnsupportedError naming the function and the ones there are.
inline Activation activation_from_name(std::string_view name) {
  std::string there;
  for (int a = 0; a < activation_count; ++a) {
    for (const std::string_view known : activation_names[std::size_t(a)].names) {
      if (known == name) return Activation(a);
      there.append(" ").append(known);
    }
  }
  throw UnsupportedError("activation '" + std::string(name) + "' is not supported; there are" + there);
}

// The activation that a module of torch.nn is, "GELU" or "ReLU6", if it is one.
inline std::optional<Activation> activation_from_torch(std::string_view name) {
  for (int a = 0; a < activation_count; ++a)
    if (!name.empty() && activation_names[std::size_t(a)].torch == name) return Activation(a);
  return std::nullopt;
}

// The first name transformers has for it.
constexpr std::string_view name_of(Activation activation) {
  return int(activation) < activation_count ? activation_names[std::size_t(activation)].names[0] : "?";
}

}  // namespace encore
