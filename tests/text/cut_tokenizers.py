#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts published tokenizers down to what the tests need: a small part of the vocabulary, everything else as it was.

  cut_tokenizers.py PUBLISHED tests/data/tokenizers

PUBLISHED has a folder for each, as on the Hugging Face hub. Needs `tokenizers`, `sentencepiece`, `protobuf` and
transformers 4 (its conversion of SentencePiece models is the published one; 5's drops the precompiled normaliser).

Byte-level BPE keeps its first merges and what they make. Unigram keeps its first pieces, those that the test texts are
made of, and single characters; the precompiled charsmap keeps the rules for characters of the test texts. Ids are
given anew, in the old order.
"""
import base64
import json
import sys
from pathlib import Path

import transformers
from sentencepiece import SentencePieceProcessor
from sentencepiece import sentencepiece_model_pb2 as protobuf
from tokenizers import Tokenizer

sys.path.append(str(Path(__file__).resolve().parents[1]))
import charsmap
from archive import unpacked
from make_expectations import TEXTS, expand, random_texts

ALL_TEXTS = [expand(text) for text in TEXTS] + random_texts()
CHARACTERS = {c for text in ALL_TEXTS for c in text}
MERGES, PIECES = 2500, 1500


def dump(value, path):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def renumber_template(processor, new_id):
    if processor["type"] == "TemplateProcessing":
        for token in processor["special_tokens"].values():
            token["ids"] = [new_id[i] for i in token["ids"]]
    elif processor["type"] in ("RobertaProcessing", "BertProcessing"):
        for key in ("sep", "cls"):
            processor[key][1] = new_id[processor[key][1]]


def cut_bpe(source, target):
    """tokenizer.json of a byte-level model; the result too."""
    file = json.loads(source.read_text(encoding="utf-8"))
    model = file["model"]
    vocabulary, merges = model["vocab"], model["merges"][:MERGES]
    pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in merges]
    kept = {left + right for left, right in pairs} | {t for t in vocabulary if len(t) == 1}
    kept |= {token["content"] for token in file["added_tokens"] if token["content"] in vocabulary}
    order = sorted(kept, key=vocabulary.get)
    model["vocab"], model["merges"] = {token: i for i, token in enumerate(order)}, merges
    new_id = {vocabulary[token]: i for i, token in enumerate(order)}
    for token in sorted(file["added_tokens"], key=lambda token: token["id"]):
        token["id"] = new_id.setdefault(token["id"], len(new_id))
    renumber_template(file["post_processor"], new_id)
    dump(file, target)
    return model


def cut_rules(blob, cache={}):
    if blob not in cache:
        rules = charsmap.read(blob)
        cache[blob] = charsmap.write({k: v for k, v in rules.items() if set(k.decode()) <= CHARACTERS})
    return cache[blob]


def kept_pieces(pieces, used):
    return [i for i, piece in enumerate(pieces) if i < PIECES or piece in used or (len(piece) == 1 and piece in CHARACTERS)]


def cut_unigram(source, target):
    file = json.loads(source.read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(source))
    used = {token for text in ALL_TEXTS for token in tokenizer.encode(text).tokens}
    used |= {token["content"] for token in file["added_tokens"]}
    vocabulary = file["model"]["vocab"]
    kept = kept_pieces([piece for piece, _ in vocabulary], used)
    new_id = {old: new for new, old in enumerate(kept)}
    file["model"]["vocab"] = [vocabulary[i] for i in kept]
    file["model"]["unk_id"] = new_id[file["model"]["unk_id"]]
    for token in file["added_tokens"]:
        token["id"] = new_id[token["id"]]
    renumber_template(file["post_processor"], new_id)
    normalizer = file["normalizer"]
    normalizer["precompiled_charsmap"] = base64.b64encode(cut_rules(base64.b64decode(normalizer["precompiled_charsmap"]))).decode()
    dump(file, target)


def cut_sentence_piece(source, target, first=()):
    """A model; `first`: pieces that take the place of its first ones."""
    model = protobuf.ModelProto.FromString(source.read_bytes())
    processor = SentencePieceProcessor(model_file=str(source))
    used = {piece for text in ALL_TEXTS for piece in processor.encode_as_pieces(text)}
    used |= {piece for text in ALL_TEXTS for piece in processor.encode_as_pieces(text.lower())}
    kept = kept_pieces([piece.piece for piece in model.pieces], used)
    pieces = [model.pieces[i] for i in kept]
    cut = protobuf.ModelProto()
    for piece, (text, kind) in zip(pieces, first):
        piece.piece, piece.type, piece.score = text, kind, 0.0
    cut.pieces.extend(pieces)
    cut.trainer_spec.model_type = model.trainer_spec.model_type
    cut.trainer_spec.byte_fallback = model.trainer_spec.byte_fallback
    for key in ("unk_id", "bos_id", "eos_id", "pad_id", "unk_piece"):
        setattr(cut.trainer_spec, key, getattr(model.trainer_spec, key))
    if first:
        cut.trainer_spec.unk_id, cut.trainer_spec.bos_id, cut.trainer_spec.eos_id, cut.trainer_spec.pad_id = 0, 1, 2, -1
        cut.trainer_spec.unk_piece = "<unk>"
    cut.trainer_spec.vocab_size = len(pieces)
    cut.normalizer_spec.CopyFrom(model.normalizer_spec)
    cut.normalizer_spec.precompiled_charsmap = cut_rules(model.normalizer_spec.precompiled_charsmap)
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(cut.SerializeToString())


def convert(folder, kind):
    kind.from_pretrained(str(folder)).backend_tokenizer.save(str(folder / "tokenizer.json"), pretty=False)


def cut(published, out):
    model = cut_bpe(published / "roberta-base/tokenizer.json", out / "roberta-base/tokenizer.json")
    dump(model["vocab"], out / "roberta-base/vocab.json")
    (out / "roberta-base/merges.txt").write_text("#version: 0.2\n" + "\n".join(model["merges"]) + "\n", encoding="utf-8")
    cut_bpe(published / "modernbert-base/tokenizer.json", out / "modernbert-base/tokenizer.json")
    cut_unigram(published / "t5-small/tokenizer.json", out / "t5-small/tokenizer.json")
    cut_sentence_piece(published / "albert-base-v2/spiece.model", out / "albert-base-v2/spiece.model")
    cut_sentence_piece(published / "deberta-v3-base/spm.model", out / "deberta-v3-base/spm.model")
    # No model of XLM-RoBERTa is at hand: ALBERT's pieces under its conventions, and under T5's.
    cut_sentence_piece(published / "albert-base-v2/spiece.model", out / "xlm-roberta-invented/sentencepiece.bpe.model",
                       [("<unk>", 2), ("<s>", 3), ("</s>", 3)] + [(f"<x{i}>", 1) for i in range(2)])
    cut_sentence_piece(published / "albert-base-v2/spiece.model", out / "t5-invented/spiece.model",
                       [("<pad>", 3), ("</s>", 3), ("<unk>", 2)] + [(f"<x{i}>", 1) for i in range(2)])
    convert(out / "albert-base-v2", transformers.AlbertTokenizerFast)
    convert(out / "deberta-v3-base", transformers.DebertaV2TokenizerFast)
    convert(out / "xlm-roberta-invented", transformers.XLMRobertaTokenizerFast)


def main(published, out):
    with unpacked(Path(out), change=True) as data:
        cut(Path(published), data)


if __name__ == "__main__":
    main(*sys.argv[1:])
