# SPDX-License-Identifier: Apache-2.0
"""ALBERT in numpy."""
from __future__ import annotations

import numpy as np

from .activations import Array
from .layers import BlockNames, NumpyModel


class NumpyAlbert(NumpyModel):
    prefix = "albert."
    names = BlockNames("attention.query", "attention.key", "attention.value", "attention.dense", "attention.LayerNorm",
                       "ffn", "ffn_output", "full_layer_layer_norm")

    def states(self, ids: list[int], types: list[int] | None) -> list[Array]:
        c = self.config
        states = [self.linear(self.embed(ids, types), "encoder.embedding_hidden_mapping_in")]
        for k in range(c["num_hidden_layers"]):
            group = int(k / (c["num_hidden_layers"] / c["num_hidden_groups"]))  # in double: 14 of 18 is not the floor
            for inner in range(c["inner_group_num"]):
                name = f"encoder.albert_layer_groups.{group}.albert_layers.{inner}"
                states.append(self.block(states[-1], name))
        return states

    def pool(self, x: Array) -> Array | None:
        return np.tanh(self.linear(x[0], "pooler")) if "pooler.weight" in self.w else None

    def head(self, task: str, x: Array, pooled: Array | None) -> dict[str, Array]:
        if task in ("MaskedLM", "PreTraining"):
            t = self.norm(self.act(self.linear(x, "predictions.dense")), "predictions.LayerNorm")
            logits = self.decode(t, "predictions.bias", "predictions.decoder")
            return {"logits": logits} if task == "MaskedLM" else {
                "prediction_logits": logits, "sop_logits": self.linear(pooled, "sop_classifier.classifier")}
        if task in ("SequenceClassification", "MultipleChoice"):
            return {"logits": self.linear(pooled, "classifier")}
        return {"logits": self.linear(x, "classifier" if task == "TokenClassification" else "qa_outputs")}
