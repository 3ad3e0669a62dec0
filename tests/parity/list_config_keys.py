# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/config_keys.json: for each configuration class of transformers, every key and what it does.

    python list_config_keys.py OUT.json

Found by experiment: each key is changed alone, to other values and to null, in tiny models, whose weights are a
function of tensor name and index and so stay where they were as long as the tensor is there. The encoder and every head
run in eval mode on the same texts.
"""
from __future__ import annotations

import json
import os
import sys
import zlib
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
import transformers

from config_experiments import CLASSES, EXTRA, NOTES, NOT_TRIED, Setup, alternative

Shapes = dict[str, tuple[int, ...]]
Outputs = dict[str, torch.Tensor]
WIDEST = 200
TEXTS = ([7], [5, 6, 0, 9], [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
SHOWN = 1e-7  # in float64; chunking and the like stay below 1e-14


def values(name: str, shape: torch.Size) -> torch.Tensor:
    """By name and index, so that a longer or wider tensor holds the shorter one's numbers."""
    rows = shape[0] if len(shape) > 1 else 1
    width = int(np.prod(shape)) // max(rows, 1)
    assert width <= WIDEST, (name, shape)
    table = np.stack([np.random.default_rng(zlib.crc32(f"{name}/{r}".encode())).standard_normal(WIDEST)[:width]
                      for r in range(rows)]) if rows else np.zeros((0, width))
    scale = 1.0 if "embeddings" in name else 0.5
    mean = 1.0 if name.lower().endswith("norm.weight") else 0.0
    return torch.from_numpy(mean + scale * table).reshape(shape)


def build(architecture: str, config: Any) -> Any:
    model = getattr(transformers, architecture)(config).double().eval()
    for name, parameter in model.named_parameters():
        if "embed_positions" not in name:
            parameter.data = values(name, parameter.shape)
    return model


def outputs(architecture: str, model: Any) -> Outputs:
    found: Outputs = {}
    for i, text in enumerate(TEXTS):
        batch = {"input_ids": torch.tensor([text]), "attention_mask": torch.ones(1, len(text), dtype=torch.long)}
        if getattr(model.config, "type_vocab_size", 0) > 1:  # the last token in the second type
            batch["token_type_ids"] = torch.tensor([[0] * (len(text) - 1) + [1]])
        if architecture.endswith("ForMultipleChoice"):
            batch = {k: v[:, None] for k, v in batch.items()}
        with torch.no_grad():
            out = model(**batch, return_dict=True)
        found |= {f"{i}.{k}": v for k, v in out.items() if isinstance(v, torch.Tensor)}
    return found


def shapes(model: Any) -> Shapes:
    return {n: tuple(p.shape) for n, p in model.named_parameters()}


def differ(a: Outputs, b: Outputs) -> bool:
    """With more or fewer labels or vocabulary rows, the columns that both have are compared."""
    if a.keys() != b.keys():
        return True
    for key, x in a.items():
        y = b[key]
        common = tuple(slice(0, min(m, n)) for m, n in zip(x.shape, y.shape))
        if x.dim() != y.dim() or not torch.allclose(x[common], y[common], rtol=SHOWN, atol=SHOWN, equal_nan=True):
            return True
    return False


class Experiment:
    """One setup: a configuration of a class, its models before any change."""

    def __init__(self, config_class: Any, architectures: list[str], base: dict[str, Any]) -> None:
        self.config_class, self.base, self.architectures = config_class, base, architectures
        self.before = {a: self.measure(a, base) for a in architectures}

    def measure(self, architecture: str, keys: dict[str, Any]) -> tuple[Shapes, Outputs]:
        model = build(architecture, self.config_class(**keys))
        return shapes(model), outputs(architecture, model)

    def change(self, key: str, value: Any) -> dict[str, Any]:
        report: dict[str, Any] = {"result": [], "shapes": [], "errors": {}}
        for a in self.architectures:
            try:
                after = self.measure(a, self.base | {key: value})
            except Exception as error:  # whatever it is, it says that the value cannot be used here
                report["errors"][a] = type(error).__name__
                continue
            if after[0] != self.before[a][0]:
                report["shapes"].append(a)
            if differ(self.before[a][1], after[1]):
                report["result"].append(a)
        return report


