# SPDX-License-Identifier: Apache-2.0
"""MobileBERT in numpy."""
from __future__ import annotations

import numpy as np

from .activations import Array
from .layers import NumpyModel

UNSET_EPS = 1e-5  # of the two norms that transformers builds without layer_norm_eps: PyTorch's default


class NumpyMobileBert(NumpyModel):
    prefix = "mobilebert."

    def scale(self, x: Array, name: str, eps: float | None = None) -> Array:
        """NoNorm is weight and bias alone."""
        if self.config["normalization_type"] == "no_norm":
            return x * self.w[f"{name}.weight"] + self.w[f"{name}.bias"]
        kept, self.eps = self.eps, self.eps if eps is None else eps
        try:
            return self.norm(x, name)
        finally:
            self.eps = kept

    def embed(self, ids: list[int], types: list[int] | None) -> Array:
        c, x = self.config, self.w["embeddings.word_embeddings.weight"][ids]
        if c["trigram_input"]:
            zero = np.zeros_like(x[:1])
            x = np.concatenate([np.concatenate([x[1:], zero]), x, np.concatenate([zero, x[:-1]])], -1)
        if c["trigram_input"] or c["embedding_size"] != c["hidden_size"]:
            x = self.linear(x, "embeddings.embedding_transformation")
        x = x + self.w["embeddings.position_embeddings.weight"][: len(ids)]
        x = x + self.w["embeddings.token_type_embeddings.weight"][types or [0] * len(ids)]
        return self.scale(x, "embeddings.LayerNorm", UNSET_EPS)

    def dense_and_scale(self, x: Array, name: str, residual: Array | int = 0) -> Array:
        return self.scale(self.linear(x, f"{name}.dense") + residual, f"{name}.LayerNorm")

    def inputs(self, x: Array, name: str) -> tuple[Array, Array, Array]:
        """What queries and keys, what values, and what the residual are made of."""
        if not self.config["use_bottleneck"]:
            return x, x, x
        narrow = self.dense_and_scale(x, f"{name}.bottleneck.input")
        if self.config["use_bottleneck_attention"]:
            return narrow, narrow, narrow
        if self.config["key_query_shared_bottleneck"]:
            return self.dense_and_scale(x, f"{name}.bottleneck.attention"), x, narrow
        return x, x, narrow

    def block(self, x: Array, name: str) -> Array:
        matched, valued, residual = self.inputs(x, name)
        q, k, v = (self.split(self.linear(source, f"{name}.attention.self.{part}")) for source, part in (
            (matched, "query"), (matched, "key"), (valued, "value")))
        y = self.dense_and_scale(self.attend(q, k, v), f"{name}.attention.output", residual)
        for i in range(self.config["num_feedforward_networks"] - 1):
            inner = self.act(self.linear(y, f"{name}.ffn.{i}.intermediate.dense"))
            y = self.dense_and_scale(inner, f"{name}.ffn.{i}.output", y)
        inner = self.act(self.linear(y, f"{name}.intermediate.dense"))
        y = self.scale(self.linear(inner, f"{name}.output.dense") + y, f"{name}.output.LayerNorm", UNSET_EPS)
        return self.dense_and_scale(y, f"{name}.output.bottleneck", x) if self.config["use_bottleneck"] else y

    def pool(self, x: Array) -> Array | None:
        return super().pool(x) if self.config["classifier_activation"] else x[0]

    def vocabulary_logits(self, x: Array) -> Array:
        name = "cls.predictions"
        t = self.norm(self.act(self.linear(x, f"{name}.transform.dense")), f"{name}.transform.LayerNorm")
        narrow = self.config["embedding_size"]
        logits = self.decode(t[:, :narrow], f"{name}.bias", f"{name}.decoder")
        return logits + t[:, narrow:] @ self.w[f"{name}.dense.weight"]

    def head(self, task: str, x: Array, pooled: Array | None) -> dict[str, Array]:
        if task == "MaskedLM":
            return {"logits": self.vocabulary_logits(x)}
        if task == "PreTraining":
            return {"prediction_logits": self.vocabulary_logits(x),
                    "seq_relationship_logits": self.linear(pooled, "cls.seq_relationship")}
        if task == "NextSentencePrediction":
            return {"logits": self.linear(pooled, "cls.seq_relationship")}
        if task in ("SequenceClassification", "MultipleChoice"):
            return {"logits": self.linear(pooled, "classifier")}
        return {"logits": self.linear(x, "classifier" if task == "TokenClassification" else "qa_outputs")}
