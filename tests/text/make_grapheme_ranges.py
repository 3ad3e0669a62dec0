#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes include/encore/text/grapheme_ranges.hpp: what joins characters into grapheme clusters in the Hugging Face
`tokenizers` library, as far as its Precompiled normaliser, the only user of clusters, can tell.

A rule for the first byte of every character replaces a whole cluster of less than 6 bytes by one X, and each character
of a longer one. The number of X shows where the clusters are.

  make_grapheme_ranges.py include/encore/text/grapheme_ranges.hpp
"""
import sys

import tokenizers
from tokenizers import normalizers

import charsmap
from make_character_ranges import CODE_POINTS, table

ACUTE, ZWJ, KA, SSA, VIRAMA = "\u0301", "\u200d", "\u0915", "\u0937", "\u094d"


def measure():
    lead = normalizers.Precompiled(charsmap.write({bytes([byte]): b"X" for byte in range(0xC2, 0xF5)}))
    latin = normalizers.Precompiled(charsmap.write({b"a": b"X"}))

    def count(text):
        return lead.normalize_str(text).count("X")

    found = {name: set() for name in ("extend", "prepend", "control", "pictographic", "consonant", "linker", "between")}
    for c in (c for c in CODE_POINTS if c >= 0x80):
        one = chr(c)
        if latin.normalize_str("a" + one) == "X":
            found["extend"].add(c)
        if lead.normalize_str(one + "a") == "X":
            found["prepend"].add(c)
        # Two accents that nothing takes are a cluster of four bytes.
        if count(one + ACUTE * 2) == 2 and c >= 0x800:
            found["control"].add(c)
        if c < 0x800 and lead.normalize_str(one + ACUTE) != "X":
            found["control"].add(c)
        if c not in found["extend"] and count("\u00a9" + ZWJ + one) == 3:
            found["pictographic"].add(c)
        if count(one + VIRAMA + SSA + ACUTE) == 4:
            found["consonant"].add(c)
        if count(KA + one + SSA + ACUTE) == 4:
            found["linker"].add(c)
        if count(KA + one + VIRAMA + SSA + ACUTE) == 5:
            found["between"].add(c)
    for name in ("linker", "between"):  # others are in clusters of their own making
        found[name] &= found["extend"]
    return found


def main(path):
    found = measure()
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"""// SPDX-License-Identifier: Apache-2.0
// What joins characters into grapheme clusters in Hugging Face's tokenizers {tokenizers.__version__}, measured on every code point by
// tests/text/make_grapheme_ranges.py, which writes this file. ASCII is not in it.
#pragma once

#include <encore/text/character_ranges.hpp>

// clang-format off
namespace encore::text {{

""")
        out.write("\n".join([
            table("extend_characters", "Join what is before them: Extend, ZWJ, SpacingMark.", found["extend"]),
            table("prepend_characters", "Join what is behind them.", found["prepend"]),
            table("control_characters", "Join nothing.", found["control"]),
            table("pictographic_characters", "Join a pictographic character before a ZWJ.", found["pictographic"]),
            table("consonant_characters", "Indic_Conjunct_Break=Consonant: join another behind a linker.", found["consonant"]),
            table("linker_characters", "Indic_Conjunct_Break=Linker.", found["linker"]),
            table("conjunct_extend_characters", "May stand between a consonant and a linker.", found["between"]),
        ]))
        out.write("\n}  // namespace encore::text\n// clang-format on\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
