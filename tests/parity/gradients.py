# SPDX-License-Identifier: Apache-2.0
"""Labels, loss and gradients of a case, by float64 autograd."""
from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from cases.case import Case
from checkpoint import generator
from lift import lifted
from numpy_check import check_gradients
from outputs import Outputs, Text, forward

IGNORED = -100  # PyTorch's label of a token that has none


def make_labels(case: Case, texts: list[Text]) -> list[Any]:
    """MLM: a vocabulary id for about half of the tokens, one at least. Classification: one label a text."""
    rng = generator(case.seed, "labels")
    if case.head != "mlm":
        return [int(i) for i in rng.integers(0, len(case.config["id2label"]), len(texts))]
    rows = []
    for text in texts:
        row = rng.integers(0, case.config["vocab_size"], len(text["input_ids"]))
        row[1:][rng.random(len(row) - 1) < 0.5] = IGNORED
        rows.append(row.tolist())
    return rows


def gradients(case: Case, model: Any, texts: list[Text], labels: list[Any]) -> tuple[float, Outputs]:
    """Cross-entropy averaged over every labelled token (or text) of all texts together, each text run alone."""
    logits = torch.cat([forward(case, model, t).logits.flatten(0, -2) for t in texts])
    flat = torch.tensor([x for row in labels for x in row] if case.head == "mlm" else labels)
    loss = torch.nn.functional.cross_entropy(logits, flat, ignore_index=IGNORED)
    model.zero_grad()
    loss.backward()
    return float(loss.detach()), {n: p.grad.detach().clone() for n, p in model.named_parameters() if p.grad is not None}


def under_checkpoint_names(case: Case, model: Any, found: Outputs) -> Outputs:
    """NomicBERT's file has other names, and one matrix for q, k and v: let transformers translate."""
    if case.model_type != "nomic_bert":
        return found
    parameters = dict(model.named_parameters())
    assert set(parameters) == set(found)
    kept = {n: p.data for n, p in parameters.items()}
    for name, parameter in parameters.items():
        parameter.data = found[name]
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        renamed = load_file(Path(folder) / "model.safetensors")
    for name, parameter in parameters.items():
        parameter.data = kept[name]
    return renamed


def write_gradients(case: Case, folder: Path, models: dict[str, Any], texts: list[Text]) -> dict[str, Any]:
    labels = make_labels(case, texts)
    with lifted():
        loss, want = gradients(case, models["float64"], texts, labels)
    loss32, got = gradients(case, models["float32"], texts, labels)
    want, got = (under_checkpoint_names(case, models[dtype], g) for dtype, g in (("float64", want), ("float32", got)))
    slope_error = check_gradients(case, folder, texts, labels, loss, want)
    print(f"{case.seed}: slope of numpy's loss within {slope_error:.1e} of the gradients' norm")
    save_file(want, folder / "gradients.safetensors")
    (folder / "labels.json").write_text(json.dumps({"labels": labels}) + "\n")
    norm = float(torch.cat([g.flatten() for g in want.values()]).norm())
    error = float(torch.cat([(got[n].double() - g).flatten() for n, g in want.items()]).norm()) / norm
    return {"loss": loss, "norm": norm, "float32_error": float(f"{error:.2e}"),
            "float32_loss_error": float(f"{abs(loss32 - loss) / loss:.2e}")}
