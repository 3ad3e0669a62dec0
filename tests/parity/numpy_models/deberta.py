# SPDX-License-Identifier: Apache-2.0
"""DeBERTa 1, 2 and 3 in numpy.

With delta(i, j) the row of the table of distances for i - j (exact and clamped, or in buckets), and d the head's size:

    score(i, j) = (q_i . k_j + q_i . kr[delta(i, j)] + k_j . qr[delta(i, j)]) / sqrt(d * terms)

Both position terms look up the same row; `terms` is 1 and one more for each of c2p and p2c that the configuration
names, even where relative_attention is false.
"""
from __future__ import annotations

import math
from typing import Any, Mapping

import numpy as np

from .activations import Array, Weights
from .layers import BERT_NAMES, NumpyModel


def bucket(distance: int, buckets: int, limit: int) -> int:
    """Exact up to half of the buckets, then logarithmic, so that limit - 1 falls into the last. Beyond it runs on."""
    half = buckets // 2
    if abs(distance) <= half:
        return distance
    far = math.log(abs(distance) / half) / math.log((limit - 1) / half) * (half - 1)
    return int(math.copysign(math.ceil(far) + half, distance))


class NumpyDeberta(NumpyModel):
    prefix = "deberta."
    defaults = {"layer_norm_eps": 1e-7, "max_relative_positions": -1, "position_buckets": -1}
    names = BERT_NAMES

    def __init__(self, config: Mapping[str, Any], weights: Weights, dtype: type = np.float64) -> None:
        super().__init__(config, weights, dtype)
        self.fused = config["model_type"] == "deberta"
        kinds = self.config.get("pos_att_type") or []
        self.kinds = kinds.lower().split("|") if isinstance(kinds, str) else kinds
        limit, buckets = int(self.config["max_relative_positions"]), int(self.config["position_buckets"])
        self.limit = limit if limit >= 1 else int(self.config["max_position_embeddings"])
        self.buckets = max(buckets, 0) if not self.fused else 0
        self.span = self.buckets or self.limit

    def embed(self, ids: list[int], types: list[int] | None) -> Array:
        x = self.w["embeddings.word_embeddings.weight"][ids]
        if self.config["position_biased_input"]:
            x = x + self.w["embeddings.position_embeddings.weight"][: len(ids)]
        if self.config["type_vocab_size"]:
            x = x + self.w["embeddings.token_type_embeddings.weight"][types or [0] * len(ids)]
        if "embeddings.embed_proj.weight" in self.w:
            x = self.linear(x, "embeddings.embed_proj")
        return self.norm(x, "embeddings.LayerNorm")

    def rows(self, n: int) -> Array:
        """[n, n] of row numbers in the table of distances."""
        delta = np.subtract.outer(np.arange(n), np.arange(n))
        if self.buckets:
            delta = np.array([[bucket(int(x), self.buckets, self.limit) for x in line] for line in delta])
        return np.clip(delta + self.span, 0, 2 * self.span - 1)

    def content(self, x: Array, name: str) -> tuple[Array, Array, Array]:
        if not self.fused:
            return tuple(self.split(self.linear(x, f"{name}.{p}_proj")) for p in ("query", "key", "value"))
        per_head = self.split(self.linear(x, f"{name}.in_proj"))  # rows of the matrix: [H, 3, d]
        q, k, v = np.split(per_head, 3, -1)
        bias = {b: self.w[f"{name}.{b}_bias"].reshape(self.heads, 1, -1) for b in "qv"}
        return q + bias["q"], k, v + bias["v"]

    def position_names(self, name: str) -> tuple[str, str]:
        """Of the projections that make kr and qr out of the table."""
        if self.fused:
            return f"{name}.pos_proj", f"{name}.pos_q_proj"
        shared = self.config.get("share_att_key", False)
        return (f"{name}.key_proj", f"{name}.query_proj") if shared else (
            f"{name}.pos_key_proj", f"{name}.pos_query_proj")

    def attention(self, x: Array, name: str, queries: Array | None = None) -> Array:
        name = f"{name}.attention.self"
        q, k, v = self.content(x, name)
        if queries is not None:
            q = self.content(queries, name)[0]
        s = q @ k.transpose(0, 2, 1)
        if self.config["relative_attention"] and self.kinds:
            table, rows = self.w["encoder.rel_embeddings.weight"], self.rows(len(x))
            if "layer_norm" in [n.strip().lower() for n in self.config.get("norm_rel_ebd", "none").split("|")]:
                table = self.norm(table, "encoder.LayerNorm")
            for kind, one, projection in zip(("c2p", "p2c"), (q, k), self.position_names(name)):
                if kind in self.kinds:
                    by_row = one @ self.split(self.linear(table, projection)).transpose(0, 2, 1)  # [H, n, 2 span]
                    if kind == "c2p":  # row i of by_row is a query's
                        s = s + np.take_along_axis(by_row, np.broadcast_to(rows, s.shape), -1)
                    else:  # row j is a key's
                        s = s + np.take_along_axis(by_row, np.broadcast_to(rows.T, s.shape), -1).transpose(0, 2, 1)
        s = s / s.dtype.type(math.sqrt(q.shape[-1] * (1 + len(self.kinds))))
        mix = [self.w.get(f"{name}.head_{part}_proj.weight") for part in ("logits", "weights")]
        if mix[0] is not None:
            s = np.einsum("gh,hij->gij", mix[0], s)
        p = self.softmax(s)
        if mix[1] is not None:
            p = np.einsum("gh,hij->gij", mix[1], p)
        return (p @ v).transpose(1, 0, 2).reshape(len(x), -1)

    def convolve(self, x: Array) -> Array:
        """[n, C], zeros at both ends; weight [C, C / groups, width]."""
        weight = self.w["encoder.conv.conv.weight"]
        out, per_group, width = weight.shape
        padded = np.pad(x, ((width // 2, width // 2), (0, 0)))
        groups = x.shape[1] // per_group
        y = np.zeros((len(x), out), x.dtype)
        for g in range(groups):
            rows, columns = slice(g * out // groups, (g + 1) * out // groups), slice(g * per_group, (g + 1) * per_group)
            for t in range(width):
                y[:, rows] += padded[t: t + len(x), columns] @ weight[rows, :, t].T
        return y + self.w["encoder.conv.conv.bias"]

    def states(self, ids: list[int], types: list[int] | None) -> list[Array]:
        states = super().states(ids, types)[:1]
        for k in range(int(self.config["num_hidden_layers"])):
            x = self.block(states[-1], f"encoder.layer.{k}")
            if k == 0 and "encoder.conv.conv.weight" in self.w:
                y = self.act(self.convolve(states[-1]), self.config.get("conv_act", "tanh"))
                x = self.norm(x + y, "encoder.conv.LayerNorm")
            states.append(x)
        return states

    def enhanced_decoder(self, h: Array) -> Array:
        """The last layer twice more: queries and residuals are h and positions, then what came out; keys and values are
        of h."""
        n, name = self.names, f"encoder.layer.{int(self.config['num_hidden_layers']) - 1}"
        z = h + self.w["embeddings.position_embeddings.weight"][: len(h)]
        for _ in range(2):
            a = self.linear(self.attention(h, name, z), f"{name}.{n.out}")
            z = self.norm(a + z, f"{name}.{n.attention_norm}")
            f = self.linear(self.act(self.linear(z, f"{name}.{n.up}")), f"{name}.{n.down}")
            z = self.norm(f + z, f"{name}.{n.norm}")
        return z

    def run(self, architecture: str, ids: list[int], types: list[int] | None = None) -> dict[str, Array]:
        out = super().run(architecture, ids, types)
        if architecture.startswith("MaskedLanguageModel"):
            z = self.enhanced_decoder(out[f"hidden_states.{int(self.config['num_hidden_layers']) - 1}"])
            t = self.norm(self.act(self.linear(z, "lm_predictions.lm_head.dense")), "lm_predictions.lm_head.LayerNorm")
            out["logits"] = self.decode(t, "lm_predictions.lm_head.bias")
        if architecture == "ReplacedTokenDetectionModel":
            x = out["last_hidden_state"]
            t = self.norm(x + x[0], "mask_predictions.LayerNorm")
            t = self.act(self.linear(t, "mask_predictions.dense"))
            out["logits"] = self.linear(t, "mask_predictions.classifier")[:, 0]
        return out

    def head(self, task: str, x: Array, pooled: Array | None) -> dict[str, Array]:
        if task == "MaskedLM":
            legacy = self.config["legacy"]
            dense, norm = (f"cls.predictions.transform.{n}" if legacy else f"lm_predictions.lm_head.{n}"
                           for n in ("dense", "LayerNorm"))
            t = self.norm(self.act(self.linear(x, dense)), norm)
            return {"logits": self.decode(t, "cls.predictions.bias", "cls.predictions.decoder") if legacy
                    else self.decode(t, "lm_predictions.lm_head.bias")}
        if task in ("SequenceClassification", "MultipleChoice"):
            t = self.act(self.linear(x[0], "pooler.dense"), self.config["pooler_hidden_act"])
            return {"logits": self.linear(t, "classifier")}
        return {"logits": self.linear(x, "classifier" if task == "TokenClassification" else "qa_outputs")}

    def pool(self, x: Array) -> Array | None:
        return None
