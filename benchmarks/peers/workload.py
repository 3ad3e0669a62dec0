# SPDX-License-Identifier: Apache-2.0
"""What is run: random models of well-known sizes, and token ids drawn from a fixed seed."""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import torch
import transformers

BASE = dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072)
# name -> the prefix of transformers' classes, and the sizes as published
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "minilm": ("Bert", dict(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)),
    "bert-base": ("Bert", BASE),
    "deberta-v3-base": ("DebertaV2", BASE | dict(
        vocab_size=128100, type_vocab_size=0, relative_attention=True, pos_att_type=["p2c", "c2p"], share_att_key=True,
        position_buckets=256, max_relative_positions=-1, norm_rel_ebd="layer_norm", position_biased_input=False)),
    "modernbert-base": ("ModernBert", {}),
}
LENGTHS = (8, 16, 32, 128, 512)
LONG = 4096  # for the models that take it
FIRST_WORD, VOCABULARY = 1000, 30522  # below the first come special and unused tokens


@dataclass(frozen=True)
class Workload:
    """One batch: a list of texts, each a list of ids."""

    name: str
    texts: tuple[tuple[int, ...], ...]

    @property
    def tokens(self) -> int:
        return sum(map(len, self.texts))

    @property
    def padding_factor(self) -> float:
        """Tokens that a padded batch computes for each one that is there."""
        return len(self.texts) * max(map(len, self.texts)) / self.tokens

    def write(self, file: Path) -> None:
        file.write_text("".join(json.dumps(t) + "\n" for t in self.texts))


def mixed_lengths(rng: np.random.Generator, texts: int = 32) -> list[int]:
    """Log-normal with median 20, as short user texts are, cut to 4..128: its quantiles in random order, so that no luck
    of the draw is in it. The spread 0.5 is on the peers' side: it makes padding cost 2.6x; at 0.8 it would be 4x."""
    quantiles = [NormalDist().inv_cdf((i + 0.5) / texts) for i in range(texts)]
    lengths = np.clip(np.rint(20 * np.exp(0.5 * np.array(quantiles))), 4, 128).astype(int)
    return rng.permutation(lengths).tolist()


def workloads() -> list[Workload]:
    rng = np.random.default_rng(20)

    def draw(lengths: list[int]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(rng.integers(FIRST_WORD, VOCABULARY, n).tolist()) for n in lengths)

    works = [Workload(f"1x{n}", draw([n])) for n in LENGTHS] + [Workload("mixed32", draw(mixed_lengths(rng)))]
    return works + [Workload(f"1x{LONG}", draw([LONG]))]


def takes(name: str, work: Workload) -> bool:
    return name == "modernbert-base" or max(map(len, work.texts)) < LONG


def model_folder(name: str, cache: Path) -> Path:
    """Random weights: speed does not depend on them, and none need be fetched."""
    folder = cache / name
    if not (folder / "model.safetensors").exists():
        torch.manual_seed(0)
        prefix, sizes = MODELS[name]
        model = getattr(transformers, f"{prefix}Model")(getattr(transformers, f"{prefix}Config")(**sizes),
                                                        **without_pooler(prefix))
        model.save_pretrained(folder)
    return folder


def without_pooler(prefix: str) -> dict[str, bool]:
    return {"add_pooling_layer": False} if prefix == "Bert" else {}


def load_model(name: str, folder: Path) -> Any:
    """With `sdpa` where transformers has it."""
    prefix = MODELS[name][0]
    made = getattr(transformers, f"{prefix}Model")
    return made.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa" if made._supports_sdpa else "eager",
                                **without_pooler(prefix)).eval()
