# SPDX-License-Identifier: Apache-2.0
"""Runs encore and other engines on the same token ids in the same run, and writes a table of the ratios.

    python benchmarks/peers/run.py --program build/release/bin/encore

Every engine is measured in turn inside each round, so that a machine that grows slower or hotter does so for all; a
cell is the median over the rounds of each slice's median. Before anything is timed the outputs are compared.
"""
from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import transformers

import onnx_bert
from engines import Encore, Engine, Peer, call_overhead_us, onnxruntime_run, openvino_run, torch_run
from report import markdown
from workload import MODELS, Workload, load_model, model_folder, takes, workloads

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-5  # relative L2 between engines in float32: far above rounding, far below a mistake
REST = 0.02  # seconds between engines, for the threads of the last one to stop spinning


def graphs(name: str, folder: Path) -> dict[str, Path]:
    """ONNX files of the model: an ordinary export, and one of ONNX Runtime's fused operators."""
    files = {"ONNX Runtime (export)": folder / "export.onnx"}
    if MODELS[name][0] == "Bert":  # ONNX Runtime has no fused operators for the others
        files["ONNX Runtime (fused)"] = folder / "fused.onnx"
    if not all(f.exists() for f in files.values()):
        model = load_model(name, folder)
        print(f"{name}: exporting to ONNX", flush=True)
        onnx_bert.export(model, files["ONNX Runtime (export)"])
        if "ONNX Runtime (fused)" in files:
            onnx_bert.build(model, files["ONNX Runtime (fused)"])
    return files


def make_engines(name: str, threads: int, arguments: argparse.Namespace) -> list[Engine]:
    folder = model_folder(name, arguments.cache)
    files = graphs(name, folder)
    engines: list[Engine] = []
    if arguments.program:
        engines.append(Encore(arguments.program, folder, threads, arguments.cache))
    for label, file in files.items():
        if "onnxruntime" in arguments.engines:
            run = onnxruntime_run(file, threads)
            engines += [Peer(label, run, batching) for batching in ("padded", "sorted by 8", "one by one")]
    if "torch" in arguments.engines:
        engines.append(Peer("PyTorch", torch_run(load_model(name, folder), threads)))
    if "openvino" in arguments.engines:
        engines.append(Peer("OpenVINO", openvino_run(files["ONNX Runtime (export)"], threads)))
    return engines


def suits(engine: Engine, work: Workload) -> bool:
    """One text is one batch however it is cut."""
    return len(work.texts) > 1 or getattr(engine, "batching", "padded") == "padded"


def compare_outputs(engines: list[Engine], work: Workload) -> dict[str, float]:
    """Relative L2 between each engine and PyTorch, or the first there is; anything beyond TOLERANCE ends the run."""
    plain = [e for e in engines if getattr(e, "batching", "padded") == "padded"]
    got = {e.name: np.concatenate([o.ravel() for o in e.outputs(work)]) for e in plain}
    base = got.get("PyTorch", next(iter(got.values())))
    errors = {name: float(np.linalg.norm(o - base) / np.linalg.norm(base)) for name, o in got.items()}
    if max(errors.values()) > TOLERANCE:
        raise SystemExit(f"{work.name}: the engines do not compute the same: {errors}")
    return errors


def measure_cell(engines: list[Engine], work: Workload, rounds: int, seconds: float) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {e.name: [] for e in engines if suits(e, work)}
    for round_number in range(-1, rounds):  # the first one warms up
        for engine in engines:
            if suits(engine, work):
                time.sleep(REST)
                ms = engine.measure(work, seconds)
                if round_number >= 0:
                    times[engine.name].append(ms)
    return times


def cell(work: Workload, times: dict[str, list[float]], errors: dict[str, float]) -> dict[str, Any]:
    medians = {name: statistics.median(t) for name, t in times.items()}
    ours = medians.get("encore")
    return {"workload": work.name, "texts": len(work.texts), "tokens": work.tokens,
            "padding_factor": round(work.padding_factor, 3), "median_ms": medians, "rounds_ms": times,
            "ratio": {n: m / ours for n, m in medians.items() if n != "encore"} if ours else {},
            "relative_difference": errors}


def machine() -> dict[str, Any]:
    info = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
                if ":" in line) if Path("/proc/cpuinfo").exists() else {}
    info = {k.strip(): v.strip() for k, v in info.items()}
    flags = info.get("flags", info.get("Features", "")).split()
    wanted = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_int8", "asimd",
              "sve")
    return {"cpu": info.get("model name", platform.processor()), "family": info.get("cpu family"),
            "model": info.get("model"), "cores": len(os.sched_getaffinity(0)), "isa": [f for f in wanted if f in flags],
            "ENCORE_ISA": os.environ.get("ENCORE_ISA"), "system": platform.platform(terse=True)}


def versions(engines: list[str]) -> dict[str, str]:
    return {p: version(p) for p in [*engines, "transformers", "numpy"]}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, help="the built encore; without it only the peers run")
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--workloads", nargs="+", default=[w.name for w in workloads()], metavar="NAME")
    parser.add_argument("--engines", nargs="+", default=["onnxruntime", "torch", "openvino"])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.25, help="time of one slice")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "peers")
    parser.add_argument("--out", type=Path, help="folder for peers.md and peers.json; default: the cache")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    out = arguments.out or arguments.cache
    out.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = {
        "machine": machine(), "versions": versions(arguments.engines), "rounds": arguments.rounds,
        "seconds_per_slice": arguments.seconds, "load_average_at_start": os.getloadavg()[0],
        "python_call_us": {}, "cells": []}
    for name in arguments.models:
        for threads in arguments.threads:
            engines = make_engines(name, threads, arguments)
            results["python_call_us"][str(threads)] = round(call_overhead_us(threads, arguments.cache), 1)
            for work in [w for w in workloads() if w.name in arguments.workloads and takes(name, w)]:
                errors = compare_outputs(engines, work)
                times = measure_cell(engines, work, arguments.rounds, arguments.seconds)
                results["cells"].append({"model": name, "threads": threads} | cell(work, times, errors))
                shown = ", ".join(f"{n} {statistics.median(t):.2f}" for n, t in times.items())
                print(f"{name}, {threads} threads, {work.name}: {shown} ms", flush=True)
            del engines
            gc.collect()
    (out / "peers.json").write_text(json.dumps(results, indent=1) + "\n")
    (out / "peers.md").write_text(markdown(results))
    print(markdown(results))


if __name__ == "__main__":
    main()
