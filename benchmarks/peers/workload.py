# SPDX-License-Identifier: Apache-2.0
"""What is run: random models of two well-known sizes, and token ids drawn from a fixed seed."""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import torch
import transformers

SIZES: dict[str, dict[str, int]] = {
    "minilm": dict(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536),
    "bert-base": dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072),
}
LENGTHS = (8, 16, 32, 128, 512)
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

    return [Workload(f"1x{n}", draw([n])) for n in LENGTHS] + [Workload("mixed32", draw(mixed_lengths(rng)))]


def model_folder(name: str, cache: Path) -> Path:
    """Random weights: speed does not depend on them, and none need be fetched."""
    folder = cache / name
    if not (folder / "model.safetensors").exists():
        torch.manual_seed(0)
        transformers.BertModel(transformers.BertConfig(**SIZES[name]), add_pooling_layer=False).save_pretrained(folder)
    return folder


def load_model(folder: Path) -> Any:
    return transformers.BertModel.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="sdpa", add_pooling_layer=False).eval()
