# SPDX-License-Identifier: Apache-2.0
"""Writes a case's model folder with random weights, and loads it back as float64 (lifted) or float32 (as it is)."""
from __future__ import annotations

import contextlib
import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file

from cases.case import Case
from lift import lifted

# Two names of one parameter in an untied model: versions differ in which of the two they read, so both are equal.
BIAS_COPIES = (("cls.predictions.bias", "cls.predictions.decoder.bias"), ("lm_head.bias", "lm_head.decoder.bias"),
               ("predictions.bias", "predictions.decoder.bias"))
NORM = re.compile(r"(?i)norm\.weight$")
PROJECTION = re.compile(r"embeddings_project|embed_proj|embedding_transformation|embedding_hidden_mapping")
FEEDS_ACTIVATION = re.compile(
    r"intermediate|cls\.predictions\.transform|\.lin1\.|vocab_transform|\.ffn\.weight|lm_head\.dense"
    r"|predictions\.dense\.|pre_classifier|\.Wi\.|gate_proj|^head\.dense|sequence_summary|generator_predictions\.dense")


def generator(*key: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32("/".join(key).encode()))


def spread(name: str, shape: torch.Size, case: Case) -> tuple[float, float]:
    """Mean and standard deviation by kind of tensor: wide enough that a wrong eps, activation or bias shows."""
    if NORM.search(name):
        return 1.0, 0.3
    if "_act_fn." in name:
        return 0.2, 0.3
    projection = PROJECTION.search(name)
    if "embeddings" in name and not projection:
        return 0.0, case.embedding_scale
    if name.endswith("bias"):
        return 0.0, 0.3
    if "relative_attention_bias" in name:
        return 0.0, 1.0
    gain = case.activation_gain if FEEDS_ACTIVATION.search(name) else case.linear_gain
    return 0.0, gain / float(np.prod(shape[1:])) ** 0.5


def fill(model: torch.nn.Module, case: Case) -> None:
    for name, parameter in model.named_parameters():
        if "embed_positions" in name:  # RoFormer's sines and cosines
            continue
        mean, deviation = spread(name, parameter.shape, case)
        values = mean + deviation * generator(case.seed, name).standard_normal(tuple(parameter.shape))
        parameter.data = torch.from_numpy(values.astype(np.float32))
        if "_act_fn.alpha" in name:  # transformers makes xIELU's two numbers bfloat16 whatever the model's dtype
            parameter.data = parameter.data.bfloat16().float()
    tensors = dict(model.named_parameters())
    for names in BIAS_COPIES:
        copies = [tensors.get(n) for n in names]
        if all(c is not None for c in copies):
            copies[1].data.copy_(copies[0].data)


def model_class(case: Case) -> Any:
    if hasattr(transformers, case.architecture):
        return getattr(transformers, case.architecture)
    import deberta_pretraining
    return getattr(deberta_pretraining, case.architecture)


def constructor_arguments(case: Case) -> dict[str, Any]:
    return case.constructor | ({} if case.pooler else {"add_pooling_layer": False})


def write_checkpoint(case: Case, folder: Path) -> None:
    config = model_class(case).config_class(**case.config)
    model = model_class(case)(config, **constructor_arguments(case)).float()
    fill(model, case)
    model.to(getattr(torch, case.storage)).save_pretrained(folder, max_shard_size=case.max_shard_size)
    if case.rewrite:
        file = folder / "model.safetensors"
        save_file(case.rewrite(load_file(file)), file, metadata={"format": "pt"})
    if case.rewrite_config:
        file = folder / "config.json"
        file.write_text(json.dumps(case.rewrite_config(json.loads(file.read_text())), indent=2) + "\n")


def load(case: Case, folder: Path, dtype: torch.dtype) -> Any:
    """`eager` for the truth, since every step of it is visible; for float32 `sdpa` where the model has it, since that
    is what people run."""
    attention = "sdpa" if dtype == torch.float32 and model_class(case)._supports_sdpa else "eager"
    with lifted() if dtype == torch.float64 else contextlib.nullcontext():
        model, info = model_class(case).from_pretrained(
            folder, dtype=dtype, attn_implementation=attention, output_loading_info=True, **constructor_arguments(case))
        model = model.to(dtype).eval()  # xIELU's parameters load as bfloat16
    wrong = {k: v for k, v in info.items() if v and k != "unexpected_keys"}
    if set(info["missing_keys"]) - case.missing or set(wrong) - {"missing_keys"}:
        raise SystemExit(f"{case.seed}: transformers did not load it cleanly: {wrong}")
    return model


def stored_weights(folder: Path) -> dict[str, np.ndarray]:
    tensors: dict[str, torch.Tensor] = {}
    for file in sorted(folder.glob("model*.safetensors")):
        tensors |= load_file(file)
    if "cls.predictions.bias" not in tensors and "cls.predictions.decoder.bias" in tensors:
        tensors["cls.predictions.bias"] = tensors["cls.predictions.decoder.bias"]
    return {k: v.double().numpy() for k, v in tensors.items()}
