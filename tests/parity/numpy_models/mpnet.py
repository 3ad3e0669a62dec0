# SPDX-License-Identifier: Apache-2.0
"""MPNet in numpy."""
from __future__ import annotations

import math

import numpy as np

from .activations import Array
from .layers import BlockNames
from .roberta import NumpyRoberta

def bucket(distance: int) -> int:
    """Of key minus query, T5's: 16 buckets to each side, the upper ones for keys that come later; exact below 8, then
    logarithmic up to 128."""
    far = abs(distance)
    near = far if far < 8 else min(15, 8 + int(math.log(far / 8) / math.log(16) * 8))
    return near + (16 if distance > 0 else 0)


class NumpyMpnet(NumpyRoberta):
    prefix = "mpnet."
    names = BlockNames("attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o",
                       "attention.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm")

    def padding(self) -> int:
        return 1  # whatever pad_token_id says

    def attention(self, x: Array, name: str) -> Array:
        n, names = len(x), self.names
        rows = np.array([[bucket(j - i) for j in range(n)] for i in range(n)])
        bias = self.w["encoder.relative_attention_bias.weight"][rows].transpose(2, 0, 1)  # [H, n, n]
        q, k, v = (self.split(self.linear(x, f"{name}.{p}")) for p in (names.query, names.key, names.value))
        return self.attend(q, k, v, bias)
