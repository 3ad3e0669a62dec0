# SPDX-License-Identifier: Apache-2.0
"""Writes the parity cases: tiny random BERT checkpoints and what transformers makes of them in float64.

    python make_cases.py OUT [--only NAME ...]

Run it twice, once with transformers 5 and once with transformers 4 (README.md): each writes the cases whose reference
it is. Each case is loaded back from the files written, so that what is recorded is what transformers makes of that very
folder, and is compared with numpy_bert.py before anything is kept.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import zlib
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file

from cases import Case, all_cases
from numpy_bert import NumpyBert

Outputs = dict[str, torch.Tensor]
Text = dict[str, list[int]]
IGNORED = -100  # PyTorch's label of a token that has none


def generator(*key: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32("/".join(key).encode()))


# ---- the checkpoint -------------------------------------------------------------------------------------------------

def spread(name: str, shape: torch.Size, case: Case) -> tuple[float, float]:
    """Mean and standard deviation by kind of tensor: wide enough that a wrong eps, activation or bias shows."""
    if name.endswith("LayerNorm.weight"):
        return 1.0, 0.3
    if "_act_fn." in name:
        return 0.2, 0.3
    if "embeddings" in name:
        return 0.0, case.embedding_scale
    if name.endswith("bias"):
        return 0.0, 0.3
    gain = case.activation_gain if "intermediate" in name or "cls.predictions.transform" in name else 1.2
    return 0.0, gain / shape[-1] ** 0.5


def fill(model: torch.nn.Module, case: Case) -> None:
    for name, parameter in model.named_parameters():
        mean, deviation = spread(name, parameter.shape, case)
        values = mean + deviation * generator(case.name, name).standard_normal(tuple(parameter.shape))
        parameter.data = torch.from_numpy(values.astype(np.float32))
        if "_act_fn.alpha" in name:  # transformers makes xIELU's two numbers bfloat16 whatever the model's dtype
            parameter.data = parameter.data.bfloat16().float()
    tensors = dict(model.named_parameters())
    copies = [tensors.get(f"cls.predictions.{n}") for n in ("bias", "decoder.bias")]
    if all(c is not None for c in copies):  # untied: versions differ in which of the two they read
        copies[1].data.copy_(copies[0].data)


def model_class(case: Case) -> Any:
    return getattr(transformers, case.architecture)


def constructor_arguments(case: Case) -> dict[str, Any]:
    return {} if case.pooler or case.architecture != "BertModel" else {"add_pooling_layer": False}


def write_checkpoint(case: Case, folder: Path) -> None:
    config = transformers.BertConfig(**case.config)
    model = model_class(case)(config, **constructor_arguments(case)).float()
    fill(model, case)
    model.to(getattr(torch, case.storage)).save_pretrained(folder, max_shard_size=case.max_shard_size)
    if case.rewrite:
        file = folder / "model.safetensors"
        save_file(case.rewrite(load_file(file)), file, metadata={"format": "pt"})
    if case.config_only:
        file = folder / "config.json"
        kept = {k: v for k, v in json.loads(file.read_text()).items() if k in case.config_only}
        file.write_text(json.dumps(kept, indent=2) + "\n")


def load(case: Case, folder: Path, dtype: torch.dtype) -> Any:
    """`eager` for the truth, since every step of it is visible; `sdpa` for float32, since that is what people run."""
    attention = "eager" if dtype == torch.float64 else "sdpa"
    model, info = model_class(case).from_pretrained(
        folder, dtype=dtype, attn_implementation=attention, output_loading_info=True, **constructor_arguments(case))
    wrong = {k: v for k, v in info.items() if v and k != "unexpected_keys"}
    missing = set(info["missing_keys"]) - ({"cls.predictions.bias"} if case.name == "mlm_decoder_bias_only" else set())
    if missing or set(wrong) - {"missing_keys"}:
        raise SystemExit(f"{case.name}: transformers did not load it cleanly: {wrong}")
    return model.to(dtype).eval()  # xIELU's parameters load as bfloat16: lift them


# ---- inputs and outputs ---------------------------------------------------------------------------------------------

def make_texts(case: Case) -> list[Text]:
    """Random ids, the padding id 0 and the last id among them; every third text leaves its token types out."""
    rng = generator(case.name, "inputs")
    vocabulary, types = case.config["vocab_size"], case.config.get("type_vocab_size", 2)
    lowest = 1 if case.gradients else 0  # PyTorch gives the padding row's lookup no gradient: keep out of its way
    texts = []
    for i, length in enumerate(case.lengths):
        n = case.config["max_position_embeddings"] if length < 0 else length
        ids = rng.integers(lowest, vocabulary, n)
        if n > 2:
            ids[[1, 2]] = lowest, vocabulary - 1
        text = {"input_ids": ids.tolist()}
        if i % 3 != 2:
            text["token_type_ids"] = rng.integers(0, types, n).tolist()
        texts.append(text)
    return texts


def as_batch(text: Text) -> dict[str, torch.Tensor]:
    return {k: torch.tensor([v]) for k, v in text.items()}


def forward(case: Case, model: Any, text: Text) -> Outputs:
    batch = as_batch(text)
    if case.architecture == "BertForMultipleChoice":  # [texts, choices, n]
        batch = {k: v[:, None] for k, v in batch.items()}
    return model(**batch, output_hidden_states=True, return_dict=True)


def run(case: Case, model: Any, text: Text) -> Outputs:
    """One text, alone and without padding, under the names that `encore encode` writes."""
    with torch.no_grad():
        out = forward(case, model, text)
        states = out.hidden_states
        result: Outputs = {"last_hidden_state": states[-1][0]}
        if case.hidden_states:
            result |= {f"hidden_states.{k}": s[0] for k, s in enumerate(states)}
        pooler = getattr(getattr(model, "bert", model), "pooler", None)
        if pooler is not None:
            result["pooler_output"] = pooler(states[-1])[0]
    if "start_logits" in out:
        result["logits"] = torch.stack([out.start_logits[0], out.end_logits[0]], -1)
    for kind in ("logits", "prediction_logits", "seq_relationship_logits"):
        if kind in out:
            result[kind] = out[kind][0]
    return {k: v.clone() for k, v in result.items()}


def relative_error(got: list[Outputs], want: list[Outputs]) -> dict[str, float]:
    """||got - want|| / ||want|| for each kind of tensor, over all texts together."""
    errors = {}
    for kind in want[0]:
        g, w = (torch.cat([o[kind].double().flatten() for o in run]) for run in (got, want))
        errors[kind] = float((g - w).norm() / w.norm())
    return errors


def rounded(errors: dict[str, float]) -> dict[str, float]:
    return {k: float(f"{v:.2e}") for k, v in errors.items()}


# ---- checks ---------------------------------------------------------------------------------------------------------

def stored_weights(folder: Path) -> dict[str, np.ndarray]:
    tensors: Outputs = {}
    for file in sorted(folder.glob("model*.safetensors")):
        tensors |= load_file(file)
    if "cls.predictions.bias" not in tensors and "cls.predictions.decoder.bias" in tensors:
        tensors["cls.predictions.bias"] = tensors["cls.predictions.decoder.bias"]
    return {k: v.double().numpy() for k, v in tensors.items()}


def numpy_outputs(case: Case, folder: Path, texts: list[Text], dtype: type, kinds: list[str]) -> list[Outputs]:
    config = json.loads((folder / "config.json").read_text())
    bert = NumpyBert(config, stored_weights(folder), dtype)
    runs = [bert.run(case.architecture, t["input_ids"], t.get("token_type_ids")) for t in texts]
    return [{k: torch.from_numpy(np.asarray(r[k])) for k in kinds} for r in runs]


def check(case: Case, folder: Path, texts: list[Text], want: list[Outputs],
          limits: dict[str, float]) -> dict[str, float]:
    """numpy in float64 must agree to rounding; numpy in float32 must pass the tolerance, or the tolerance is unfair."""
    kinds = list(want[0])
    exact = relative_error(numpy_outputs(case, folder, texts, np.float64, kinds), want)
    if max(exact.values()) > 1e-13:
        raise SystemExit(f"{case.name}: transformers in float64 and numpy in float64 disagree: {exact}")
    single = relative_error(numpy_outputs(case, folder, texts, np.float32, kinds), want)
    unfair = {k: (single[k], limits[k]) for k in kinds if single[k] > limits[k]}
    if unfair:
        raise SystemExit(f"{case.name}: float32 numpy fails the tolerance: {unfair}")
    return exact


# ---- gradients ------------------------------------------------------------------------------------------------------

def make_labels(case: Case, texts: list[Text]) -> list[Any]:
    """MLM: a vocabulary id for about half of the tokens, one at least. Classification: one label a text."""
    rng = generator(case.name, "labels")
    if case.head != "mlm":
        return [int(i) for i in rng.integers(0, len(case.config["id2label"]), len(texts))]
    rows = []
    for text in texts:
        row = rng.integers(0, case.config["vocab_size"], len(text["input_ids"]))
        row[1:][rng.random(len(row) - 1) < 0.5] = IGNORED
        rows.append(row.tolist())
    return rows


def gradients(case: Case, model: Any, texts: list[Text], labels: list[Any]) -> tuple[float, Outputs]:
    """Cross-entropy averaged over every labelled token (or text) of all texts together, each text run alone."""
    logits = torch.cat([forward(case, model, t).logits.flatten(0, -2) for t in texts])
    flat = torch.tensor([x for row in labels for x in row] if case.head == "mlm" else labels)
    loss = torch.nn.functional.cross_entropy(logits, flat, ignore_index=IGNORED)
    model.zero_grad()
    loss.backward()
    return float(loss.detach()), {n: p.grad.detach().clone() for n, p in model.named_parameters() if p.grad is not None}


def write_gradients(case: Case, folder: Path, models: dict[str, Any], texts: list[Text]) -> dict[str, Any]:
    labels = make_labels(case, texts)
    loss, want = gradients(case, models["float64"], texts, labels)
    loss32, got = gradients(case, models["float32"], texts, labels)
    save_file(want, folder / "gradients.safetensors")
    (folder / "labels.json").write_text(json.dumps({"labels": labels}) + "\n")
    norm = float(torch.cat([g.flatten() for g in want.values()]).norm())
    error = float(torch.cat([(got[n].double() - g).flatten() for n, g in want.items()]).norm()) / norm
    return {"loss": loss, "norm": norm, "float32_error": float(f"{error:.2e}"),
            "float32_loss_error": float(f"{abs(loss32 - loss) / loss:.2e}")}


# ---- one case -------------------------------------------------------------------------------------------------------

def make_case(case: Case, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_checkpoint(case, folder)
    texts = make_texts(case)
    models = {name: load(case, folder, getattr(torch, name)) for name in ("float64", "float32")}
    want = [run(case, models["float64"], t) for t in texts]
    errors = relative_error([run(case, models["float32"], t) for t in texts], want)
    exact = check(case, folder, texts, want, {k: max(2 * e, 1e-6) for k, e in errors.items()})
    save_file({f"{i}.{k}": v for i, out in enumerate(want) for k, v in out.items()}, folder / "expected.safetensors")
    (folder / "inputs.jsonl").write_text("".join(json.dumps(t, separators=(",", ":")) + "\n" for t in texts))
    about: dict[str, Any] = {
        "name": case.name, "summary": case.summary, "architecture": case.architecture, "head": case.head,
        "texts": len(texts), "tensors": list(want[0]), "float32_error": rounded(errors),
        "reference": f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}"}
    if case.gradients:
        about["gradients"] = write_gradients(case, folder, models, texts)
    (folder / "case.json").write_text(json.dumps(about, indent=2) + "\n")
    for file in folder.iterdir():
        file.chmod(0o644)  # transformers writes weights for their owner only
    print(f"{case.name:28s} float32 {max(errors.values()):.1e}  numpy float64 {max(exact.values()):.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="the folder of the cases: tests/data/parity")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    major = int(transformers.__version__.split(".")[0])
    for case in all_cases():
        if case.transformers == major and (not arguments.only or case.name in arguments.only):
            make_case(case, arguments.out / case.name)


if __name__ == "__main__":
    main()
