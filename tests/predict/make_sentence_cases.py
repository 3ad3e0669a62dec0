# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/sentence: tiny random models, and what sentence-transformers makes of texts, in float64, when the files
around a model say this or that.

    python make_sentence_cases.py tests/data/sentence

models.zip, with encoder, classifier, labels, mlm: models with a tokenizer, and weights for the modules behind the pooling.
cases.json: for each case the model, the files that are written over its own, the arguments of the program, and the
lines of JSON that it has to print.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import sentence_transformers
import torch
import transformers
from safetensors.numpy import save_file
from sentence_transformers import CrossEncoder, SentenceTransformer, SparseEncoder
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

sys.path.append(str(Path(__file__).resolve().parents[1]))
import archive

TEXTS = ["the old mill by the river", "Zoe RUNS", "a"]
PAIRS = [["who runs the mill", "Zoe runs the old mill"], ["where is the river", "a mill"]]
WORDS = " ".join(TEXTS + [t for p in PAIRS for t in p]).lower() + " find this which one"
HIDDEN = 8
NEW = "sentence_transformers.sentence_transformer.modules."
BASE = "sentence_transformers.base.modules."
SPARSE = "sentence_transformers.sparse_encoder.modules."


def tokenizer() -> transformers.PreTrainedTokenizerFast:
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=False)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    made.train_from_iterator([WORDS], trainers.WordPieceTrainer(vocab_size=60, special_tokens=special, show_progress=False))
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    made.decoder = decoders.WordPiece()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_max_length=40, model_input_names=["input_ids", "token_type_ids", "attention_mask"])


def make_model(folder: Path, head: str, **more: Any) -> None:
    tokens = tokenizer()
    config = transformers.BertConfig(vocab_size=len(tokens), hidden_size=HIDDEN, num_hidden_layers=1,
                                     num_attention_heads=2, intermediate_size=12, max_position_embeddings=40, **more)
    model = getattr(transformers, f"Bert{head}")(config).eval()
    generator = np.random.default_rng(len(head))
    for key, parameter in model.named_parameters():
        gain = 1.0 if "LayerNorm" in key and key.endswith("weight") else 0.0
        scale = 2.0 if "classifier" in key or "decoder" in key or "word_embeddings" in key else 0.7
        values = gain + scale * generator.standard_normal(tuple(parameter.shape)) / (1 if gain == 0 else 4)
        parameter.data = torch.from_numpy(values.astype(np.float32))
    model.save_pretrained(folder)
    tokens.save_pretrained(folder)
    if head == "Model":
        for name, tensors in {"2_LayerNorm": {"norm.weight": (HIDDEN,), "norm.bias": (HIDDEN,)},
                              "2_Dense": {"linear.weight": (3, HIDDEN), "linear.bias": (3,)}}.items():
            (folder / name).mkdir()
            save_file({k: generator.standard_normal(shape).astype(np.float32) for k, shape in tensors.items()},
                      folder / name / "model.safetensors")


def modules(*types: str) -> list[dict[str, Any]]:
    names = ["Transformer", *(t.rsplit(".", 1)[-1] for t in types)]
    paths = [""] + [f"{i}_{name}" for i, name in enumerate(names) if i]
    return [dict(idx=i, name=str(i), path=path, type=kind)
            for i, (path, kind) in enumerate(zip(paths, [BASE + "transformer.Transformer", *types]))]


def sentence(pooling: dict[str, Any], *after: str, **files: Any) -> dict[str, Any]:
    return {"modules.json": modules(NEW + "pooling.Pooling", *after), "1_Pooling/config.json": pooling} | files


