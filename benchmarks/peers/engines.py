# SPDX-License-Identifier: Apache-2.0
"""The engines, each behind two calls: `outputs` (to compare them) and `measure` (a median over a slice of time)."""
from __future__ import annotations

import json
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any, Callable, Protocol

import numpy as np

from workload import Workload

Feed = dict[str, np.ndarray]
Run = Callable[[Feed], np.ndarray]


class Engine(Protocol):
    name: str

    def outputs(self, work: Workload) -> list[np.ndarray]: ...

    def measure(self, work: Workload, seconds: float) -> float: ...


def padded(texts: list[tuple[int, ...]]) -> Feed:
    longest = max(map(len, texts))
    ids = np.zeros((len(texts), longest), np.int64)
    for row, text in zip(ids, texts):
        row[: len(text)] = text
    mask = (np.arange(longest) < np.array([[len(t)] for t in texts])).astype(np.int64)
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


# How a peer may be fed a batch of texts of unequal lengths.
BATCHING: dict[str, Callable[[Workload], list[list[tuple[int, ...]]]]] = {
    "padded": lambda w: [list(w.texts)],
    "sorted by 8": lambda w: [sorted(w.texts, key=len)[i : i + 8] for i in range(0, len(w.texts), 8)],
    "one by one": lambda w: [[t] for t in w.texts],
}


class Peer:
    """An engine of Python, called in this process; what Python itself costs is measured apart (`call_overhead_us`)."""

    def __init__(self, name: str, run: Run, batching: str = "padded") -> None:
        self.name = name if batching == "padded" else f"{name}, {batching}"
        self.run, self.batching = run, batching

    def feeds(self, work: Workload) -> list[Feed]:
        return [padded(texts) for texts in BATCHING[self.batching](work)]

    def outputs(self, work: Workload) -> list[np.ndarray]:
        out = self.run(padded(list(work.texts)))
        return [states[: len(text)] for states, text in zip(out, work.texts)]

    def measure(self, work: Workload, seconds: float) -> float:
        """Milliseconds: the median of as many runs as fit, after one that is thrown away; a run longer than the slice
        counts by itself (the first round has warmed it up)."""
        feeds, times = self.feeds(work), []
        end = time.perf_counter() + seconds
        while not times or (time.perf_counter() < end and len(times) < 1000):
            start = time.perf_counter()
            for feed in feeds:
                self.run(feed)
            times.append(time.perf_counter() - start)
        return 1e3 * statistics.median(times[1:] or times)


def onnxruntime_run(file: Path, threads: int) -> Run:
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    names = [i.name for i in session.get_inputs()]
    return lambda feed: session.run(None, {n: feed[n] for n in names})[0]


def openvino_run(file: Path, threads: int) -> Run:
    import openvino
    settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    compiled = openvino.Core().compile_model(str(file), "CPU", settings)
    request, names = compiled.create_infer_request(), [i.any_name for i in compiled.inputs]
    return lambda feed: request.infer({n: feed[n] for n in names}, share_inputs=True, share_outputs=True)[0]


def torch_run(model: Any, threads: int) -> Run:
    import torch
    from onnx_bert import input_names
    names = input_names(model)

    def run(feed: Feed) -> np.ndarray:
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        with torch.inference_mode():
            return model(**{n: torch.from_numpy(feed[n]) for n in names}).last_hidden_state.numpy()

    return run


class Encore:
    """The program under test: a process a slice, which reports the median that it measured inside itself."""

    name = "encore"

    def __init__(self, program: Path, model: Path, threads: int, scratch: Path) -> None:
        self.program, self.model, self.threads, self.scratch = program, model, threads, scratch
        usage = subprocess.run([program, "bench", "--help"], capture_output=True, text=True).stdout
        self.counts = "--iterations" in usage and "--warmup" in usage
        self.last_ms: dict[str, float] = {}

    def call(self, command: str, *arguments: str | Path) -> str:
        line = [self.program, command, self.model, "--threads", str(self.threads), *arguments]
        done = subprocess.run(line, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(map(str, line))}: exit status {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def file(self, work: Workload) -> Path:
        file = self.scratch / f"{work.name}.jsonl"
        work.write(file)
        return file

    def measure(self, work: Workload, seconds: float) -> float:
        counts: list[str] = []
        if self.counts:
            guess = self.last_ms.get(work.name)
            n = 3 if guess is None else int(max(1, min(1000, 1e3 * seconds / guess)))
            counts = ["--iterations", str(n), "--warmup", "2" if n > 2 else "1"]
        report = json.loads(self.call("bench", "--mixed", self.file(work), "--json", *counts))
        result = report["results"][0]
        if (result["tokens"], result["texts"]) != (work.tokens, len(work.texts)):
            raise SystemExit(f"encore ran {result} and not the {work.tokens} tokens of {work.name}")
        self.last_ms[work.name] = float(result["median_ms"])
        return self.last_ms[work.name]

    def outputs(self, work: Workload) -> list[np.ndarray]:
        from safetensors.numpy import load_file
        ids, out = self.scratch / "ids.jsonl", self.scratch / "states.safetensors"
        ids.write_text("".join(json.dumps({"input_ids": t}) + "\n" for t in work.texts))
        self.call("encode", "--ids", ids, "--output", out)
        tensors = load_file(out)
        return [tensors[f"{i}.last_hidden_state"] for i in range(len(work.texts))]


def call_overhead_us(threads: int, scratch: Path) -> float:
    """What one call of ONNX Runtime from Python costs by itself: the same three inputs, a graph that does nothing."""
    import onnx
    from onnx import TensorProto, helper
    names = ("input_ids", "attention_mask", "token_type_ids")
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "s"]) for n in names]
    output = [helper.make_tensor_value_info("out", TensorProto.INT64, ["b", "s"])]
    graph = helper.make_graph([helper.make_node("Identity", names[:1], ["out"])], "nothing", inputs, output)
    file = scratch / "nothing.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), file)
    run, feed, times = onnxruntime_run(file, threads), padded([(1,) * 8]), []
    for _ in range(2000):
        start = time.perf_counter()
        run(feed)
        times.append(time.perf_counter() - start)
    return 1e6 * statistics.median(times)
