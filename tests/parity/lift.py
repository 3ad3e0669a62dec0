# SPDX-License-Identifier: Apache-2.0
"""Makes a float64 run of transformers float64 throughout, and proves it.

Several models keep steps in float32 whatever the dtype of their weights: rotary tables and their angles, a softmax
with dtype=float32, `x.float()` before an activation, scales made by torch.tensor(...). `lifted` answers every request
for float32 with float64; `audited` looks at each operation that PyTorch executes, and raises where one still reads or
makes another floating type. Scripted functions would bypass both, so PYTORCH_JIT=0 must be set before torch is
imported.
"""
from __future__ import annotations

import contextlib
import os
from collections import Counter
from typing import Any, Iterator

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

assert os.environ.get("PYTORCH_JIT") == "0", "set PYTORCH_JIT=0 before importing torch"


class _Float32IsFloat64(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        def wide(x: Any) -> Any:
            return torch.float64 if x is torch.float32 else x
        if func is torch.Tensor.view:  # a file's bytes, seen as the float32 that they are
            return func(*args, **(kwargs or {}))
        if func is torch.Tensor.float:
            func = torch.Tensor.double
        return func(*map(wide, args), **{k: wide(v) for k, v in (kwargs or {}).items()})


@contextlib.contextmanager
def lifted() -> Iterator[None]:
    before, torch.FloatTensor = (torch.get_default_dtype(), torch.FloatTensor), torch.DoubleTensor
    torch.set_default_dtype(torch.float64)
    try:
        with _Float32IsFloat64():
            yield
    finally:
        torch.set_default_dtype(before[0])
        torch.FloatTensor = before[1]


class Islands(TorchDispatchMode):
    """Counts the operations that read or write a floating type other than float64."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for x in tree_leaves((args, kwargs, out)):
            if isinstance(x, torch.Tensor) and x.is_floating_point() and x.dtype != torch.float64:
                self.found[str(func)] += 1
                break
        return out


@contextlib.contextmanager
def audited(what: str) -> Iterator[None]:
    with Islands() as islands:
        yield
    if islands.found:
        raise SystemExit(f"{what}: not float64 throughout: {dict(islands.found)}")
