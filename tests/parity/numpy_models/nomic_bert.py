# SPDX-License-Identifier: Apache-2.0
"""NomicBERT in numpy, under the names of its files (transformers has others in memory)."""
from __future__ import annotations

import numpy as np

from .activations import Array
from .layers import NumpyModel
from .rope import rotate_halves


class NumpyNomicBert(NumpyModel):
    prefix = "nomic_bert."
    layer = "encoder.layers.{}"

    def embed(self, ids: list[int], types: list[int] | None) -> Array:
        x = self.w["embeddings.word_embeddings.weight"][ids]
        return self.norm(x + self.w["embeddings.token_type_embeddings.weight"][types or [0] * len(ids)], "emb_ln")

    def block(self, x: Array, name: str) -> Array:
        q, k, v = (self.split(part) for part in np.split(self.linear(x, f"{name}.attn.Wqkv"), 3, -1))
        rope, positions = self.config["rope_parameters"], self.config["max_position_embeddings"]
        a = self.attend(rotate_halves(q, rope, positions), rotate_halves(k, rope, positions), v)
        x = self.norm(x + self.linear(a, f"{name}.attn.out_proj"), f"{name}.norm1")
        gated = self.linear(x, f"{name}.mlp.fc11") * self.act(self.linear(x, f"{name}.mlp.fc12"))
        return self.norm(x + self.linear(gated, f"{name}.mlp.fc2"), f"{name}.norm2")

    def head(self, task: str, x: Array, pooled: Array | None) -> dict[str, Array]:
        if task == "MaskedLM":
            name = "cls.predictions.transform"
            t = self.norm(self.act(self.linear(x, f"{name}.dense")), f"{name}.layer_norm")
            return {"logits": self.decode(t, "cls.predictions.bias", "cls.predictions.decoder")}
        return {"logits": self.linear(x if task == "TokenClassification" else pooled, "classifier")}
