# SPDX-License-Identifier: Apache-2.0
"""RoBERTa (XLM-RoBERTa, CamemBERT) in numpy."""
from __future__ import annotations

import numpy as np

from .activations import Array
from .layers import NumpyModel


class NumpyRoberta(NumpyModel):
    prefix = "roberta."
    defaults = {"pad_token_id": 1}

    def padding(self) -> int:
        return int(self.config["pad_token_id"])

    def positions(self, ids: list[int]) -> Array:
        """From the padding id + 1 on, where that id itself has its own number and is not counted."""
        counts = np.array(ids) != self.padding()
        return np.where(counts, np.cumsum(counts), 0) + self.padding()

    def head(self, task: str, x: Array, pooled: Array | None) -> dict[str, Array]:
        if task == "MaskedLM":  # erf gelu whatever hidden_act says
            t = self.norm(self.act(self.linear(x, "lm_head.dense"), "gelu"), "lm_head.layer_norm")
            return {"logits": self.decode(t, "lm_head.bias", "lm_head.decoder")}
        if task == "SequenceClassification":
            return {"logits": self.linear(np.tanh(self.linear(x[0], "classifier.dense")), "classifier.out_proj")}
        if task == "MultipleChoice":
            return {"logits": self.linear(pooled, "classifier")}
        return {"logits": self.linear(x, "classifier" if task == "TokenClassification" else "qa_outputs")}
