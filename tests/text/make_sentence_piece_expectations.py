#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what SentencePiece makes of odd texts, for sentence_piece_test.cpp. Needs `sentencepiece`, `tokenizers` (for the
first steps of ALBERT's normalisation) and transformers 4 (whose Python classes say which tokens come around a text).

  make_sentence_piece_expectations.py tests/data/tokenizers

Written is sentence_piece.json: for each case the model, the tokenizer_config.json, "singles" (encodings without special
tokens around them, as in make_expectations.py; of ALBERT with lower-casing without offsets) and "around" ([first, second
or null, ids, type ids] by the Python class).

Two things are not transformers 4's: since version 5 the mask that is given by its name alone takes no space, and ALBERT
gets no token types. Two things are not SentencePiece's: special tokens are cut out of a text first, and all bytes of a character that falls
back to bytes have its place, not the last one alone. Offsets are in code points.
"""
import json
import re
import shutil
import sys
import tempfile
import zlib
from pathlib import Path

import sentencepiece
import transformers
from tokenizers import normalizers

sys.path.append(str(Path(__file__).resolve().parents[1]))
from archive import unpacked
from make_expectations import MORE_TEXTS, TEXTS, compact, expand, random_texts

PLAIN = {"do_lower_case": False, "keep_accents": True}
CASES = {  # name: (file, configuration, class, specials, ids of pieces)
    "ALBERT": ("albert-base-v2/spiece.model", {}, "AlbertTokenizer", ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], None),
    "ALBERT, cased": ("albert-base-v2/spiece.model", PLAIN, "AlbertTokenizer", ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], None),
    "DeBERTa-v3": ("deberta-v3-base/spm.model", {"do_lower_case": False, "vocab_type": "spm"}, "DebertaV2Tokenizer",
                   ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], None),
    "XLM-RoBERTa": ("xlm-roberta-invented/sentencepiece.bpe.model", {}, "XLMRobertaTokenizer",
                    ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], {0: 3, 1: 0, 2: 2}),
    "T5": ("t5-invented/spiece.model", {"extra_ids": 100}, "T5Tokenizer",
           ["<pad>", "</s>", "<unk>"] + [f"<extra_id_{i}>" for i in range(100)], None),
}
AROUND = [("Hello, world!", None), ("how are you", "fine thanks"), ("", None), ("the quick brown fox", ""), ("one", "two three 4")]
ALBERT_STEPS = [normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()]


class Case:
    def __init__(self, folder, file, config, kind, specials, shift):
        self.processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / file))
        with tempfile.TemporaryDirectory() as scratch:
            shutil.copyfile(folder / file, Path(scratch, Path(file).name))
            Path(scratch, "tokenizer_config.json").write_text(json.dumps(config))
            self.python = getattr(transformers, kind).from_pretrained(scratch)
        self.special_ids = {token: self.python.convert_tokens_to_ids(token) for token in specials}
        self.steps = [normalizers.Replace("``", '"'), normalizers.Replace("''", '"')] if kind == "AlbertTokenizer" else []
        self.places = not self.steps  # what comes before SentencePiece does not say where from
        if self.steps and "keep_accents" not in config:
            self.steps += ALBERT_STEPS
        self.shift = shift

    def id(self, piece):
        return piece if self.shift is None else self.shift.get(piece, piece + 1)

    def stretch(self, text, start):
        """Tokens of a stretch without special tokens: (id, begin, end, piece)."""
        for step in self.steps:
            text = step.normalize_str(text)
        code_points, at = {}, 0
        for i, c in enumerate(text):
            code_points[at] = i
            at += len(c.encode())
        code_points[at] = len(text)
        pieces = self.processor.encode(text, return_type="proto").pieces
        found = [[self.id(p.id), start + code_points[p.begin], start + code_points[p.end], p.piece] for p in pieces]
        i = 0
        while i < len(found):
            size = 1
            if re.fullmatch("<0x..>", found[i][3]) and self.processor.is_byte(pieces[i].id):
                lead = int(found[i][3][3:5], 16)
                size = 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
                for entry in found[i:i + size]:
                    entry[1], entry[2] = found[i][1], found[i + size - 1][2]
            i += size
        return found

    def encode(self, text):
        tokens, word, start = [], 0, 0
        pattern = "|".join(map(re.escape, self.special_ids))
        matches = [(m.start(), m.end(), m.group().strip()) for m in re.finditer(pattern, text)]
        for begin, end, special in matches + [(len(text), len(text), None)]:
            # SentencePiece ends a text at a NUL in places.
            found = self.stretch(text[start:begin], start)
            tokens += [entry + [word] for entry in found]
            word += bool(found)
            if special:
                tokens.append([self.special_ids[special], begin, end, text[begin:end], word])
                word += 1
            start = end
        ids, words = [t[0] for t in tokens], [t[4] for t in tokens]
        offsets = [edge for t in tokens for edge in t[1:3]] if self.places else []
        entry = [ids, offsets, words]
        return entry if len(ids) <= 30 else {"count": len(ids), "crc": zlib.crc32(compact(entry).encode())}


def write(folder):
    texts = [expand(text) for text in TEXTS + MORE_TEXTS] + random_texts()
    cases = []
    for name, (file, config, kind, specials, shift) in CASES.items():
        case = Case(folder, file, config, kind, specials, shift)
        around = []
        for first, second in AROUND:
            result = case.python(first, second)
            types = [0] * len(result["input_ids"]) if kind == "AlbertTokenizer" else result.get("token_type_ids", [0] * len(result["input_ids"]))
            around.append([first, second, result["input_ids"], types])
        singles = [None if "\0" in text else case.encode(text) for text in texts]
        cases.append({"name": name, "file": file, "config": config, "specials": case.special_ids, "around": around, "singles": singles})
    made_by = {"sentencepiece": sentencepiece.__version__, "transformers": transformers.__version__}
    lines = ",\n".join("{" + ",\n ".join(f"{compact(k)}: {compact(v)}" for k, v in case.items()) + "}" for case in cases)
    (folder / "sentence_piece.json").write_text('{"made_by": ' + json.dumps(made_by) + ',\n"cases": [\n' + lines + "]}\n")


def main(folder):
    with unpacked(Path(folder), change=True) as data:
        write(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
