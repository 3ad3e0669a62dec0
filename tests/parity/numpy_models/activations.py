# SPDX-License-Identifier: Apache-2.0
"""Activation functions in plain numpy, in the dtype of their argument."""
from __future__ import annotations

import math
from typing import Callable, Mapping

import numpy as np

Array = np.ndarray
Weights = Mapping[str, Array]

_erf = np.vectorize(math.erf, otypes=[np.float64])


def erf(x: Array) -> Array:
    return _erf(x).astype(x.dtype)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softplus(x: Array) -> Array:
    """PyTorch's: above 20 it is x itself, which is 2e-9 off; followed so that the check can be tight."""
    return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))


def gelu_erf(x: Array) -> Array:
    return x * (1 + erf(x / math.sqrt(2))) / 2


def gelu_tanh(x: Array) -> Array:
    return x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


def laplace(x: Array) -> Array:
    return (1 + erf((x - 0.707107) / (0.282095 * math.sqrt(2)))) / 2


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "gelu": gelu_erf,
    "gelu_python": gelu_erf,
    "gelu_10": lambda x: np.clip(gelu_erf(x), -10, 10),
    "gelu_new": gelu_tanh,
    "gelu_accurate": gelu_tanh,
    "gelu_pytorch_tanh": gelu_tanh,
    "gelu_python_tanh": gelu_tanh,
    "gelu_fast": lambda x: x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3))) / 2,
    "quick_gelu": lambda x: x * sigmoid(1.702 * x),
    "relu": lambda x: np.maximum(x, 0),
    "relu2": lambda x: np.maximum(x, 0) ** 2,
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x < 0, 0.01 * x, x),
    "hardswish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "silu": lambda x: x * sigmoid(x),
    "swish": lambda x: x * sigmoid(x),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "linear": lambda x: x,
    "laplace": laplace,
    "sqrtsoftplus": lambda x: np.sqrt(softplus(x)),
}


def xielu(x: Array, w: Weights, name: str) -> Array:
    beta, eps = w[f"{name}.beta"], w[f"{name}.eps"]
    positive, negative = softplus(w[f"{name}.alpha_p"]), beta + softplus(w[f"{name}.alpha_n"])
    return np.where(x > 0, positive * x * x + beta * x, (np.expm1(np.minimum(x, eps)) - x) * negative + beta * x)