def embed_cases() -> dict[str, dict[str, Any]]:
    modes = ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
    legacy = {f"pooling_mode_{name}": True for name in ("cls_token", "max_tokens", "mean_tokens", "mean_sqrt_len_tokens",
                                                        "weightedmean_tokens", "lasttoken")}
    cases = {f"pooling {mode}": sentence(dict(embedding_dimension=HIDDEN, pooling_mode=mode)) for mode in modes}
    cases["pooling several"] = sentence(dict(embedding_dimension=HIDDEN,
                                             pooling_mode=["weightedmean", "cls", "lasttoken", "cls", "max"]))
    cases["pooling old, all"] = sentence(dict(word_embedding_dimension=HIDDEN, **legacy))
    cases["pooling old, none"] = sentence(dict(word_embedding_dimension=HIDDEN, pooling_mode_mean_tokens=False))
    prompts = {"prompts": {"query": "find this: ", "short": "which one"}, "default_prompt_name": "query"}
    for include in (True, False):
        pooling = dict(embedding_dimension=HIDDEN, pooling_mode=modes, include_prompt=include)
        cases[f"prompt, include {include}"] = sentence(pooling, **{"config_sentence_transformers.json": prompts})
    mean = dict(embedding_dimension=HIDDEN, pooling_mode="mean")
    cases["lower case"] = sentence(mean, **{"sentence_bert_config.json": dict(do_lower_case=True, max_seq_length=32)})
    cases["layer norm"] = sentence(mean, NEW + "layer_norm.LayerNorm", **{"2_LayerNorm/config.json": dict(dimension=HIDDEN)})
    cases["dropout, normalize"] = sentence(mean, NEW + "dropout.Dropout", BASE + "normalize.Normalize",
                                           **{"2_Dropout/config.json": dict(dropout=0.5)})
    dense = dict(in_features=HIDDEN, out_features=3, bias=True,
                 activation_function="torch.nn.modules.activation.Tanh", written_by="another library")
    cases["dense, a key of its own"] = sentence(mean, BASE + "dense.Dense", **{"2_Dense/config.json": dense})
    cases["truncated behind normalize"] = sentence(mean, BASE + "normalize.Normalize",
                                                   **{"config_sentence_transformers.json": dict(truncate_dim=5)})
    cases["kwargs of a module, image options"] = sentence(
        mean, **{"sentence_bert_config.json": dict(
            transformer_task="feature-extraction", module_output_name="token_embeddings", unpad_inputs=False,
            modality_config={"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
            processing_kwargs={"image": {"size": 3}}, model_kwargs={"attn_implementation": "eager"})})
    cases["kwargs of a module, image options"]["modules.json"][1]["kwargs"] = ["task"]
    return cases


def torch_activations() -> list[str]:
    names = []
    for name in torch.nn.modules.activation.__all__ + ["Identity"]:
        negative = -torch.ones(2, 3)
        try:
            function = getattr(torch.nn, name)()
            once, again = function(negative), function(negative)
        except Exception:  # takes arguments, or other shapes
            continue
        if once.shape == (2, 3) and torch.equal(once, again):  # RReLU is random: nothing puts it in evaluation mode
            names.append(name)
    return names


def rerank_cases() -> dict[str, tuple[str, dict[str, Any]]]:
    def v6(**config: Any) -> dict[str, Any]:
        return {"modules.json": modules(), "sentence_bert_config.json": dict(transformer_task="sequence-classification"),
                "config_sentence_transformers.json": dict(model_type="CrossEncoder", **config)}

    module_of = {"Identity": "linear"}
    cases: dict[str, tuple[str, dict[str, Any]]] = {"rerank": ("classifier", {}), "rerank labels": ("labels", {})}
    for name in torch_activations():
        path = f"torch.nn.modules.{module_of.get(name, 'activation')}.{name}"
        for model in ("classifier", "labels"):
            cases[f"rerank {model} {name}"] = (model, v6(activation_fn=path))
    cases["rerank short path"] = ("classifier", v6(activation_fn="torch.nn.Tanh"))
    cases["rerank prompt"] = ("classifier", v6(prompts={"rank": "which one: "}, default_prompt_name="rank"))
    cases["rerank saved as another kind"] = ("classifier", {
        "modules.json": modules(), "config_sentence_transformers.json": dict(activation_fn="torch.nn.Tanh")})
    return cases


def sparse_cases() -> dict[str, dict[str, Any]]:
    def splade(pooling: dict[str, Any], **config: Any) -> dict[str, Any]:
        return {"modules.json": modules(SPARSE + "splade_pooling.SpladePooling"), "1_SpladePooling/config.json": pooling,
                "sentence_bert_config.json": dict(transformer_task="fill-mask"),
                "config_sentence_transformers.json": dict(model_type="SparseEncoder", **config)}

    cases = {f"sparse {strategy} {activation}": splade(dict(pooling_strategy=strategy, activation_function=activation))
             for strategy in ("max", "sum") for activation in ("relu", "log1p_relu")}
    cases["sparse defaults"] = splade({})
    cases["sparse seven"] = splade(dict(embedding_dimension=60), max_active_dims=7)
    cases["sparse prompt"] = splade({}, prompts={"query": "find this "}, default_prompt_name="query")
    return cases


def write_files(folder: Path, files: dict[str, Any]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content))


def run_case(folder: Path, kind: str) -> list[Any]:
    options = dict(device="cpu", model_kwargs=dict(dtype=torch.float64))
    if kind == "embed":
        return [[float(x) for x in row] for row in
                SentenceTransformer(str(folder), **options).encode(TEXTS, convert_to_tensor=True)]
    if kind == "rerank":
        model = CrossEncoder(str(folder), **options)
        model.activation_fn.double()  # PReLU has a number of its own
        scores = model.predict(PAIRS, convert_to_tensor=True)
        return [[dict(score=float(x)) for x in torch.atleast_1d(row)] for row in scores]
    model = SparseEncoder(str(folder), **options)
    rows = model.encode(TEXTS, convert_to_tensor=True, convert_to_sparse_tensor=False)
    return [{model.tokenizer.convert_ids_to_tokens(i): float(x) for i, x in enumerate(row) if x != 0} for row in rows]


def make(out: Path) -> None:
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    shutil.rmtree(out / "models", ignore_errors=True)
    for name, head, more in (("encoder", "Model", {}), ("classifier", "ForSequenceClassification", dict(num_labels=1)),
                             ("labels", "ForSequenceClassification", dict(num_labels=3)), ("mlm", "ForMaskedLM", {})):
        make_model(out / "models" / name, head, **more)
    cases = [("embed", name, "encoder", files) for name, files in embed_cases().items()]
    cases += [("rerank", name, model, files) for name, (model, files) in rerank_cases().items()]
    cases += [("sparse", name, "mlm", files) for name, files in sparse_cases().items()]
    written = []
    for kind, name, model, files in cases:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "model"
            shutil.copytree(out / "models" / model, folder)
            write_files(folder, files)
            expected = run_case(folder, kind)
        arguments = ["embed", "--output", "-"] if kind == "embed" else ["predict", "--task", kind]
        written.append(dict(name=name, model=model, files=files, arguments=arguments,
                            input=PAIRS if kind == "rerank" else TEXTS, expected=expected))
    about = dict(reference=f"sentence-transformers {sentence_transformers.__version__}, float64", cases=written)
    (out / "cases.json").write_text(json.dumps(about, indent=None, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
    print(len(written), "cases", sum(f.stat().st_size for f in out.rglob("*") if f.is_file()) // 1000, "kB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="tests/data/sentence")
    out = parser.parse_args().out
    with archive.unpacked(out, change=True) as unpacked:
        make(unpacked)


if __name__ == "__main__":
    main()
