# SPDX-License-Identifier: Apache-2.0
"""Rotary positions in numpy, stretched or not, from one object of rope_parameters."""
from __future__ import annotations

import math
from typing import Any, Mapping

import numpy as np

from .activations import Array


def frequencies(rope: Mapping[str, Any], size: int, positions: int, length: int) -> tuple[Array, float]:
    """Angles per position of size / 2 pairs, and what the turned vectors' length is multiplied by."""
    base, kind = float(rope["rope_theta"]), rope.get("rope_type", "default")
    if kind == "dynamic":  # a base for each length
        stretched = 1 + float(rope["factor"]) * max(length / positions - 1, 0)
        base, kind = base * stretched ** (size / (size - 2)), "default"
    plain = np.array([base ** (-2 * i / size) for i in range(size // 2)])
    if kind == "default":
        return plain, 1.0
    factor = float(rope["factor"])
    trained = rope.get("original_max_position_embeddings", positions)
    if kind == "linear":
        return plain / factor, 1.0
    turns = trained * plain / (2 * math.pi)  # of each pair within the trained positions
    if kind == "llama3":
        low, high = rope["low_freq_factor"], rope["high_freq_factor"]
        kept = np.clip((turns - low) / (high - low), 0, 1)
        return plain * (kept + (1 - kept) / factor), 1.0
    assert kind == "yarn"
    bound = [size / 2 * math.log(trained / (2 * math.pi * rope.get(key, usual))) / math.log(base)
             for key, usual in (("beta_fast", 32), ("beta_slow", 1))]
    if rope.get("truncate", True):
        bound = [math.floor(bound[0]), math.ceil(bound[1])]
    first, last = max(bound[0], 0), min(bound[1], size - 1)
    divided = np.clip((np.arange(size // 2) - first) / (last - first if last > first else 0.001), 0, 1)
    return plain * (1 - divided + divided / factor), rope.get("attention_factor") or 0.1 * math.log(factor) + 1


def rotate_halves(x: Array, rope: Mapping[str, Any], positions: int) -> Array:
    """[H, n, d]: pair i is (x[i], x[i + d/2]), turned by position * frequency i."""
    frequency, length = frequencies(rope, x.shape[-1], positions, x.shape[1])
    angle = np.arange(x.shape[1])[:, None] * frequency
    cos, sin = (length * f(angle) for f in (np.cos, np.sin))
    first, second = np.split(x, 2, -1)
    return np.concatenate([first * cos - second * sin, second * cos + first * sin], -1).astype(x.dtype)
