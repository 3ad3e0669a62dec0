# SPDX-License-Identifier: Apache-2.0
"""Compares what transformers computed with the implementations in numpy_models/."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cases.case import Case
from checkpoint import generator, stored_weights
from numpy_models import MODELS
from outputs import Outputs, Text, relative_error

EXACT = 1e-13
STEP = 1e-5  # of central differences: their error is about STEP^2 + 1e-16 / STEP


def numpy_model(case: Case, folder: Path, weights: dict[str, np.ndarray], dtype: type) -> Any:
    return MODELS[case.model_type](json.loads((folder / "config.json").read_text()), weights, dtype)


def numpy_outputs(case: Case, folder: Path, texts: list[Text], dtype: type, kinds: list[str]) -> list[Outputs]:
    model = numpy_model(case, folder, stored_weights(folder), dtype)
    runs = [model.run(case.architecture, t["input_ids"], t.get("token_type_ids")) for t in texts]
    return [{k: torch.from_numpy(np.asarray(r[k])) for k in kinds} for r in runs]


def check_outputs(case: Case, folder: Path, texts: list[Text], want: list[Outputs],
                  limits: dict[str, float]) -> dict[str, float]:
    """numpy in float64 must agree to rounding; numpy in float32 must pass the tolerance, or the tolerance is unfair."""
    kinds = list(want[0])
    exact = relative_error(numpy_outputs(case, folder, texts, np.float64, kinds), want)
    if max(exact.values()) > EXACT:
        raise SystemExit(f"{case.seed}: transformers in float64 and numpy in float64 disagree: {exact}")
    single = relative_error(numpy_outputs(case, folder, texts, np.float32, kinds), want)
    unfair = {k: (single[k], limits[k]) for k in kinds if single[k] > limits[k]}
    if unfair:
        raise SystemExit(f"{case.seed}: float32 numpy fails the tolerance: {unfair}")
    return exact


def cross_entropy(logits: np.ndarray, labels: list[int]) -> float:
    """Mean over the rows that have a label."""
    rows = np.array([i for i, label in enumerate(labels) if label >= 0])
    top = logits.max(-1, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(-1, keepdims=True))
    return float(-log_p[rows, np.array(labels)[rows]].mean())


def check_gradients(case: Case, folder: Path, texts: list[Text], labels: list[Any], loss: float,
                    gradients: Outputs) -> float:
    """The slope of numpy's loss along a random direction must be the gradients' product with it."""
    weights = stored_weights(folder)
    direction = {n: generator(case.seed, "direction", n).standard_normal(g.shape) for n, g in gradients.items()}
    flat = [x for row in labels for x in row] if case.head == "mlm" else labels

    def loss_at(step: float) -> float:
        moved = {n: w + step * direction[n] if n in direction else w for n, w in weights.items()}
        model = numpy_model(case, folder, moved, np.float64)
        runs = [model.run(case.architecture, t["input_ids"], t.get("token_type_ids"))["logits"] for t in texts]
        return cross_entropy(np.concatenate([np.atleast_2d(r) for r in runs]), flat)

    slope = (loss_at(STEP) - loss_at(-STEP)) / (2 * STEP)
    product = sum(float((g.numpy() * direction[n]).sum()) for n, g in gradients.items())
    norm = float(torch.cat([g.flatten() for g in gradients.values()]).norm())
    error = abs(slope - product) / norm
    if abs(loss_at(0) - loss) > EXACT * loss or error > 1e-6:
        raise SystemExit(f"{case.seed}: numpy's loss {loss_at(0)} has slope {slope}, autograd's {loss} has {product}")
    return error
