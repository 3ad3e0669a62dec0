# SPDX-License-Identifier: Apache-2.0
"""Tokens per second on one thread, of encore and of the Hugging Face tokenizers library (Rust) on the same texts.

    python benchmarks/peers/tokenizers_run.py --program build/release/bin/encore_bench_text --tokenizers FOLDER...

A folder holds a tokenizer.json. Both engines are charged their processor time, as Google Benchmark has it, and are
measured in turn inside each round; a number is the median over the rounds, a ratio that of the medians. Before anything
is timed the ids of all texts are compared (with --encore, the installed program).
"""
from __future__ import annotations

import os

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import argparse
import json
import statistics
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[2]


def encore_rates(program: Path, folder: Path, texts: Path, seconds: float) -> dict[str, float]:
    """Tokens per second by what is made: `encode` all of an Encoding, `encode_ids` ids alone."""
    command = [program, f"--benchmark_min_time={seconds}", "--benchmark_format=json", "--benchmark_filter=^encode"]
    run = subprocess.run(command, capture_output=True, text=True, check=True,
                         env=os.environ | {"ENCORE_TOKENIZER": str(folder), "ENCORE_TEXTS": str(texts)})
    return {b["name"]: b["items_per_second"] for b in json.loads(run.stdout)["benchmarks"]}


def peer_rate(tokenizer: Tokenizer, lines: list[str], seconds: float) -> float:
    tokens, spent = 0, 0.0
    while spent < seconds:
        start = time.process_time()
        all_of_them = tokenizer.encode_batch(lines)
        spent += time.process_time() - start
        tokens += sum(len(encoding.ids) for encoding in all_of_them)
    return tokens / spent


def compare(encore: Path, folder: Path, tokenizer: Tokenizer, lines: list[str]) -> None:
    run = subprocess.run([encore, "tokenize", folder, "--input", "-"], capture_output=True, text=True, check=True,
                         input="".join(json.dumps(line) + "\n" for line in lines))
    ours = [json.loads(line)["input_ids"] for line in run.stdout.splitlines()]
    if ours != [encoding.ids for encoding in tokenizer.encode_batch(lines)]:
        raise SystemExit(f"{folder}: the ids differ")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, required=True, help="the built encore_bench_text")
    parser.add_argument("--encore", type=Path, help="the built encore, to compare the ids")
    parser.add_argument("--tokenizers", type=Path, nargs="+", required=True, metavar="FOLDER")
    parser.add_argument("--texts", type=Path, default=ROOT / "examples/data/sentences.txt", help="a text a line")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="time of one measurement")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    lines = arguments.texts.read_text(encoding="utf-8").split("\n")
    lines = lines[:-1] if not lines[-1] else lines
    print(f"tokenizers {version('tokenizers')}, one thread, {len(lines)} texts, medians of {arguments.rounds} rounds;"
          f" load average {os.getloadavg()[0]:.1f}\n")
    print("| tokenizer | model | tokenizers, Mtoken/s | encode | ratio | encode_ids | ratio |\n|---|---|---|---|---|---|---|")
    for folder in arguments.tokenizers:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        if arguments.encore:
            compare(arguments.encore, folder, tokenizer, lines)
        peer, ours = [], []
        for _ in range(arguments.rounds):
            peer.append(peer_rate(tokenizer, lines, arguments.seconds))
            ours.append(encore_rates(arguments.program, folder, arguments.texts, arguments.seconds))
        base = statistics.median(peer)
        full, ids = (statistics.median(rates[name] for rates in ours) for name in ("encode", "encode_ids"))
        print(f"| {folder.name} | {type(tokenizer.model).__name__} | {base / 1e6:.2f} | {full / 1e6:.2f} | {full / base:.1f}"
              f" | {ids / 1e6:.2f} | {ids / base:.1f} |", flush=True)


if __name__ == "__main__":
    main()
