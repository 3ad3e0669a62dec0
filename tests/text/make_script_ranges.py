#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes include/encore/text/script_ranges.hpp: the scripts of characters as the pre-tokeniser UnicodeScripts of the
Hugging Face `tokenizers` library tells them apart. A script is a number here: only whether two are equal matters.

  make_script_ranges.py include/encore/text/script_ranges.hpp
"""
import sys

import tokenizers
from tokenizers import pre_tokenizers

from make_character_ranges import CODE_POINTS

SCRIPTS = pre_tokenizers.UnicodeScripts()


def alike(*points):
    return len(SCRIPTS.pre_tokenize_str("".join(map(chr, points)))) == 1


def measure():
    """[(first code point, script)], each up to the next. What joins any script is of script 0."""
    known = []  # a character of each script
    ranges = []
    for c in CODE_POINTS:
        if alike(0x61, c) and alike(0x4E00, c):
            script = 0
        elif ranges and ranges[-1][1] and alike(known[ranges[-1][1] - 1], c):
            script = ranges[-1][1]
        else:
            script = next((n + 1 for n, other in enumerate(known) if alike(other, c)), len(known) + 1)
            if script > len(known):
                known.append(c)
        if not ranges or ranges[-1][1] != script:
            ranges.append((c, script))
    return ranges


def main(path):
    ranges = measure()
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"""// SPDX-License-Identifier: Apache-2.0
// The scripts that UnicodeScripts of Hugging Face's tokenizers {tokenizers.__version__} tells apart, by number, measured on every code point
// by tests/text/make_script_ranges.py, which writes this file. Script 0 joins any.
#pragma once

#include <cstdint>

namespace encore::text {{

// Up to the next one's first.
struct ScriptRange {{
  char32_t first;
  std::uint8_t script;
}};

// clang-format off
inline constexpr ScriptRange script_ranges[] = {{
""")
        line = " "
        for first, script in ranges:
            entry = f" {{0x{first:x}, {script}}},"
            if len(line) + len(entry) > 120:
                out.write(line + "\n")
                line = " "
            line += entry
        out.write(line + "\n};\n// clang-format on\n\n}  // namespace encore::text\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
