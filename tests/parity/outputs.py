# SPDX-License-Identifier: Apache-2.0
"""The inputs of a case, and what a model makes of them under the names that `encore encode` writes."""
from __future__ import annotations

from typing import Any

import numpy as np
import torch

from cases.case import Case
from checkpoint import generator, model_class

Outputs = dict[str, torch.Tensor]
Text = dict[str, list[int]]
POSITIONS_AFTER_PADDING = ("roberta", "xlm-roberta", "camembert", "mpnet")  # the first position is pad_token_id + 1
LOGITS = ("logits", "prediction_logits", "seq_relationship_logits", "sop_logits")


def padding_id(case: Case, config: Any) -> int:
    return 1 if case.model_type == "mpnet" else config.pad_token_id  # MPNet has 1 fixed


def longest(case: Case, config: Any) -> int:
    skipped = padding_id(case, config) + 1 if case.model_type in POSITIONS_AFTER_PADDING else 0
    return config.max_position_embeddings - skipped


def allowed_ids(case: Case, config: Any) -> np.ndarray:
    """All ids. Without the padding id where it has no position, and where gradients are taken, since PyTorch gives its
    lookup none."""
    ids = np.arange(config.vocab_size)
    avoided = case.gradients or case.model_type in POSITIONS_AFTER_PADDING
    return ids[ids != padding_id(case, config)] if avoided else ids


def make_texts(case: Case) -> list[Text]:
    """Random ids, the first and the last allowed one among them; every third text leaves its token types out."""
    config = model_class(case).config_class(**case.config)
    rng = generator(case.seed, "inputs")
    allowed = allowed_ids(case, config)
    types = getattr(config, "type_vocab_size", 0) if case.token_types else 0
    texts = []
    for i, length in enumerate(case.lengths):
        n = longest(case, config) if length < 0 else length
        ids = allowed[rng.integers(0, len(allowed), n)]
        if n > 2:
            ids[[1, 2]] = allowed[[0, -1]]
        if case.padding:
            ids[1::3] = padding_id(case, config)
        text = {"input_ids": ids.tolist()}
        if i % 3 != 2 and types:
            text["token_type_ids"] = rng.integers(0, types, n).tolist()
        texts.append(text)
    return texts


def forward(case: Case, model: Any, text: Text) -> Any:
    batch = {k: torch.tensor([v]) for k, v in text.items()}
    if case.head == "multiple_choice":  # [texts, choices, n]
        batch = {k: v[:, None] for k, v in batch.items()}
    return model(**batch, output_hidden_states=True, return_dict=True)


def run(case: Case, model: Any, text: Text) -> Outputs:
    """One text, alone and without padding."""
    encoder: list[Any] = []
    hook = model.base_model.register_forward_hook(lambda module, args, output: encoder.append(output))
    try:
        with torch.no_grad():
            out = forward(case, model, text)
    finally:
        hook.remove()
    result: Outputs = {"last_hidden_state": encoder[0].last_hidden_state[0]}
    if case.hidden_states:
        result |= {f"hidden_states.{k}": s[0] for k, s in enumerate(out.hidden_states)}
    pooled = getattr(encoder[0], "pooler_output", None)
    if pooled is not None:
        result["pooler_output"] = pooled[0]
    if "start_logits" in out:
        result["logits"] = torch.stack([out.start_logits[0], out.end_logits[0]], -1)
    result |= {kind: out[kind][0] for kind in LOGITS if kind in out}
    return {k: v.clone() for k, v in result.items()}


def relative_error(got: list[Outputs], want: list[Outputs]) -> dict[str, float]:
    """||got - want|| / ||want|| for each kind of tensor, over all texts together."""
    errors = {}
    for kind in want[0]:
        g, w = (torch.cat([o[kind].double().flatten() for o in run]) for run in (got, want))
        errors[kind] = float((g - w).norm() / w.norm())
    return errors