def null_report(key: str, experiments: list[Experiment]) -> dict[str, list[str]]:
    """Which classes refuse null for a key (in some setup), and whose result it changes."""
    refused: set[str] = set()
    changed: set[str] = set()
    for experiment in experiments:
        report = experiment.change(key, None)
        refused |= set(report["errors"])
        changed |= set(report["result"]) | set(report["shapes"])
    return {"refused_by": sorted(refused), "changes": sorted(changed)}


def key_report(key: str, default: Any, experiments: list[Experiment]) -> dict[str, Any]:
    entry: dict[str, Any] = {"default": default}
    if key in NOT_TRIED:
        return entry | {"tried": None, "why_not": NOT_TRIED[key]}
    entry["null"] = null_report(key, experiments)
    tried, result, shaped, errors, ran = [], set(), set(), set(), False
    for experiment in experiments:
        for value in alternative(key, experiment.base.get(key, default), experiment.config_class.model_type):
            report = experiment.change(key, value)
            tried += [value] if value not in tried else []
            result |= set(report["result"])
            shaped |= set(report["shapes"])
            errors |= set(report["errors"].values())
            ran |= len(report["errors"]) < len(experiment.architectures)
    entry |= {"tried": tried, "changes_result": bool(result) if ran else None,
              "changes_shapes": bool(shaped) if ran else None}
    everything = set(experiments[0].architectures)
    if result and result != everything:
        entry["changes_result_of"] = sorted(result)
    if errors:
        entry["errors"] = sorted(errors)
    return entry


def describe(setup: Setup) -> dict[str, Any]:
    config_class = getattr(transformers, setup.config)
    architectures = [a for a in dir(transformers) if not a.endswith("CausalLM") and (
        a == f"{setup.prefix}Model" or a.startswith(f"{setup.prefix}For"))]
    experiments = [Experiment(config_class, architectures, setup.base | more) for more in setup.variants]
    defaults = {k: v for k, v in config_class().to_dict().items() if k not in ("model_type", "_name_or_path")}
    if isinstance(defaults.get("layer_types"), list):  # one entry a layer: too long to list
        defaults["layer_types"] = "every third full_attention, the others sliding_attention"
    keys = {k: key_report(k, v, experiments) for k, v in sorted(defaults.items())}
    for key in sorted(EXTRA["all"] + EXTRA.get(config_class.model_type, [])):
        if key not in keys:
            keys[key] = key_report(key, "absent", experiments) | {"beyond_constructor": True}
    for key in keys:
        if (config_class.model_type, key) in NOTES:
            keys[key]["note"] = NOTES[config_class.model_type, key]
    for alias, key in config_class.attribute_map.items():
        keys[alias] = {"alias_of": key}
    print(f"{config_class.model_type}: {len(keys)} keys, {len(architectures)} classes", flush=True)
    return {"config_class": setup.config, "architectures": architectures, "setups": [e.base for e in experiments],
            "keys": keys}


def one_key_a_line(value: Any, depth: int = 0) -> str:
    """JSON with the first four levels spread over lines."""
    if depth == 4 or not isinstance(value, dict):
        return json.dumps(value)
    inner = ",\n".join(f"{' ' * (depth + 1)}{json.dumps(k)}: {one_key_a_line(v, depth + 1)}" for k, v in value.items())
    return "{\n" + inner + "\n" + " " * depth + "}" + ("\n" if depth == 0 else "")


def main() -> None:
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    table = {getattr(transformers, s.config).model_type: describe(s) for s in CLASSES}
    about = {"reference": f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}",
             "written_by": "tests/parity/list_config_keys.py"}
    Path(sys.argv[1]).write_text(one_key_a_line(about | {"model_types": table}))


if __name__ == "__main__":
    main()
