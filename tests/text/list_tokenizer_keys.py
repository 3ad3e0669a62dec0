#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/tokenizer_keys.json: for each file of a tokenizer that transformers and tokenizers write, every key and
what it does to the result.

    pip install transformers==5.24.0 tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    tests/text/list_tokenizer_keys.py

Found by experiment. Each of our architectures' classes is saved with default and unusual options; every key of its
tokenizer_config.json, and every key that its constructors take, is given other values, one at a time. Of tokenizer.json every
value within each part is. An outcome is "same", "changes" (with the result) or "refused", as the library has it.

"texts"; "folders": {name: {"files", "expected"}}; "config": [folder, key, value, outcome, result]; "parts": {name:
{"file", "expected"}}, read by tokenizers alone; "values": [part, path, value, outcome, result]. A result has the ids of each
text, for folders also the token types of the last and its ids cut to 6.
"""
import copy
import inspect
import json
import os
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import logging

logging.disable(logging.CRITICAL)
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers as n, pre_tokenizers as p, processors

import make_class_expectations as classes

transformers.logging.set_verbosity_error()
TEXTS = ["The Cat sat, caf\u00e9!", "a <mask> b [MASK] [E1]", " the\t  cat  \u732b '' ``", ["the cat", "a b sat, hello"]]
NAMES = {"bert": "BertTokenizer", "mpnet": "MPNetTokenizer", "roberta": "RobertaTokenizer", "deberta": "DebertaTokenizer", "albert": "AlbertTokenizer",
         "xlm": "XLMRobertaTokenizer", "camembert": "CamembertTokenizer", "deberta-2": "DebertaV2Tokenizer", "generic": "PreTrainedTokenizerFast"}
UNUSUAL = {"truncation_side": "left", "padding_side": "left", "model_max_length": 7, "clean_up_tokenization_spaces": True, "model_input_names": ["input_ids"],
           "extra_special_tokens": ["[E1]"]}
OTHER = {"truncation_side": ["left", "middle"], "padding_side": ["left"], "model_max_length": [5, 1e30, 0, "7", None], "max_len": [5], "padding": [True], "max_length": [4], "stride": [2],
         "truncation_strategy": ["only_first"], "pad_to_multiple_of": [8], "model_input_names": [["input_ids", "token_type_ids"], ["input_ids"], []], "tokenizer_class": ["BertTokenizer", "NoSuchTokenizer", "GPT2Tokenizer", None],
         "added_tokens_decoder": [{}, {"5": classes.token("hello")}], "extra_special_tokens": [["[E1]"], {"x_token": "[E1]"}, None], "additional_special_tokens": [["[E1]"]],
         "image_token": ["[E1]"], "unk_id": [3], "unk_token": ["a", None], "mask_token": ["[E1]", classes.typed("[MASK]", lstrip=True), 3], "cls_token": ["a", None], "sep_token": ["b"], "pad_token": ["the"], "bos_token": ["a", None],
         "eos_token": ["b"], "errors": ["strict"], "chat_template": ["x"], "auto_map": [{"AutoTokenizer": ["x.Y", None]}], "backend": ["custom"], "name_or_path": ["x"],
         "fast_tokenizer_files": [["tokenizer.4.0.0.json", "tokenizer.json"], ["tokenizer.json"]], "processor_class": ["X"], "special_tokens_map_file": ["x"], "tokenizer_file": ["x"], "vocab_file": ["x"],
         "merges_file": ["x"], "do_basic_tokenize": [False], "never_split": [["a"]], "wordpieces_prefix": ["@@"], "clean_text": [False], "sp_model_kwargs": [{"enable_sampling": True}], "vocab_type": ["spm"],
         "trim_offsets": [False], "unheard_of": [1, "x"], "split_special_tokens": [True, False], "legacy": [False], "from_slow": [True], "tokenizer_type": ["x"], "is_local": [False], "local_files_only": [False], "init_inputs": [[]]}


def run(tokenizer):
    one = [tokenizer(*([text] if isinstance(text, str) else text)) for text in TEXTS]
    types = one[-1].get("token_type_ids", [0] * len(one[-1]["input_ids"]))
    return {"ids": [e["input_ids"] for e in one], "types": types, "cut": tokenizer(*TEXTS[-1], truncation=True, max_length=6)["input_ids"],
            "length": tokenizer.model_max_length if tokenizer.model_max_length < 1e20 else None}


def load(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_text(json.dumps(content))
        return transformers.AutoTokenizer.from_pretrained(folder)


def attempt(make, usual):
    try:
        result = make()
    except BaseException:
        return ["refused", None]
    return ["same", None] if result == usual else ["changes", result]


def alternatives(key, value):
    if key in OTHER:
        return OTHER[key]
    if isinstance(value, bool):
        return [not value, "x", None]
    if value is None or isinstance(value, (str, list, dict)):
        return [True, "x", 3]
    return [3, "x", None]


def of_folders():
    folders, rows = {}, []
    vocabularies = classes.vocabularies()
    for name, kind in NAMES.items():
        files = copy.deepcopy(vocabularies["bert" if name == "generic" else name])
        usual = load(files | {"tokenizer_config.json": {"tokenizer_class": kind}})
        written = {}
        for options in ({}, UNUSUAL):
            with tempfile.TemporaryDirectory() as folder:
                tokenizer = load(files | {"tokenizer_config.json": {"tokenizer_class": kind} | options})
                tokenizer.save_pretrained(folder)
                written |= json.loads((Path(folder) / "tokenizer_config.json").read_text())
        del usual
        files["tokenizer_config.json"] = {"tokenizer_class": kind}
        expected = run(load(files))
        folders[name] = {"files": files, "expected": expected}
        parameters = {key: q.default for key, q in inspect.signature(getattr(transformers, kind).__init__).parameters.items()
                      if key not in ("self", "args", "kwargs", "vocab", "merges", "_spm_precompiled_charsmap")}
        keys = dict.fromkeys([*written, *parameters, *(OTHER if name in ("bert", "roberta", "generic") else [])])
        for key in keys:
            for value in alternatives(key, written.get(key, parameters.get(key))):
                changed = files | {"tokenizer_config.json": files["tokenizer_config.json"] | {key: value}}
                rows.append([name, key, value, *attempt(lambda: run(load(changed)), expected)])
    return folders, rows


def parts():
    """Tokenizers that together have every part that encoders use."""
    bert = Tokenizer(models.WordPiece({t: i for i, t in enumerate(classes.BERT)}, unk_token="[UNK]"))
    bert.normalizer = n.Sequence([n.Nmt(), n.NFKD(), n.StripAccents(), n.Lowercase(), n.Strip(), n.Replace("``", '"'), n.Replace(Regex("'+"), " "), n.BertNormalizer()])
    bert.pre_tokenizer = p.Sequence([p.Split(Regex(r"\s+"), "removed"), p.Punctuation(), p.Digits(), p.UnicodeScripts(), p.BertPreTokenizer()])
    bert.add_special_tokens([AddedToken("[MASK]", normalized=False, special=True)])
    bert.add_tokens([AddedToken("[E1]", lstrip=True), AddedToken("cat", single_word=True)])
    bert.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    bert.enable_truncation(512)
    bert.enable_padding(pad_id=0, pad_token="[PAD]")
    levels = classes.byte_level("<s>", "</s>", "<pad>", "<unk>", "<mask>", True)
    level_file = json.loads(levels.to_str())
    level_file["post_processor"] = {"type": "Sequence", "processors": [{"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}, level_file["post_processor"]]}
    unigram = classes.unigram(["<s>", "<pad>", "</s>", "<unk>"], classes.ROBERTA)
    unigram.normalizer = n.Sequence([n.Prepend("a"), n.NFC()])
    words = Tokenizer(models.WordLevel({t: i for i, t in enumerate(classes.BERT)}, unk_token="[UNK]"))
    words.pre_tokenizer = p.Sequence([p.CharDelimiterSplit("!"), p.Whitespace(), p.WhitespaceSplit()])
    words.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    made = {name: json.loads(t.to_str()) for name, t in (("bert", bert), ("unigram", unigram), ("words", words))}
    return made | {"levels": level_file}


def paths(value, at=()):
    """Of every value within the parts; of vocabularies, merges and long lists none."""
    if at and at[-1] not in ("vocab", "merges", "added_tokens") or not at:
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) and len(value) < 12 else []
        for key, inner in items:
            yield at + (key,)
            yield from paths(inner, at + (key,))
    elif at[-1] == "added_tokens" and value:
        yield from paths(value[-1], at + (len(value) - 1,))


def changed(file, path, value, drop=False):
    file = copy.deepcopy(file)
    inner = file
    for key in path[:-1]:
        inner = inner[key]
    if drop:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return file


DROPPED = "<no key>"
CHOICES = {"behavior": ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"], "prepend_scheme": ["first", "never"], "direction": ["Left"], "strategy": ["OnlyFirst", "LongestFirst"],
           "type": ["Nothing"], "replacement": ["_"], "pattern": [{"String": "a"}, {"Regex": "[ab]"}], "delimiter": ["a"], "content": ["hello"], "Regex": ["a|b"], "String": ["a"], "prepend": ["b"]}


def run_alone(file):
    tokenizer = Tokenizer.from_str(json.dumps(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return {"ids": [tokenizer.encode(*([text] if isinstance(text, str) else text)).ids for text in TEXTS], "types": tokenizer.encode(*TEXTS[-1]).type_ids}


def of_parts():
    found, rows = {}, []
    for name, file in parts().items():
        expected = run_alone(file)
        found[name] = {"file": file, "expected": expected}
        for path in paths(file):
            value = file
            for key in path:
                value = value[key]
            others = CHOICES.get(path[-1], [not value] if isinstance(value, bool) else [value + 1] if isinstance(value, (int, float)) else [7])
            for other in [o for o in others if o != value] + [None, DROPPED]:
                if other == DROPPED and isinstance(path[-1], int):
                    continue
                rows.append([name, list(path), other, *attempt(lambda: run_alone(changed(file, path, other, other == DROPPED)), expected)])
    return found, rows


def main():
    folders, config = of_folders()
    alone, values = of_parts()
    out = Path(__file__).parent.parent / "data/tokenizer_keys.json"
    lines = lambda rows: "[\n" + ",\n".join(json.dumps(row) for row in rows) + "]"
    made_by = {"transformers": transformers.__version__, "tokenizers": __import__("tokenizers").__version__}
    out.write_text("{" + f'"made_by": {json.dumps(made_by)},\n"texts": {json.dumps(TEXTS)},\n"folders": {json.dumps(folders)},\n"config": {lines(config)},\n'
                   f'"parts": {json.dumps(alone)},\n"values": {lines(values)}' + "}\n")
    print(len(config), len(values))


if __name__ == "__main__":
    main()
