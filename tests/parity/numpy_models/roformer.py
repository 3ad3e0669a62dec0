# SPDX-License-Identifier: Apache-2.0
"""RoFormer in numpy."""
from __future__ import annotations

import numpy as np

from .activations import Array
from .layers import NumpyModel


class NumpyRoFormer(NumpyModel):
    prefix = "roformer."

    def rotate(self, x: Array) -> Array:
        """[H, n, d]: pair i is (x[2i], x[2i + 1]), turned by position * 10000^(-2i/d). The table that a file holds has
        the sines in the left half and the cosines in the right one."""
        n, half = x.shape[1], x.shape[-1] // 2
        table = self.w.get("encoder.embed_positions.weight")
        if table is None:
            angle = np.arange(n)[:, None] * 10000.0 ** (-np.arange(half) / half)
            table = np.concatenate([np.sin(angle), np.cos(angle)], -1).astype(x.dtype)
        sin, cos = table[:n, :half], table[:n, half:]
        a, b = x[..., ::2], x[..., 1::2]
        return np.stack([a * cos - b * sin, b * cos + a * sin], -1).reshape(x.shape)

    def attention(self, x: Array, name: str) -> Array:
        q, k, v = (self.split(self.linear(x, f"{name}.attention.self.{p}")) for p in ("query", "key", "value"))
        value = self.rotate(v) if self.config.get("rotary_value") else v
        return self.attend(self.rotate(q), self.rotate(k), value)

    def summary(self, x: Array) -> Array:
        kind = self.config.get("summary_type", "last")
        y = {"first": x[0], "last": x[-1], "cls_index": x[-1], "mean": x.mean(0)}[kind]
        if self.config.get("summary_use_proj"):
            y = self.linear(y, "sequence_summary.summary")
        return self.act(y, self.config.get("summary_activation") or "linear")

    def head(self, task: str, x: Array, pooled: Array | None) -> dict[str, Array]:
        if task == "MaskedLM":
            name = "cls.predictions.transform"
            t = self.norm(self.act(self.linear(x, f"{name}.dense")), f"{name}.LayerNorm")
            return {"logits": self.decode(t, "cls.predictions.bias", "cls.predictions.decoder")}
        if task == "SequenceClassification":
            return {"logits": self.linear(self.act(self.linear(x[0], "classifier.dense")), "classifier.out_proj")}
        if task == "MultipleChoice":
            return {"logits": self.linear(self.summary(x), "classifier")}
        return {"logits": self.linear(x, "classifier" if task == "TokenClassification" else "qa_outputs")}
