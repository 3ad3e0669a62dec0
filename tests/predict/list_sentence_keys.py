# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/sentence_keys.json: for each file that sentence-transformers writes around a model, every key and what
it does to the result.

    python list_sentence_keys.py tests/data/sentence OUT.json

Found by experiment: models of every kind are saved with default and unusual options, and each key that is then in a file,
or that an older version wrote, is changed alone in folders that use it. An outcome is "same", "changes" (with the result) or
"refused" (with the exception's name), as sentence-transformers has it. make_sentence_cases.py makes the models.
"""
from __future__ import annotations

import copy
import json
import logging
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import make_sentence_cases as cases
import sentence_transformers
import torch
import transformers
from sentence_transformers import CrossEncoder, SentenceTransformer, SparseEncoder
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Dropout, LayerNorm, Pooling
from sentence_transformers.sparse_encoder.modules import SpladePooling

SHOWN = 1e-6
UNKNOWN = "unheard_of"  # stands for a key of a later version
CONFIG, OPTIONS = "config_sentence_transformers.json", "sentence_bert_config.json"
TANH = "torch.nn.modules.activation.Tanh"
MEAN = dict(embedding_dimension=cases.HIDDEN, pooling_mode="mean", include_prompt=True)
PROMPTS = dict(prompts={"query": "find this: ", "document": ""}, default_prompt_name="query")

# name -> the model, the files over its own.
SETUPS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "sentence": ("embed", "encoder", {
        "modules.json": [
            dict(idx=0, name="0", path="", type=cases.BASE + "transformer.Transformer"),
            dict(idx=1, name="1", path="1_Pooling", type=cases.NEW + "pooling.Pooling"),
            dict(idx=2, name="2", path="2_LayerNorm", type=cases.NEW + "layer_norm.LayerNorm"),
            dict(idx=3, name="3", path="2_Dense", type=cases.BASE + "dense.Dense"),
            dict(idx=4, name="4", path="4_Dropout", type=cases.NEW + "dropout.Dropout"),
            dict(idx=5, name="5", path="5_Normalize", type=cases.BASE + "normalize.Normalize")],
        OPTIONS: dict(transformer_task="feature-extraction", module_output_name="token_embeddings",
                      modality_config={"text": {"method": "forward", "method_output_name": "last_hidden_state"}}),
        CONFIG: dict(model_type="SentenceTransformer", similarity_fn_name="cosine", **PROMPTS),
        "1_Pooling/config.json": MEAN, "2_LayerNorm/config.json": dict(dimension=cases.HIDDEN),
        "2_Dense/config.json": dict(in_features=cases.HIDDEN, out_features=3, bias=True, activation_function=TANH,
                                    module_input_name="sentence_embedding", module_output_name="sentence_embedding"),
        "4_Dropout/config.json": dict(dropout=0.2),
        "5_Normalize/config.json": dict(module_input_name="sentence_embedding", module_output_name="sentence_embedding")}),
    "old sentence": ("embed", "encoder", {
        "modules.json": [dict(idx=0, name="0", path="", type="sentence_transformers.models.Transformer"),
                         dict(idx=1, name="1", path="1_Pooling", type="sentence_transformers.models.Pooling")],
        OPTIONS: dict(max_seq_length=20, do_lower_case=False), CONFIG: {"__version__": {"sentence_transformers": "2.2.2"}},
        "1_Pooling/config.json": dict(word_embedding_dimension=cases.HIDDEN, pooling_mode_mean_tokens=True)}),
    "cross": ("rerank", "classifier", {
        "modules.json": cases.modules(), OPTIONS: dict(transformer_task="sequence-classification"),
        CONFIG: dict(model_type="CrossEncoder", activation_fn=TANH, **PROMPTS)}),
    "old cross": ("rerank", "classifier", {}),
    "sparse": ("sparse", "mlm", {
        "modules.json": cases.modules(cases.SPARSE + "splade_pooling.SpladePooling"), OPTIONS: dict(transformer_task="fill-mask"),
        CONFIG: dict(model_type="SparseEncoder", similarity_fn_name="dot", **PROMPTS),
        "1_SpladePooling/config.json": dict(pooling_strategy="max", activation_function="relu", embedding_dimension=60)})}

TRANSFORMER: dict[str, list[Any]] = {
    "transformer_task": ["text-generation"], "module_output_name": ["sentence_embedding"],
    "modality_config": [{"text": {"method": "forward", "method_output_name": "pooler_output"}},
                        {"text": {"method": "get_text_features", "method_output_name": "last_hidden_state"}},
                        {"text": {"method": "forward", "method_output_name": "last_hidden_state"},
                         "image": {"method": "see", "method_output_name": "pooler_output"}}],
    "processing_kwargs": [{"text": {"max_length": 4, "truncation": True}}, {"common": {"add_special_tokens": False}},
                          {"image": {"size": 3}}, {}],
    "unpad_inputs": [True, False], "query_length": [3, None], "document_length": [3],
    "query_expansion": [{"strategy": "fixed", "length": 12}], "max_seq_length": [4, None], "do_lower_case": [True, False],
    "model_args": [{"attn_implementation": "eager"}, {"num_hidden_layers": 0}],
    "model_kwargs": [{"attn_implementation": "eager"}, {"num_hidden_layers": 0}],
    "tokenizer_args": [{"model_max_length": 4}, {}], "processor_kwargs": [{"model_max_length": 4}],
    "config_args": [{"hidden_act": "relu"}, {}], "config_kwargs": [{"hidden_act": "relu"}],
    "tokenizer_name_or_path": ["nowhere"], UNKNOWN: [1]}
MODEL: dict[str, list[Any]] = {
    "__version__": [{"sentence_transformers": "99.0.0", "transformers": "1.0", "pytorch": "1.0"}],
    "prompts": [{"query": "which "}, {"query": None}, {}], "default_prompt_name": ["document", None, "nobody"],
    "requirements": [{"torch": ">=99"}], UNKNOWN: [1]}
FILES: dict[str, dict[str, dict[str, list[Any]]]] = {
    "sentence": {
        "modules.json": {"idx": [7], "name": ["pool"], "path": ["nowhere"], "kwargs": [["task"]], UNKNOWN: [1],
                         "type": ["sentence_transformers.models.Pooling", "my_modules.Pooling",
                                  cases.NEW + "weighted_layer_pooling.WeightedLayerPooling"]},
        OPTIONS: TRANSFORMER,
        CONFIG: MODEL | {"model_type": ["CrossEncoder", "SparseEncoder", "MultiVectorEncoder"],
                         "similarity_fn_name": ["dot", None, "maxsim"], "truncate_dim": [2, 100, None, 0, -1],
                         "max_active_dims": [2], "activation_fn": [TANH], "keep_in_fp32_modules": [["2_Dense"]]},
        "1_Pooling/config.json": {
            "embedding_dimension": [4], "pooling_mode": ["cls", "weightedmean", ["max"], "median", []],
            "include_prompt": [False], "pooling_mode_cls_token": [True], "pooling_mode_later": [True], UNKNOWN: [1]},
        "2_LayerNorm/config.json": {"dimension": [4], UNKNOWN: [1]},
        "2_Dense/config.json": {
            "in_features": [4], "out_features": [2], "bias": [False],
            "activation_function": ["torch.nn.modules.linear.Identity", "torch.nn.modules.activation.ELU", "my_functions.Tanh"],
            "module_input_name": ["token_embeddings"], "module_output_name": ["elsewhere"], "use_residual": [True, False],
            UNKNOWN: [1]},
        "4_Dropout/config.json": {"dropout": [0.9], UNKNOWN: [1]},
        "5_Normalize/config.json": {"module_input_name": ["token_embeddings"], "module_output_name": ["elsewhere"],
                                    UNKNOWN: [1]}},
    "old sentence": {
        OPTIONS: {"max_seq_length": [4, None], "do_lower_case": [True]}, CONFIG: {"__version__": [{}]},
        "1_Pooling/config.json": {
            "word_embedding_dimension": [4], "include_prompt": [False],
            **{f"pooling_mode_{mode}": [True, False] for mode in (
                "cls_token", "max_tokens", "mean_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken")}}},
    "cross": {
        OPTIONS: {"transformer_task": ["text-generation"], "max_seq_length": [6], "do_lower_case": [True], UNKNOWN: [1]},
        CONFIG: MODEL | {"activation_fn": ["torch.nn.modules.linear.Identity", None, "my_functions.Tanh"],
                         "keep_in_fp32_modules": [["0.model.classifier"], []],
                         "model_type": ["SentenceTransformer"], "similarity_fn_name": ["dot"]}},
    "old cross": {"config.json": {
        "sentence_transformers": [dict(activation_fn=TANH, version="4.1.0"), dict(version="4.1.0"),
                                  dict(activation_fn="my_functions.Tanh")],
        "sbert_ce_default_activation_function": [TANH, None]}},
    "sparse": {
        OPTIONS: {"transformer_task": ["feature-extraction"], "do_lower_case": [True], UNKNOWN: [1]},
        CONFIG: MODEL | {"max_active_dims": [3, None, 0], "similarity_fn_name": ["cosine"]},
        "1_SpladePooling/config.json": {
            "pooling_strategy": ["sum", "mean"], "activation_function": ["log1p_relu", "gelu"],
            "embedding_dimension": [3, None], "word_embedding_dimension": [3], "chunk_size": [2], UNKNOWN: [1]}}}


def saved_keys(models: Path) -> set[tuple[str, str]]:
    """(file, key) of all that the library writes, a module's file by the module's name."""
    found: set[tuple[str, str]] = set()

    def save(model: Any) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            model.save_pretrained(scratch, create_model_card=False)
            for path in Path(scratch).rglob("*.json"):
                name = path.relative_to(scratch).as_posix()
                if name.startswith(("config.json", "tokenizer", "special_tokens")):
                    continue  # transformers'
                content = json.loads(path.read_text())
                for entry in content if isinstance(content, list) else [content]:
                    found.update((name.split("_", 1)[1] if name[0].isdigit() else name, key) for key in entry)

    unusual = dict(processing_kwargs={"text": {"truncation": True}}, unpad_inputs=False, query_length=8, document_length=9,
                   query_expansion=dict(strategy="fixed", length=8), do_lower_case=True, max_seq_length=12)
    for options in ({}, unusual):
        model = SentenceTransformer(modules=[
            Transformer(str(models / "encoder"), **options), Pooling(cases.HIDDEN, include_prompt=not options),
            LayerNorm(cases.HIDDEN), Dense(cases.HIDDEN, 3, bias=not options, use_residual=bool(options)), Dropout(),
            Normalize()], prompts={"query": "q"} if options else None, truncate_dim=2 if options else None)
        if options:
            model.module_kwargs = {"1": ["task"]}
        save(model)
    save(CrossEncoder(str(models / "classifier")))
    save(CrossEncoder(str(models / "classifier"), activation_fn=torch.nn.Identity(), prompts={"a": "b"},
                      keep_in_fp32_modules=["0.model.classifier"]))
    transformer = Transformer(str(models / "mlm"), transformer_task="fill-mask")
    save(SparseEncoder(modules=[transformer, SpladePooling()]))
    save(SparseEncoder(modules=[transformer, SpladePooling("sum", "log1p_relu", 60, 4)], max_active_dims=4))
    return found


def changed(content: Any, key: str, value: Any) -> Any:
    content = copy.deepcopy(content)
    (content[1] if isinstance(content, list) else content)[key] = value
    return content


def result(models: Path, kind: str, model: str, files: dict[str, Any]) -> Any:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        cases.shutil.copytree(models / model, folder)
        cases.write_files(folder, files)
        return cases.run_case(folder, kind)


def differ(a: Any, b: Any) -> bool:
    if isinstance(a, float):
        return abs(a - b) > SHOWN * max(1.0, abs(a))
    if isinstance(a, dict):
        return a.keys() != b.keys() or any(differ(a[k], b[k]) for k in a)
    return len(a) != len(b) or any(differ(x, y) for x, y in zip(a, b))


def write(models: Path, out: Path) -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    tried = {(name.split("_", 1)[1] if name[0].isdigit() else name, key)
             for setup in FILES.values() for name, keys in setup.items() for key in keys}
    if missing := saved_keys(models) - tried:
        sys.exit(f"written by the library and tried nowhere: {sorted(missing)}")
    setups, keys = {}, []
    for name, (kind, model, files) in SETUPS.items():
        usual = result(models, kind, model, files)
        arguments = ["embed", "--output", "-"] if kind == "embed" else ["predict", "--task", kind]
        setups[name] = dict(model=model, files=files, arguments=arguments,
                            input=cases.PAIRS if kind == "rerank" else cases.TEXTS, expected=usual)
        for file, tries in FILES[name].items():
            own = files[file] if file in files else json.loads((models / model / file).read_text())
            for key, values in tries.items():
                for value in values:
                    entry = dict(setup=name, file=file, key=key, value=value)
                    try:
                        torch.manual_seed(1)
                        got = result(models, kind, model, files | {file: changed(own, key, value)})
                    except Exception as error:
                        keys.append(entry | dict(outcome="refused", exception=type(error).__name__))
                        continue
                    keys.append(entry | (dict(outcome="changes", expected=got) if differ(usual, got) else dict(outcome="same")))
    about = dict(reference=f"sentence-transformers {sentence_transformers.__version__}, float64",
                 written_by="tests/predict/list_sentence_keys.py", setups=setups, keys=keys)
    text = json.dumps(about, separators=(",", ":"))
    out.write_text(text.replace('{"setup"', '\n{"setup"').replace('"keys":', '\n"keys":') + "\n")
    print(len(keys), "values", len(text) // 1000, "kB",
          {o: sum(k["outcome"] == o for k in keys) for o in ("same", "changes", "refused")})


def main() -> None:
    with cases.archive.unpacked(Path(sys.argv[1])) as data:
        write(data / "models", Path(sys.argv[2]))


if __name__ == "__main__":
    main()
