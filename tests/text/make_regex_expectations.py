#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/tokenizers/regular_expressions.json: what the tokenizers library makes of regular expressions.

    pip install tokenizers==0.23.3
    tests/text/make_regex_expectations.py

"splits": [expression, behavior, invert, text, [begin, end, begin, end, ..]], the pieces of the text in code points.
"refused": expressions that the library does not take.
"assigned": the code points of Unicode 14 as first, last, first, last, ..; later versions of either library know more. Those
whose properties later versions changed are left out.
"classes": [expression of one character, CRC-32 of the UTF-8 of the assigned code points that it does not match, in order].
"replacements": [expression, content, text, the text with every match replaced].
"""
import json
import unicodedata
import zlib
from pathlib import Path

from tokenizers import Regex, normalizers, pre_tokenizers

LLAMA_3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CL100K = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
QWEN_2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
DEEPSEEK = r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPLITTERS = [LLAMA_3, CL100K, O200K, QWEN_2, DEEPSEEK, r"\s{2,}|[\n\r\t]", r"\w+|[^\w\s]+", r"[^\s]+", r"(?<=[a-z])(?=[A-Z])"]
PROSE = [
    "", " ", "The cat's TEA'S  costs 123456 \n\n  and it'LL do", "  lead,\ttwo\r\n x \n", "don't STOP ÉTÉ été ﬁn ſ 'ſ",
    "日本語の文章、です。カタカナ 한국어", "naïve cafe\u0301 coöp", "x=1+2*(3-4)/5; // a_b-c", "http://a.b/c?d=e#f", "\u3000wide\u00a0nbsp\u2028sep\u0085nel",
    "👩‍👩‍👧 🇫🇷 ❤️ ①②½ ٣٤ Ⅷ", "helloWorldFooBar HTTPServer", "a\n\n\nb   \n c", "'s't're''ve", "    def f(x):\n\treturn x**2",
]
# Each with texts that tell what it means.
SYNTAX = [
    (r"(?=[A-Z])", ["helloWorldFoo", "A"]), ("x*", ["axxb", ""]), ("$", ["a\nb\n", "a"]), ("^", ["a\nb\n", "\n\na"]),
    ("", ["ab"]), (r"a{,2}", ["aaaab"]), (r"a{2}?", ["aaaab"]), (r"a{1,2}+", ["aaaaab"]), (r"a{2,3}?", ["aaaaa"]),
    (r"a+?b", ["aaab"]), (r"a++a", ["aaa"]), (r"a?+a", ["aa", "a"]), (r"a*+", ["aab"]), (r"a{x}", ["a{x}"]), (r"a{2", ["a{2"]),
    (r"(?:ab)+", ["ababa"]), (r"(a|b)c\1", ["acabcb"]), (r"(?<n>a|b)\k<n>", ["aabab"]), (r"(?>a+)b", ["aab"]),
    (r"\h+", ["12zf"]), (r"\H+", ["12zf"]), (r"[\H]+", ["12zf"]), (r"[\ha-z]+", ["12zf-"]), (r"\v", ["a\x0bb\nc"]), (r"\R", ["a\r\nb\nc\x0bd\u2028e"]),
    (r"\X", ["e\u0301a👩‍👧"]), (r"[a-z&&[^aeiou]]+", ["abcdeio"]), (r"[^a-z&&[^aeiou]]+", ["abcdeio12"]), (r"[a-z&&b-y&&c-x]+", ["abcdxyz"]),
    (r"[a[^b-z]]", ["abZc"]), (r"[^a[b-d]]+", ["abcdef"]), (r"[[a-c][x-z]]+", ["abcdxyz"]), (r"[]a]+", ["]a["]), (r"[^]a]+", ["]ab"]), (r"[a-]+", ["a-b"]), (r"[+--]+", ["+,-."]),
    (r"[\w.-]+", ["a-b.c d"]), (r"[\s\S]", ["a b"]), (r"[\S]+", ["a b"]), (r"[^\S]+", ["a b"]), (r"[\D]+", ["a1٣b"]), (r"[\W_]+", ["a_-b"]), (r"[\b]", ["a\x08b"]),
    (r"[[:alpha:]_]+", ["ab_1é"]), (r"[^[:space:]]+", ["a b\u3000c"]), (r"[[:^digit:]]+", ["a1b"]), (r"[[:punct:]]", ["a+b,c$d«"]), 
    (r"\p{Letter}+", ["ab1"]), (r"\p{^L}+", ["ab12"]), (r"\P{L}+", ["ab12"]), (r"\P{^L}+", ["ab12"]), (r"\p{Han}+", ["漢字。々カ"]), (r"\p{Hiragana}|\p{Katakana}+", ["あカーナ"]),
    (r"\p{uppercase letter}", ["aB"]), (r"\p{White_Space}", ["a b"]), (r"\p{Alnum}+", ["a1-"]), (r"[\p{L}&&[^a]]+", ["abab"]),
    (r"(?m).", ["a\nb"]), (r".", ["a\nb\r"]), (r"(?m:.)b", ["\nb"]), (r"(?i)b", ["aBb"]), (r"a(?i)b|c", ["AB aB C ac aC"]), (r"(?i:a)b", ["Ab AB"]), (r"a(?-i)b", ["ab aB"]), (r"(?i)é", ["É"]),
    (r"(?x) a b # note", ["ab"]), (r"(?x: a ) b", ["a b"]), (r"(?#note)a", ["a"]), (r"\bfoo\b", ["a foo béfoo foo ½foo"]), (r"\B", ["ab c"]), (r"\Aa", ["aa\na"]), (r"a\z", ["aa"]), (r"a\Z", ["aa\n"]),
    (r"(?<=a)b", ["ab b"]), (r"(?<!a)b", ["ab b"]), (r"(?!a).", ["ab"]), (r"\u3042", ["あ"]), (r"\x41\x{42}", ["AB"]), (r"\101\t\e?", ["A\t"]), (r"\18", ["\x018"]), (r"\81", ["81"]),
    ("(a)" * 10 + r"\10", ["a" * 11]), ("(a)" * 9 + r"\10", ["a" * 9 + "\b"]), (r"(?:a)(?=b)(b)\1", ["abb"]), (r"[\101\8]+", ["A8B"]),
    (r"[a-f-9]+", ["a-95g"]), (r"[a-f-\d]+", ["a-9z"]), (r"[[a]-z]+", ["a-zb"]), (r"[\d-]+", ["1-a"]), (r"[a-f-x-z]+", ["a-y_"]), (r"[--a]+", ["-Aab"]),
    (r"[a-&&a]", ["a-"]), (r"[\d-&&-]", ["1-"]), (r"[^\x00-\x7F]+", ["aé"]), (r"[\u0080-\u00ff]+", ["aéあ"]), (r"\x{e9}", ["é"]), (r"\x7a", ["z"]), (r"\.\*\-\/\"", ['.*-/"']), (r"a|", ["ba"]), (r"|a", ["ba"]),
    (r"(?:(?:a|b)|c)+d?", ["abcd"]), (r"\O", ["a\n"]), (r"\N", ["a\n"]), (r"[\x00-\x1f]", ["a\x01b"]), (r"[\u3040-\u309f]+", ["aあいb"]), (r"[–—]", ["a—b"]), (r"\p{S}", ["a+b$c©"]), (r"\p{P}+", ["a+b,.c"]),
]
REFUSED = ["[[:foo:]]", "(a", "a)", "[a", "[z-a]", r"\p{Foo}", "*a", "+", "a{3,2}x(", "(?P<n>a)", "(?s).", r"[\w-\d]", r"[\w-a]", r"[\d-[a]]", "[[:digit:]-x]", r"[\p{Nd}-x]", r"[\d--]", r"[a-\d]", r"\xe9", r"[\xe9]", r"\351", r"\8", r"\2(a)", "(?<>a)", "a\\"]
CLASSES = [r"\s", r"\S", r"\d", r"\w", r"\W", r"[\w]", r"[^\W]", r"[[\W]&&\p{L}]", r"\h", "."] + [rf"[[:{name}:]]" for name in
    ["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit", "word"]] + [
    rf"\p{{{name}}}" for name in "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Co Letter Mark Number "
    "Punctuation Symbol Separator Other Decimal_Number Uppercase_Letter Alphabetic Uppercase Lowercase White_Space Han Hiragana Katakana Latin Greek Cyrillic Arabic "
    "Hebrew Thai Hangul Devanagari Common Inherited Any ASCII Alnum Emoji Math".split()]


def pieces(expression, behavior, invert, text):
    split = pre_tokenizers.Split(Regex(expression), behavior, invert)
    return [place for _, span in split.pre_tokenize_str(text) for place in span]


def main():
    behaviors = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
    splits = []
    for expression in SPLITTERS:
        for text in PROSE:
            splits.append([expression, "isolated", False, text])
    for expression, texts in SYNTAX:
        for text in texts:
            splits.append([expression, "isolated", False, text])
    for expression in [LLAMA_3, "x*", r"(?=[A-Z])", "b", r"\s*"]:
        for behavior in behaviors:
            for invert in [False, True]:
                for text in ["abXbb c", "", "b", "xxAxB x", "bb"]:
                    splits.append([expression, behavior, invert, text])
    for split in splits:
        split.append(pieces(*split))
    refused = []
    for expression in REFUSED:
        try:
            Regex(expression)
            pieces(expression, "isolated", False, "a")
            raise SystemExit(f"{expression} is not refused")
        except Exception:
            refused.append(expression)
    changed = {0x10FC, 0xA7F2, 0xA7F3, 0xA7F4, 0xAB69, 0xC04, 0xF82, 0xF83, 0x11080, 0x11081, 0x1171E, *range(0x363, 0x370), *range(0x1DD3, 0x1DE7)}
    assigned = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs") and c not in changed]
    ranges = []
    for c in assigned:
        if ranges and ranges[-1] == c - 1:
            ranges[-1] = c
        else:
            ranges += [c, c]
    text = "".join(map(chr, assigned))
    classes = [[expression, zlib.crc32(normalizers.Replace(Regex(expression), "").normalize_str(text).encode())] for expression in CLASSES]
    replacements = []
    for expression, content, text in [("(?=b)", "X", "abcb"), ("^", "X", "ab"), ("$", "XY", "aé"), ("x*", "-", "axb"), ("", "-", "ab"), ("$", "X", ""), (r"\p{S}", "", "a+b=c"),
                                      (r"[^A-Za-z0-9 ]", "", "the-cat, sat!"), (r"\s{2,}|[\n\r\t]", " ", "a  b\tc\n\nd"), (r"(a)(b)", r"\2$1", "abab"), (r"``|''", '"', "``a''")]:
        replacements.append([expression, content, text, normalizers.Replace(Regex(expression), content).normalize_str(text)])
    out = Path(__file__).parent.parent / "data/tokenizers/regular_expressions.json"
    everything = {"splits": splits, "refused": refused, "assigned": [ranges], "classes": classes, "replacements": replacements}
    lines = [f'"{key}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]" for key, rows in everything.items()]
    out.write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
