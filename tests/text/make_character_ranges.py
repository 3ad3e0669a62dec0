#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes include/encore/text/character_ranges.hpp: the character classes of the Hugging Face `tokenizers` library.

Every code point is shown to the library's own normalisers and pre-tokenisers, and what they do is written down. Needed
because the library mixes four ages of Unicode (categories of version 8, marks of 9, letters of 16), which no Unicode
library reproduces.

  make_character_ranges.py include/encore/text/character_ranges.hpp
"""
import sys

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def ranges(code_points):
    found = []
    for c in sorted(code_points):
        if found and found[-1][1] == c - 1:
            found[-1][1] = c
        else:
            found.append([c, c])
    return found


def measure():
    clean = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    strip = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
    strip_accents, nfd = normalizers.StripAccents(), normalizers.NFD()
    bert, words, digits = pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Whitespace(), pre_tokenizers.Digits()
    letter, number, space = (pre_tokenizers.Split(Regex(p), "removed") for p in (r"\p{L}", r"\p{N}", r"\s"))
    found = {name: set() for name in ("removed", "white_space", "punctuation", "nonspacing", "marks", "reordered", "word",
                                      "letter", "number", "numeric", "regex_space")}
    for c in CODE_POINTS:
        text = "a" + chr(c) + "b"
        if clean.normalize_str(text) == "ab":
            found["removed"].add(c)
        if strip.normalize_str(text) == "ab":
            found["nonspacing"].add(c)
        if strip_accents.normalize_str(text) == "ab":
            found["marks"].add(c)
        pieces = [piece for piece, _ in bert.pre_tokenize_str(text)]
        if pieces == ["a", "b"]:
            found["white_space"].add(c)
        elif pieces == ["a", chr(c), "b"]:
            found["punctuation"].add(c)
        if len(words.pre_tokenize_str(text)) == 1:
            found["word"].add(c)
        for name, split in (("letter", letter), ("number", number), ("regex_space", space)):
            if not split.pre_tokenize_str(chr(c)):
                found[name].add(c)
        if len(digits.pre_tokenize_str(text)) == 3:
            found["numeric"].add(c)
        # A combining class above 0 shows as a change of places with a mark of the highest or the lowest class.
        high, low = "\u0345", "\u0334"
        if nfd.normalize_str(chr(c)) == chr(c) and (
            nfd.normalize_str("a" + high + chr(c)) != "a" + high + chr(c)
            or nfd.normalize_str("a" + chr(c) + low) != "a" + chr(c) + low
            or chr(c) in (high, low)
        ):
            found["reordered"].add(c)
    return found


def table(name, comment, code_points):
    lines, line = [], " "
    for first, last in ranges(code_points):
        entry = f" {{0x{first:x}, 0x{last:x}}},"
        if len(line) + len(entry) > 118:
            lines.append(line)
            line = " "
        line += entry
    lines.append(line)
    return f"// {comment}\ninline constexpr CharacterRange {name}[] = {{\n" + "\n".join(lines) + "\n};\n"


def main(path):
    found = measure()
    if not found["nonspacing"] <= found["marks"]:
        raise SystemExit("a nonspacing mark that StripAccents keeps: give it a table of its own")
    if found["regex_space"] != found["white_space"]:
        raise SystemExit(r"\s of the regular expressions is not White_Space: give it a table of its own")
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"""// SPDX-License-Identifier: Apache-2.0
// Character classes as Hugging Face's tokenizers {tokenizers.__version__} has them, measured on every code point by
// tests/text/make_character_ranges.py, which writes this file. They are not those of one Unicode version (see there).
#pragma once

// clang-format off
namespace encore::text {{

// Code points first..last.
struct CharacterRange {{
  char32_t first;
  char32_t last;
}};

""")
        out.write("\n".join([
            table("removed_characters", "What BertNormalizer's clean_text drops: control, format, private use, U+FFFD.", found["removed"]),
            table("white_space_characters", "White_Space.", found["white_space"]),
            table("punctuation_characters", "What BertPreTokenizer and Punctuation split off.", found["punctuation"]),
            table("nonspacing_characters", "Nonspacing marks, which BertNormalizer's strip_accents drops.", found["nonspacing"]),
            table("other_mark_characters", "The marks that StripAccents drops beside these.", found["marks"] - found["nonspacing"]),
            table("reordered_characters", "Those with a canonical combining class above 0 and no decomposition.", found["reordered"]),
            table("word_characters", r"\w of the regex of Whitespace and of single_word.", found["word"]),
            table("letter_characters", r"\p{L} of the regular expressions of ByteLevel and Split.", found["letter"]),
            table("number_characters", r"\p{N} of these.", found["number"]),
            table("numeric_characters", "What Digits splits off.", found["numeric"]),
        ]))
        out.write("\n}  // namespace encore::text\n// clang-format on\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
