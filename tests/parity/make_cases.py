# SPDX-License-Identifier: Apache-2.0
"""Writes the parity cases: tiny random checkpoints and what transformers makes of them in float64.

    python make_cases.py tests/data/parity [--only TYPE[/NAME] ...]

Run it twice, once with transformers 5 and once with transformers 4 (README.md): each writes the cases whose reference
it is. Each case is loaded back from the files written, so that what is recorded is what transformers makes of that very
folder; the float64 run is audited (lift.py) and compared with numpy_models/ before anything is kept.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ["PYTORCH_JIT"] = "0"  # lift.py

import torch
import transformers
from safetensors.torch import save_file

sys.path.append(str(Path(__file__).resolve().parents[1]))
from archive import unpacked
from cases import all_cases
from cases.case import Case
from checkpoint import load, write_checkpoint
from gradients import write_gradients
from lift import audited, lifted
from numpy_check import check_outputs
from outputs import Outputs, Text, make_texts, relative_error, run


def truth(case: Case, model: Any, texts: list[Text]) -> list[Outputs]:
    with lifted(), audited(case.seed):
        return [run(case, model, t) for t in texts]


def check_conditioning(case: Case, folder: Path, texts: list[Text], want: list[Outputs],
                       limits: dict[str, float]) -> None:
    """Weights moved within half a unit of their last float32 place must not move an output by its tolerance: else
    which float32 program passes is luck (a softmax that hangs on a near tie of large scores does this)."""
    for draw in range(3):
        model = load(case, folder, torch.float64)
        generator = torch.Generator().manual_seed(draw)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.mul_(1 + (torch.rand(parameter.shape, generator=generator, dtype=torch.float64) - 0.5) * 2**-23)
        moved = relative_error(truth(case, model, texts), want)
        beyond = {k: (moved[k], limits[k]) for k in moved if moved[k] > limits[k]}
        if beyond:
            raise SystemExit(f"{case.seed}: ill-conditioned, take another draw: {beyond}")


def make_case(case: Case, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_checkpoint(case, folder)
    texts = make_texts(case)
    models = {name: load(case, folder, getattr(torch, name)) for name in ("float64", "float32")}
    want = truth(case, models["float64"], texts)
    errors = relative_error([run(case, models["float32"], t) for t in texts], want)
    limits = {k: max(2 * e, 1e-6) for k, e in errors.items()}
    check_conditioning(case, folder, texts, want, limits)
    exact = check_outputs(case, folder, texts, want, limits)
    save_file({f"{i}.{k}": v for i, out in enumerate(want) for k, v in out.items()}, folder / "expected.safetensors")
    (folder / "inputs.jsonl").write_text("".join(json.dumps(t, separators=(",", ":")) + "\n" for t in texts))
    about: dict[str, Any] = {
        "name": case.name, "summary": case.summary, "architecture": case.architecture, "head": case.head,
        "texts": len(texts), "tensors": list(want[0]),
        "float32_error": {k: float(f"{v:.2e}") for k, v in errors.items()},
        "reference": f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}"}
    if case.gradients:
        about["gradients"] = write_gradients(case, folder, models, texts)
    (folder / "case.json").write_text(json.dumps(about, indent=2) + "\n")
    size = sum(f.stat().st_size for f in folder.iterdir())
    print(f"{case.model_type + '/' + case.name:42s} {size / 1000:4.0f} kB  float32 {max(errors.values()):.1e}  "
          f"numpy float64 {max(exact.values()):.1e}", flush=True)


def check_same(cases: list[Case], out: Path) -> None:
    """Cases that differ in spelling alone must agree."""
    first: dict[str, bytes] = {}
    for case in cases:
        if case.weights_of:
            got = (out / case.model_type / case.name / "expected.safetensors").read_bytes()
            if first.setdefault(case.seed, got) != got:
                raise SystemExit(f"{case.model_type}/{case.name} differs from the other cases of {case.weights_of}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="the folder of the archives, one a model type: tests/data/parity")
    parser.add_argument("--only", nargs="*", default=[], metavar="TYPE[/NAME]")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    major = int(transformers.__version__.split(".")[0])
    only = set(arguments.only)
    cases = [c for c in all_cases() if c.transformers == major
             and (not only or {c.model_type, f"{c.model_type}/{c.name}"} & only)]
    with unpacked(arguments.out, change=True) as out:
        for case in cases:
            make_case(case, out / case.model_type / case.name)
        check_same(cases, out)


if __name__ == "__main__":
    main()
