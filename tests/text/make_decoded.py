# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/tokenizers/decoded.json: what the tokenizers library decodes tokens to.

    python make_decoded.py tests/data/tokenizers

"decoders": [decoder as in a tokenizer.json, tokens, text]. "tokenizers": by name, [ids, text] of single ids and of texts.
"""
from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

from tokenizers import Tokenizer, decoders, models

sys.path.append(str(Path(__file__).resolve().parents[1]))
from archive import unpacked

TOKENS = [["##s", "##s", "un", "##able", ".", "##.", "do", "not", "ca", "n't", "'", "a", "[SEP]", "##"], ["a"], [],
          ["▁a▁b", "▁c", "d▁", "▁"], ["▁", "x"], ["a</w>b</w>", "c</w>"], ["  a ", " b", "  "], ["aaa", "aaaa", "a", " a"],
          ["<0xE2>", "<0x96>", "<0x81>", "a", "<0xE2>", "<0x96>", "b", "<0xff>", "<0xGG>", "<0x9>"], ["<0xC3>", "<0xA9>"],
          ["Ã", "©", "Ġa", "é", "東 x", "â", "ĸ", "ģ", "â"], ["Ġ", "ĉ", "Ċ"], ["\u00ff", "x"]]
DECODERS = [decoders.WordPiece(), decoders.WordPiece(cleanup=False), decoders.WordPiece(prefix="▁"), decoders.ByteLevel(),
            decoders.Metaspace(), decoders.Metaspace(prepend_scheme="never"), decoders.Metaspace(prepend_scheme="first"),
            decoders.Metaspace(replacement="a"), decoders.BPEDecoder(), decoders.BPEDecoder(suffix="a"), decoders.Fuse(),
            decoders.Strip(" ", 1, 0), decoders.Strip("a", 0, 1), decoders.Replace("▁", " "), decoders.Replace("a", ""),
            decoders.ByteFallback(),
            decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                               decoders.Strip(" ", 1, 0)])]
NAMES = ["albert-base-v2", "bert-base-uncased", "deberta-v3-base", "modernbert-base", "roberta-base", "t5-small",
         "xlm-roberta-invented"]


def write(data: Path) -> None:
    alone = [[json.loads(d.__getstate__()), tokens, d.decode(tokens)] for d in DECODERS for tokens in TOKENS]
    words = Tokenizer(models.WordLevel({"a": 0, "b": 1}, unk_token="a"))  # without a decoder
    alone.append([None, ["a", "b"], words.decode([0, 1])])
    texts = [t if isinstance(t, str) else t["repeat"] * t["times"]
             for t in json.loads((data / "texts.json").read_text())["texts"]]
    found = {}
    for name in NAMES:
        tokenizer = Tokenizer.from_file(str(data / name / "tokenizer.json"))
        generator = random.Random(name)
        size = tokenizer.get_vocab_size()
        lists = [[i] for i in range(min(size, 12))] + [[generator.randrange(size)] for _ in range(60)] + [[size + 9, 5]]
        lists += [ids for ids in (tokenizer.encode(text).ids for text in texts) if len(ids) < 60]
        found[name] = [[ids, tokenizer.decode(ids, skip_special_tokens=False)] for ids in lists]
    def lines(rows: list[object]) -> str:
        return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows) + "]"

    tokenizers = ",\n".join(f"{json.dumps(name)}: {lines(rows)}" for name, rows in found.items())
    text = f'{{"decoders": {lines(alone)},\n"tokenizers": {{{tokenizers}}}}}\n'
    (data / "decoded.json").write_text(text)
    print(len(text) // 1000, "kB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="tests/data/tokenizers")
    with unpacked(parser.parse_args().data, change=True) as data:
        write(data)


if __name__ == "__main__":
    main()
