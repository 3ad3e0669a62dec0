# SPDX-License-Identifier: Apache-2.0
"""DistilBERT in numpy."""
from __future__ import annotations

from typing import Any, Mapping

import numpy as np

from .activations import Array, Weights
from .layers import BlockNames, NumpyModel


class NumpyDistilBert(NumpyModel):
    prefix = "distilbert."
    layer = "transformer.layer.{}"
    names = BlockNames("attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm",
                       "ffn.lin1", "ffn.lin2", "output_layer_norm")

    def __init__(self, config: Mapping[str, Any], weights: Weights, dtype: type = np.float64) -> None:
        super().__init__(dict(config) | {"num_hidden_layers": config["n_layers"]}, weights, dtype)
        self.hidden_act = str(config["activation"])

    def head(self, task: str, x: Array, pooled: Array | None) -> dict[str, Array]:
        if task == "MaskedLM":
            t = self.norm(self.act(self.linear(x, "vocab_transform")), "vocab_layer_norm")
            return {"logits": self.decode(t, "vocab_projector.bias", "vocab_projector")}
        if task in ("SequenceClassification", "MultipleChoice"):
            return {"logits": self.linear(np.maximum(self.linear(x[0], "pre_classifier"), 0), "classifier")}
        return {"logits": self.linear(x, "classifier" if task == "TokenClassification" else "qa_outputs")}
