# SPDX-License-Identifier: Apache-2.0
"""ModernBERT in numpy, from all three dialects of its configuration."""
from __future__ import annotations

from typing import Any, Mapping

import numpy as np

from .activations import Array, Weights
from .layers import NumpyModel
from .rope import rotate_halves


class NumpyModernBert(NumpyModel):
    prefix = "model."
    defaults = {"norm_eps": 1e-5, "local_attention": 128, "global_attn_every_n_layers": 3,
                "global_rope_theta": 160000.0, "local_rope_theta": 10000.0, "classifier_pooling": "cls",
                "classifier_activation": "gelu", "hidden_activation": "gelu"}

    def __init__(self, config: Mapping[str, Any], weights: Weights, dtype: type = np.float64) -> None:
        super().__init__(config, weights, dtype)
        c = self.config
        self.eps = float(c["norm_eps"])
        every, rope = int(c["global_attn_every_n_layers"]), c.get("rope_parameters")
        self.local = [t == "sliding_attention" for t in c["layer_types"]] if "layer_types" in c else [
            k % every != 0 for k in range(c["num_hidden_layers"])]
        self.rope = [rope[kind] if rope else {"rope_theta": c[old]} for kind, old in (
            ("full_attention", "global_rope_theta"), ("sliding_attention", "local_rope_theta"))]

    def layer_output(self, x: Array, k: int) -> Array:
        name, local = f"layers.{k}", self.local[k]
        y = self.norm(x, f"{name}.attn_norm") if k else x
        q, key, v = (self.split(part) for part in np.split(self.linear(y, f"{name}.attn.Wqkv"), 3, -1))
        q, key = (rotate_halves(z, self.rope[local], self.config["max_position_embeddings"]) for z in (q, key))
        distance = np.abs(np.subtract.outer(np.arange(len(x)), np.arange(len(x))))
        mask = np.where(local & (distance > self.config["local_attention"] // 2), -np.inf, 0).astype(self.dtype)
        x = x + self.linear(self.attend(q, key, v, mask), f"{name}.attn.Wo")
        value, gate = np.split(self.linear(self.norm(x, f"{name}.mlp_norm"), f"{name}.mlp.Wi"), 2, -1)
        return x + self.linear(self.act(value, self.config["hidden_activation"]) * gate, f"{name}.mlp.Wo")

    def states(self, ids: list[int], types: list[int] | None) -> list[Array]:
        states = [self.norm(self.w["embeddings.tok_embeddings.weight"][ids], "embeddings.norm")]
        for k in range(int(self.config["num_hidden_layers"])):
            states.append(self.layer_output(states[-1], k))
        return states[:-1] + [self.norm(states[-1], "final_norm")]

    def head(self, task: str, x: Array, pooled: Array | None) -> dict[str, Array]:
        if task in ("SequenceClassification", "MultipleChoice"):
            x = x[0] if self.config["classifier_pooling"] == "cls" else x.mean(0)
        x = self.norm(self.act(self.linear(x, "head.dense"), self.config["classifier_activation"]), "head.norm")
        if task != "MaskedLM":
            return {"logits": self.linear(x, "classifier")}
        self.w.setdefault("decoder.bias", np.zeros(1, self.dtype))
        return {"logits": self.decode(x, "decoder.bias", "decoder", "embeddings.tok_embeddings.weight")}
