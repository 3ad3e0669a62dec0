# SPDX-License-Identifier: Apache-2.0
"""Reads and writes the precompiled_charsmap of SentencePiece: rules from strings to strings in a double array of
Darts-clone, 32 bits a unit (label 0-7, leaf 8, offset 10-30 with its scale in 9; or, of a leaf, the value)."""
import struct


def read(blob):
    """{key: replacement}, both bytes."""
    size = struct.unpack_from("<I", blob)[0]
    units = struct.unpack_from(f"<{size // 4}I", blob, 4)
    strings = blob[4 + size:]
    rules = {}
    stack = [(0, b"")]
    while stack:
        node, key = stack.pop()
        unit = units[node]
        base = node ^ ((unit >> 10) << ((unit & 512) >> 6))
        if key and unit >> 8 & 1:
            at = units[base] & 0x7FFFFFFF
            rules[key] = strings[at:strings.index(b"\0", at)]
        for label in range(1, 256):
            child = base ^ label
            if child < len(units) and units[child] & 0x800000FF == label:
                stack.append((child, key + bytes([label])))
    return rules


def write(rules):
    strings, places = bytearray(), {}
    for replacement in sorted(set(rules.values())):
        places[replacement] = len(strings)
        strings += replacement + b"\0"
    trie = {}
    for key, replacement in rules.items():
        node = trie
        for byte in key:
            node = node.setdefault(byte, {})
        node[0] = places[replacement]
    units, bases, free = {0: 0}, set(), 1
    queue = [(0, trie)]
    while queue:
        place, node = queue.pop(0)
        base = free
        while base in bases or any(base ^ label in units for label in node):
            base += 1
        while free in units and free in bases:
            free += 1
        bases.add(base)
        offset = place ^ base
        assert offset < 1 << 21
        units[place] |= offset << 10 | (0 in node) << 8
        for label in node:
            units[base ^ label] = node[0] | 1 << 31 if label == 0 else label
        queue += [(base ^ label, child) for label, child in node.items() if label]
    size = (max(units) // 256 + 1) * 256
    return struct.pack(f"<I{size}I", 4 * size, *(units.get(i, 0) for i in range(size))) + bytes(strings)
