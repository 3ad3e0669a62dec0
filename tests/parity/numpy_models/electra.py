# SPDX-License-Identifier: Apache-2.0
"""ELECTRA in numpy, with relative_key and relative_key_query."""
from __future__ import annotations

import numpy as np

from .activations import Array
from .layers import NumpyModel


class NumpyElectra(NumpyModel):
    prefix = "electra."

    def embed(self, ids: list[int], types: list[int] | None) -> Array:
        if self.config.get("position_embedding_type", "absolute") != "absolute":
            self.w.pop("embeddings.position_embeddings.weight", None)
        return super().embed(ids, types)

    def attention(self, x: Array, name: str) -> Array:
        q, k, v = (self.split(self.linear(x, f"{name}.attention.self.{p}")) for p in ("query", "key", "value"))
        kind = self.config.get("position_embedding_type", "absolute")
        if kind == "absolute":
            return self.attend(q, k, v)
        distance = np.subtract.outer(np.arange(len(x)), np.arange(len(x)))
        table = self.w[f"{name}.attention.self.distance_embedding.weight"]
        rows = table[distance + int(self.config["max_position_embeddings"]) - 1]
        extra = np.einsum("hid,ijd->hij", q, rows)
        if kind == "relative_key_query":
            extra = extra + np.einsum("hjd,ijd->hij", k, rows)
        return self.attend(q, k, v, extra / np.sqrt(q.dtype.type(q.shape[-1])))

    def summary(self, x: Array) -> Array:
        y = {"first": x[0], "last": x[-1], "cls_index": x[-1], "mean": x.mean(0)}[self.config["summary_type"]]
        if self.config["summary_use_proj"]:
            y = self.linear(y, "sequence_summary.summary")
        return self.act(y, self.config["summary_activation"] or "linear")

    def head(self, task: str, x: Array, pooled: Array | None) -> dict[str, Array]:
        if task == "PreTraining":
            t = self.act(self.linear(x, "discriminator_predictions.dense"))
            return {"logits": self.linear(t, "discriminator_predictions.dense_prediction")[:, 0]}
        if task == "MaskedLM":  # erf gelu whatever hidden_act says, here and in the classification head
            t = self.act(self.linear(x, "generator_predictions.dense"), "gelu")
            t = self.norm(t, "generator_predictions.LayerNorm")
            return {"logits": self.decode(t, "generator_lm_head.bias", "generator_lm_head")}
        if task == "SequenceClassification":
            return {"logits": self.linear(self.act(self.linear(x[0], "classifier.dense"), "gelu"),
                                          "classifier.out_proj")}
        if task == "MultipleChoice":
            return {"logits": self.linear(self.summary(x), "classifier")}
        return {"logits": self.linear(x, "classifier" if task == "TokenClassification" else "qa_outputs")}
