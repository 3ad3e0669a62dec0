# SPDX-License-Identifier: Apache-2.0
"""What the other architectures share in numpy: linear, norm, attention, and the post-norm block of BERT's family under
each family's names. Written from the formulas and not from transformers' code, as bert.py is."""
from __future__ import annotations

import math
import re
from typing import Any, Mapping, NamedTuple

import numpy as np

from .activations import ACTIVATIONS, Array, Weights


class BlockNames(NamedTuple):
    """The eight parts of a post-norm block."""

    query: str
    key: str
    value: str
    out: str
    attention_norm: str
    up: str
    down: str
    norm: str


BERT_NAMES = BlockNames("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
                        "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm")


class NumpyModel:
    """One checkpoint; `run` takes one text and returns every output the file has weights for."""

    prefix = ""  # of the encoder in a file with a head
    defaults: Mapping[str, Any] = {}  # of the configuration
    names = BERT_NAMES
    layer = "encoder.layer.{}"

    def __init__(self, config: Mapping[str, Any], weights: Weights, dtype: type = np.float64) -> None:
        self.config: dict[str, Any] = {**self.defaults, **config}
        self.dtype = dtype
        self.w = {name.removeprefix(self.prefix): np.asarray(value, dtype) for name, value in weights.items()}
        self.heads = int(self.config.get("num_attention_heads") or self.config["n_heads"])
        self.eps = float(self.config.get("layer_norm_eps", 1e-12))
        self.hidden_act = str(self.config.get("hidden_act", "gelu"))

    # ---- parts ------------------------------------------------------------------------------------------------------

    def linear(self, x: Array, name: str) -> Array:
        y = x @ self.w[f"{name}.weight"].T
        return y + self.w[f"{name}.bias"] if f"{name}.bias" in self.w else y

    def norm(self, x: Array, name: str) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred**2).mean(-1, keepdims=True)
        y = centred / np.sqrt(variance + x.dtype.type(self.eps)) * self.w[f"{name}.weight"]
        return y + self.w[f"{name}.bias"] if f"{name}.bias" in self.w else y

    def act(self, x: Array, name: str | None = None) -> Array:
        return ACTIVATIONS[name or self.hidden_act](x)

    def split(self, x: Array) -> Array:
        """[n, H * d] -> [H, n, d]"""
        return x.reshape(len(x), self.heads, -1).transpose(1, 0, 2)

    @staticmethod
    def softmax(s: Array) -> Array:
        p = np.exp(s - s.max(-1, keepdims=True))
        return p / p.sum(-1, keepdims=True)

    def attend(self, q: Array, k: Array, v: Array, extra: Array | None = None) -> Array:
        """Heads apart: softmax(q k^T / sqrt(d) + extra) v, back together as [n, H * d]."""
        s = q @ k.transpose(0, 2, 1) / q.dtype.type(math.sqrt(q.shape[-1]))
        p = self.softmax(s if extra is None else s + extra)
        return (p @ v).transpose(1, 0, 2).reshape(q.shape[1], -1)

    def attention(self, x: Array, name: str) -> Array:
        n = self.names
        return self.attend(*(self.split(self.linear(x, f"{name}.{part}")) for part in (n.query, n.key, n.value)))

    def block(self, x: Array, name: str) -> Array:
        n = self.names
        x = self.norm(self.linear(self.attention(x, name), f"{name}.{n.out}") + x, f"{name}.{n.attention_norm}")
        f = self.linear(self.act(self.linear(x, f"{name}.{n.up}")), f"{name}.{n.down}")
        return self.norm(f + x, f"{name}.{n.norm}")

    # ---- the encoder ------------------------------------------------------------------------------------------------

    def positions(self, ids: list[int]) -> Array:
        return np.arange(len(ids))

    def embed(self, ids: list[int], types: list[int] | None) -> Array:
        """Word, position and type tables, those that there are; norm; projection where there is one."""
        x = self.w["embeddings.word_embeddings.weight"][ids]
        if "embeddings.position_embeddings.weight" in self.w:
            x = x + self.w["embeddings.position_embeddings.weight"][self.positions(ids)]
        if "embeddings.token_type_embeddings.weight" in self.w:
            x = x + self.w["embeddings.token_type_embeddings.weight"][types or [0] * len(ids)]
        x = self.norm(x, "embeddings.LayerNorm")
        return self.linear(x, "embeddings_project") if "embeddings_project.weight" in self.w else x

    def states(self, ids: list[int], types: list[int] | None) -> list[Array]:
        states = [self.embed(ids, types)]
        for k in range(int(self.config["num_hidden_layers"])):
            states.append(self.block(states[-1], self.layer.format(k)))
        return states

    def pool(self, x: Array) -> Array | None:
        return np.tanh(self.linear(x[0], "pooler.dense")) if "pooler.dense.weight" in self.w else None

    def decode(self, x: Array, bias: str, decoder: str = "", table: str = "embeddings.word_embeddings.weight") -> Array:
        """Logits over the vocabulary: what the file has under the decoder's names counts, else the words' table and the
        other copy of the bias."""
        return x @ self.w.get(f"{decoder}.weight", self.w[table]).T + self.w.get(f"{decoder}.bias", self.w[bias])

    def head(self, task: str, x: Array, pooled: Array | None) -> dict[str, Array]:
        raise NotImplementedError

    def run(self, architecture: str, ids: list[int], types: list[int] | None = None) -> dict[str, Array]:
        states = self.states(ids, types)
        pooled = self.pool(states[-1])
        out = {f"hidden_states.{k}": s for k, s in enumerate(states)} | {"last_hidden_state": states[-1]}
        if pooled is not None:
            out["pooler_output"] = pooled
        task = re.search(r"For([A-Z].*)", architecture)  # none in the plain encoder's name
        return out | (self.head(task[1], states[-1], pooled) if task else {})
