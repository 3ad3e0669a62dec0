# SPDX-License-Identifier: Apache-2.0
"""BERT in plain numpy, written from the formulas and not from transformers' code.

It exists to check the expected outputs: a "float64 run" of transformers can hide a float32 island (a softmax, a
table), and only a second implementation that shares no code with the first would notice. It computes in the dtype
it is given, so the same code in float32 also shows whether a tolerance is fair to an implementation other than PyTorch.
"""
from __future__ import annotations

import math
from typing import Any, Mapping

import numpy as np

from .activations import ACTIVATIONS, Array, Weights, xielu

DEFAULTS: dict[str, Any] = {  # transformers' BertConfig
    "num_hidden_layers": 12, "num_attention_heads": 12, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512, "position_embedding_type": "absolute", "tie_word_embeddings": True,
}

def modern_names(w: Weights) -> dict[str, Array]:
    """Maps every legacy spelling onto one: no `bert.` prefix, LayerNorm.weight and LayerNorm.bias."""
    def rename(name: str) -> str:
        return name.removeprefix("bert.").replace("LayerNorm.gamma", "LayerNorm.weight").replace(
            "LayerNorm.beta", "LayerNorm.bias")
    return {rename(name): value for name, value in w.items()}


class NumpyBert:
    """One checkpoint; `run` takes one text and returns every output the file has weights for."""

    def __init__(self, config: Mapping[str, Any], weights: Weights, dtype: type = np.float64) -> None:
        self.config = {**DEFAULTS, **config}
        self.w = {name: np.asarray(value, dtype) for name, value in modern_names(weights).items()}
        decoder = "cls.predictions.decoder.weight"  # it may be all that is stored of the words
        self.w.setdefault("embeddings.word_embeddings.weight", self.w.get(decoder))
        self.heads = int(self.config["num_attention_heads"])

    def linear(self, x: Array, name: str) -> Array:
        return x @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"]

    def norm(self, x: Array, name: str) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred**2).mean(-1, keepdims=True)
        eps = x.dtype.type(self.config["layer_norm_eps"])
        return centred / np.sqrt(variance + eps) * self.w[f"{name}.weight"] + self.w[f"{name}.bias"]

    def activate(self, x: Array, name: str) -> Array:
        act = self.config["hidden_act"]
        if act == "prelu":
            return np.where(x > 0, x, x * self.w[f"{name}.weight"])
        return xielu(x, self.w, name) if act == "xielu" else ACTIVATIONS[act](x)

    def embed(self, ids: list[int], types: list[int]) -> Array:
        x = self.w["embeddings.word_embeddings.weight"][ids] + self.w["embeddings.token_type_embeddings.weight"][types]
        if self.config["position_embedding_type"] == "absolute":
            x = x + self.w["embeddings.position_embeddings.weight"][: len(ids)]
        return self.norm(x, "embeddings.LayerNorm")

    def scores(self, q: Array, k: Array, name: str) -> Array:
        """[H, n, d] x [H, n, d] -> [H, n, n], with Shaw's terms for relative_key and relative_key_query."""
        s = np.einsum("hid,hjd->hij", q, k)
        kind = self.config["position_embedding_type"]
        if kind != "absolute":
            n = q.shape[1]
            distance = np.arange(n)[:, None] - np.arange(n)[None, :]
            table = self.w[f"{name}.distance_embedding.weight"]
            rows = table[distance + int(self.config["max_position_embeddings"]) - 1]
            s = s + np.einsum("hid,ijd->hij", q, rows)
            if kind == "relative_key_query":
                s = s + np.einsum("hjd,ijd->hij", k, rows)
        return s / s.dtype.type(math.sqrt(q.shape[-1]))

    def attention(self, x: Array, name: str) -> Array:
        def split(kind: str) -> Array:
            return self.linear(x, f"{name}.{kind}").reshape(len(x), self.heads, -1).transpose(1, 0, 2)
        s = self.scores(split("query"), split("key"), name)
        p = np.exp(s - s.max(-1, keepdims=True))
        p = p / p.sum(-1, keepdims=True)
        return (p @ split("value")).transpose(1, 0, 2).reshape(len(x), -1)

    def block(self, x: Array, name: str) -> Array:
        a = self.linear(self.attention(x, f"{name}.attention.self"), f"{name}.attention.output.dense")
        x = self.norm(a + x, f"{name}.attention.output.LayerNorm")
        wide = self.linear(x, f"{name}.intermediate.dense")
        f = self.linear(self.activate(wide, f"{name}.intermediate.intermediate_act_fn"), f"{name}.output.dense")
        return self.norm(f + x, f"{name}.output.LayerNorm")

    def vocabulary_logits(self, x: Array) -> Array:
        name = "cls.predictions.transform"
        t = self.norm(self.activate(self.linear(x, f"{name}.dense"), f"{name}.transform_act_fn"), f"{name}.LayerNorm")
        decoder = self.w.get("cls.predictions.decoder.weight", self.w["embeddings.word_embeddings.weight"])
        return t @ decoder.T + self.w.get("cls.predictions.decoder.bias", self.w["cls.predictions.bias"])

    def head(self, architecture: str, x: Array, pooled: Array | None) -> dict[str, Array]:
        if architecture == "BertForMaskedLM":
            return {"logits": self.vocabulary_logits(x)}
        if architecture == "BertForPreTraining":
            return {"prediction_logits": self.vocabulary_logits(x),
                    "seq_relationship_logits": self.linear(pooled, "cls.seq_relationship")}
        if architecture == "BertForNextSentencePrediction":
            return {"logits": self.linear(pooled, "cls.seq_relationship")}
        if architecture in ("BertForSequenceClassification", "BertForMultipleChoice"):
            return {"logits": self.linear(pooled, "classifier")}
        if architecture == "BertForTokenClassification":
            return {"logits": self.linear(x, "classifier")}
        return {"logits": self.linear(x, "qa_outputs")} if architecture == "BertForQuestionAnswering" else {}

    def run(self, architecture: str, ids: list[int], types: list[int] | None = None) -> dict[str, Array]:
        states = [self.embed(ids, types or [0] * len(ids))]
        for k in range(int(self.config["num_hidden_layers"])):
            states.append(self.block(states[-1], f"encoder.layer.{k}"))
        out = {f"hidden_states.{k}": s for k, s in enumerate(states)} | {"last_hidden_state": states[-1]}
        pooled = None
        if "pooler.dense.weight" in self.w:
            pooled = np.tanh(self.linear(states[-1][0], "pooler.dense"))
            out["pooler_output"] = pooled
        return out | self.head(architecture, states[-1], pooled)
