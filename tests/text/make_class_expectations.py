#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/tokenizers/classes.json: what transformers makes of small folders whose tokenizer_config.json, config.json
and other files say something over the vocabulary that they have.

    pip install transformers==5.24.0 tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    tests/text/make_class_expectations.py

"vocabularies": {name: {file: content}}; "texts": what every folder is tried on, a text or a pair.
"cases": {"name", "vocabulary", "files": {file: content} beside it, and "refused": true or what AutoTokenizer gives:
"ids" for each text, "tokens" of the first texts, "types" (null where the class gives the model none), "length"
(model_max_length, null: none), "cut": the ids of the last text cut to 6}.
"""
import contextlib
import io
import json
import os
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import logging

logging.disable(logging.CRITICAL)
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

transformers.logging.set_verbosity_error()
BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "Cat", "caf", "##\u00e9", "cafe", "caf\u00e9", "sat", "##s", ",", "!", "\u732b", "a", "b", "##b", "hello"]
MPNET = ["<s>", "<pad>", "</s>", "[UNK]", *BERT[5:], "<mask>"]
TEXTS = ["The Cat sat, caf\u00e9!", "a <mask> b", "a [MASK] b", " the cat  sats ", "\u732bcat \u00e9", "[E1] hello</s>b", ["the cat", "a b sat"], "the cat sat hello a b the cat!"]


def word_piece(tokens, **options):
    vocabulary = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(**options)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in tokens if t[0] in "[<"])
    return tokenizer


def bert():
    tokenizer = word_piece(BERT, lowercase=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def mpnet():
    tokenizer = word_piece(MPNET)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
    return tokenizer


def byte_level(cls, sep, pad, unk, mask, strip):
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("t", "h"), ("th", "e"), ("\u0120", "the"), ("c", "a"), ("ca", "t"), ("\u0120", "cat"), ("s", "a"), ("\u0120", "a")]
    tokens = [cls, pad, sep, unk, *letters, *("".join(m) for m in merges), mask]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in (cls, pad, sep, unk)] +
                                 [AddedToken(mask, lstrip=strip, normalized=False, special=True)])
    tokenizer.post_processor = processors.RobertaProcessing((sep, 2), (cls, 0), True, False)
    return tokenizer


PIECES = ["\u2581", "\u2581the", "\u2581c", "at", "\u2581cat", "\u2581Cat", "\u2581a", "\u2581b", "s", "\u2581sat", "e", "h", "l", "o", "t", "T", "c", "a", "f", "\u00e9", "e\u0301", ",", "!", "C", "b", "\u2581hello", "\uff21"]


def unigram(first, names):
    vocabulary = [(token, 0.0) for token in first] + [(piece, -1.0 - i / 7) for i, piece in enumerate(PIECES)] + [(names["mask"], 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=first.index(names["unk"])))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.add_special_tokens([AddedToken(names[key], normalized=False, special=True) for key in names])
    cls, sep = first.index(names["cls"]), first.index(names["sep"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{names['cls']} $A {names['sep']}", pair=f"{names['cls']} $A {names['sep']} $B:1 {names['sep']}:1",
        special_tokens=[(names["cls"], cls), (names["sep"], sep)])
    return tokenizer


ROBERTA = {"cls": "<s>", "sep": "</s>", "pad": "<pad>", "unk": "<unk>", "mask": "<mask>"}
BRACKETS = {"cls": "[CLS]", "sep": "[SEP]", "pad": "[PAD]", "unk": "[UNK]", "mask": "[MASK]"}


def files_of(tokenizer, *vocabulary_files):
    """tokenizer.json, or the vocabulary files of its model."""
    if not vocabulary_files:
        return {"tokenizer.json": json.loads(tokenizer.to_str())}
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.model.save(folder)
        return {name: (Path(folder) / name).read_text() for name in vocabulary_files}


def vocabularies():
    albert = unigram(["<pad>", "<unk>", "[CLS]", "[SEP]"], BRACKETS | {"pad": "<pad>", "unk": "<unk>"})
    xlm = unigram(["<s>", "<pad>", "</s>", "<unk>"], ROBERTA)
    camembert = unigram(["<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED", "<s>", "</s>"], ROBERTA)
    deberta_2 = unigram(["[PAD]", "[CLS]", "[SEP]", "[UNK]"], BRACKETS)
    return {
        "bert": files_of(bert()), "mpnet": files_of(mpnet()), "roberta": files_of(byte_level("<s>", "</s>", "<pad>", "<unk>", "<mask>", True)),
        "deberta": files_of(byte_level("[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]", False)), "albert": files_of(albert), "xlm": files_of(xlm),
        "camembert": files_of(camembert), "deberta-2": files_of(deberta_2),
        "vocab.txt": files_of(bert(), "vocab.txt"), "mpnet vocab.txt": files_of(mpnet(), "vocab.txt"),
        "merges": files_of(byte_level("<s>", "</s>", "<pad>", "<unk>", "<mask>", True), "vocab.json", "merges.txt"),
        "deberta merges": files_of(byte_level("[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]", False), "vocab.json", "merges.txt"),
    }


def token(content, **flags):
    return {"content": content, "lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": True} | flags


def typed(content, **flags):
    return {"__type": "AddedToken"} | token(content, **flags)


def cases():
    def config(**keys):
        return {"tokenizer_config.json": keys}

    def model(kind, **keys):
        return {"config.json": {"model_type": kind}, "tokenizer_config.json": keys}

    made = []

    def add(vocabulary, name, files):
        made.append({"name": f"{vocabulary}: {name}", "vocabulary": vocabulary, "files": files})

    for cls in ["BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer", "PreTrainedTokenizerFast", "UnheardOfTokenizer"]:
        add("bert", cls, config(tokenizer_class=cls))
    for kind in ["bert", "distilbert", "electra", "mobilebert", "nomic_bert", "modernbert"]:
        add("bert", f"model_type {kind}", model(kind))
        add("bert", f"model_type {kind}, cased", model(kind, do_lower_case=False))
    add("bert", "the class of the model's config.json", {"config.json": {"model_type": "modernbert", "tokenizer_class": "BertTokenizer"}, "tokenizer_config.json": {}})
    add("bert", "the class of a config.json without model_type", {"config.json": {"tokenizer_class": "BertTokenizer"}, "tokenizer_config.json": {}})
    add("bert", "generic for a BERT", model("bert", tokenizer_class="PreTrainedTokenizerFast"))
    for keys in [{"do_lower_case": False}, {"do_lower_case": False, "strip_accents": True}, {"strip_accents": False}, {"strip_accents": None}, {"tokenize_chinese_chars": False},
                 {"model_input_names": ["input_ids", "attention_mask"]}, {"model_max_length": 9}, {"model_max_length": 1e30}, {"max_len": 11}, {"truncation_side": "left"},
                 {"mask_token": "hello"}, {"additional_special_tokens": ["hello", "[E1]"]}, {"extra_special_tokens": ["[E1]"]}, {"extra_special_tokens": {"one_token": "[E1]"}},
                 {"entity_token": "[E1]", "additional_special_tokens": ["</s>"]}, {"added_tokens_decoder": {"21": token("[E1]"), "20": token("hello", lstrip=True)}},
                 {"added_tokens_decoder": {"4": token("[MASK]", lstrip=True, rstrip=True), "3": token("[SEP]"), "2": token("[CLS]")}}, {"added_tokens_decoder": {}},
                 {"mask_token": typed("[MASK]", lstrip=True)}, {"unk_token": "[MASK]"}, {"sep_token": "!"}]:
        for cls in ["BertTokenizer", "PreTrainedTokenizerFast"]:
            add("bert", f"{cls} {json.dumps(keys)}", config(tokenizer_class=cls, **keys))
    add("bert", "special_tokens_map.json", config(tokenizer_class="BertTokenizer") | {"special_tokens_map.json": {"mask_token": typed("[MASK]", lstrip=True), "additional_special_tokens": ["[E1]"]}})
    add("bert", "added_tokens.json", config(tokenizer_class="BertTokenizer") | {"added_tokens.json": {"[E1]": 21}})
    for cls in ["MPNetTokenizer", "PreTrainedTokenizerFast"]:
        for keys in [{}, {"do_lower_case": False}, {"mask_token": "<mask>"}, {"mask_token": typed("<mask>")}, {"added_tokens_decoder": {}}]:
            add("mpnet", f"{cls} {json.dumps(keys)}", config(tokenizer_class=cls, **keys))
    add("mpnet", "model_type", model("mpnet"))
    for cls in ["RobertaTokenizer", "RobertaTokenizerFast", "LongformerTokenizer", "BartTokenizer", "PreTrainedTokenizerFast"]:
        for keys in [{}, {"add_prefix_space": True}, {"trim_offsets": False}, {"added_tokens_decoder": {}}, {"mask_token": typed("<mask>", lstrip=True), "added_tokens_decoder": {}}, {"cls_token": "</s>"}]:
            add("roberta", f"{cls} {json.dumps(keys)}", config(tokenizer_class=cls, **keys))
    add("roberta", "model_type", model("roberta", add_prefix_space=True))
    for keys in [{}, {"add_prefix_space": True}, {"mask_token": "[MASK]", "added_tokens_decoder": {}}]:
        add("deberta", json.dumps(keys), config(tokenizer_class="DebertaTokenizer", **keys))
    for keys in [{}, {"do_lower_case": False}, {"keep_accents": True}, {"keep_accents": True, "do_lower_case": False}, {"add_prefix_space": False}, {"model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}]:
        add("albert", json.dumps(keys), config(tokenizer_class="AlbertTokenizer", **keys))
    for keys in [{}, {"add_prefix_space": False}, {"eos_token": "</s>", "sep_token": "<pad>"}, {"added_tokens_decoder": {}}, {"bos_token": "<pad>"}]:
        add("xlm", json.dumps(keys), config(tokenizer_class="XLMRobertaTokenizer", **keys))
        add("camembert", json.dumps(keys), config(tokenizer_class="CamembertTokenizer", **keys))
    for keys in [{}, {"do_lower_case": True}, {"split_by_punct": True}, {"add_prefix_space": False}, {"unk_id": 3}, {"added_tokens_decoder": {}}]:
        add("deberta-2", json.dumps(keys), config(tokenizer_class="DebertaV2Tokenizer", **keys))
    add("deberta-2", "model_type", model("deberta-v2"))
    for keys in [{}, {"do_lower_case": False}, {"strip_accents": False}]:
        add("vocab.txt", json.dumps(keys), model("bert", **keys))
        add("mpnet vocab.txt", json.dumps(keys), model("mpnet", **keys))
    add("vocab.txt", "model_type alone", {"config.json": {"model_type": "bert"}})
    add("vocab.txt", "special_tokens_map.json", model("bert") | {"special_tokens_map.json": {"mask_token": typed("[MASK]", lstrip=True)}})
    for keys in [{}, {"add_prefix_space": True}, {"mask_token": typed("<mask>", lstrip=True)}]:
        add("merges", json.dumps(keys), model("roberta", **keys))
        add("deberta merges", json.dumps({}), model("deberta"))
    for vocabulary, cls in [("bert", "RoFormerTokenizer"), ("bert", "GPT2Tokenizer"), ("xlm", "LlamaTokenizer")]:
        made.append({"name": f"{vocabulary}: {cls}", "vocabulary": vocabulary, "files": config(tokenizer_class=cls), "refused": True})
    made.append({"name": "bert: split_special_tokens", "vocabulary": "bert", "files": config(tokenizer_class="BertTokenizer", split_special_tokens=True), "refused": True})
    return made


def answers(folder):
    with contextlib.redirect_stderr(io.StringIO()):
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    one = [tokenizer(*([text] if isinstance(text, str) else text)) for text in TEXTS]
    length = tokenizer.model_max_length
    return {
        "ids": [e["input_ids"] for e in one], "tokens": [e.encodings[0].tokens for e in one[:3]],
        "types": one[6].get("token_type_ids"), "length": length if length < 1e20 else None,
        "cut": tokenizer(TEXTS[-1], truncation=True, max_length=6)["input_ids"],
        "offsets": [place for span in one[3].encodings[0].offsets for place in span],
    }


def main():
    known = vocabularies()
    made = cases()
    for case in made:
        if case.get("refused"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            for name, content in (known[case["vocabulary"]] | case["files"]).items():
                (Path(folder) / name).write_text(content if isinstance(content, str) else json.dumps(content))
            case |= answers(folder)
    out = Path(__file__).parent.parent / "data/tokenizers/classes.json"
    rows = ",\n".join(json.dumps(case) for case in made)
    words = ",\n".join(f"{json.dumps(name)}: {json.dumps(files)}" for name, files in known.items())
    made_by = {"transformers": transformers.__version__}
    out.write_text(f'{{"made_by": {json.dumps(made_by)},\n"texts": {json.dumps(TEXTS)},\n"vocabularies": {{\n{words}\n}},\n"cases": [\n{rows}\n]}}\n')


if __name__ == "__main__":
    main()
