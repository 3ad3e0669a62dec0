# SPDX-License-Identifier: Apache-2.0
"""Adds to the question-answering cases of tests/data/predict what the pipeline of transformers 4 makes of them in float64.

    python make_answers.py tests/data/predict
"""
from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers

sys.path.append(str(Path(__file__).resolve().parents[1]))
from archive import unpacked

RUNS = {"top3": (["--top-k", "3"], {}), "windows": (["--top-k", "3", "--max-length", "48"], dict(max_seq_len=48))}


def make(folder: Path) -> None:
    kind = folder.parent.name
    tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(folder)
    if kind in ("roberta", "modernbert"):
        tokenizer.model_input_names = ["input_ids", "attention_mask"]
    model = transformers.AutoModelForQuestionAnswering.from_pretrained(folder, torch_dtype=torch.float64).eval()
    pipe = transformers.pipeline("question-answering", model=model, tokenizer=tokenizer, framework="pt")
    pairs = [json.loads(line) for line in (folder / "input.jsonl").read_text().splitlines()]
    case = json.loads((folder / "case.json").read_text())
    for name, (arguments, options) in RUNS.items():
        rows = [pipe(question=q, context=c, top_k=3, **options) for q, c in pairs]
        rows = [row if isinstance(row, list) else [row] for row in rows]
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"expected_{name}.jsonl").write_text("".join(lines))
        case["runs"][name] = arguments
    case["reference"] = f"transformers {transformers.__version__}"
    (folder / "case.json").write_text(json.dumps(case, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="tests/data/predict")
    with unpacked(parser.parse_args().out, change=True) as out:
        for folder in sorted(out.glob("*/answer")):
            make(folder)
            print(folder.parent.name)


if __name__ == "__main__":
    main()
