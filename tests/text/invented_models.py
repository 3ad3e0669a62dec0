# SPDX-License-Identifier: Apache-2.0
"""Small tokenizers with what the published ones lack, for make_expectations.py: byte-pair encoding and Unigram with every
option, and the parts that go with them."""
from tokenizers import AddedToken, Regex, Tokenizer, models
from tokenizers import normalizers as n
from tokenizers import pre_tokenizers as p
from tokenizers import processors

import charsmap

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
FALLBACK = [f"<0x{byte:02X}>" for byte in range(256)]


def byte_pairs():
    pairs = "h e,l l,he ll,hell o,w o,wo r,l d,wor ld,a b,b a,c d,ab c,i n,in g,y e,ye s,n e,x y,- -".split(",")
    merges = [tuple(pair.split(" ")) for pair in pairs]

    def start(pre_tokenizer, normalizer=None, alphabet="abcdeghiloprswxyn-.,\u00e9\u2581 ", extra=(), merges=merges, **options):
        tokens = ["<s>", "</s>", "<unk>"] + list(alphabet) + list(extra) + ["".join(pair) for pair in merges]
        vocabulary = {token: i for i, token in enumerate(dict.fromkeys(tokens))}
        tokenizer = Tokenizer(models.BPE(vocabulary, merges, **options))
        tokenizer.add_special_tokens([AddedToken("[M]", lstrip=True, normalized=False, special=True)])
        if pre_tokenizer:
            tokenizer.pre_tokenizer = pre_tokenizer
        if normalizer:
            tokenizer.normalizer = normalizer
        return tokenizer

    made = {}
    made["BPE without unknown token; WhitespaceSplit"] = start(p.WhitespaceSplit())
    made["BPE, unknown token; CharDelimiterSplit"] = start(p.CharDelimiterSplit("a"), unk_token="<unk>")
    made["BPE, fused unknown tokens; Digits"] = start(
        p.Sequence([p.Digits(False), p.Whitespace()]), n.Strip(), unk_token="<unk>", fuse_unk=True)
    made["BPE, ignore_merges; individual digits"] = start(
        p.Digits(True), n.Nmt(), extra=["hello wor", "yes yes"], unk_token="<unk>", ignore_merges=True)
    made["BPE, byte_fallback; Metaspace first"] = start(
        p.Metaspace(prepend_scheme="first"), extra=FALLBACK, unk_token="<unk>", byte_fallback=True)
    made["BPE, byte_fallback with holes, fused; no pre-tokeniser"] = start(
        None, n.Sequence([n.Prepend("\u2581"), n.Replace(" ", "\u2581")]), extra=FALLBACK[:0xC3] + FALLBACK[0xE0:],
        unk_token="<unk>", byte_fallback=True, fuse_unk=True)
    prefixed = ["##" + c for c in "abcdehilowrxy"] + ["ab", "abc", "##ba", "he"]
    made["BPE, continuing_subword_prefix; Punctuation"] = start(
        p.Sequence([p.WhitespaceSplit(), p.Punctuation("removed")]), extra=prefixed, merges=[], unk_token="<unk>",
        continuing_subword_prefix="##")
    made["BPE, end_of_word_suffix; Whitespace"] = start(
        p.Whitespace(), n.Lowercase(), extra=[c + "</w>" for c in "abcdelosy"], merges=[("l", "o</w>"), ("e", "s</w>")],
        unk_token="<unk>", end_of_word_suffix="</w>")
    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        made[f"BPE; Split at a string, {behavior}"] = start(p.Split("a", behavior), unk_token="<unk>")
        made[f"BPE; Split at an expression, {behavior}, inverted"] = start(
            p.Split(Regex(r"\s+"), behavior, invert=True), unk_token="<unk>")
    made["BPE; Split at two spaces and more, letters, numbers"] = start(
        p.Sequence([p.Split(Regex(" {2,}"), "isolated"), p.Split(Regex(r"\p{N}"), "isolated"),
                    p.Split(Regex(r"\p{L}+"), "contiguous")]), unk_token="<unk>")
    made["BPE; Replace"] = start(
        p.WhitespaceSplit(), n.Sequence([n.Replace("ab", "xy x"), n.Replace(Regex(r"\s+"), " "), n.Replace(Regex("-"), ""),
                                         n.Strip(left=False)]), unk_token="<unk>")
    alphabet = "".join(sorted(p.ByteLevel.alphabet()))
    spaced = merges + [("\u0120", "hello"), ("\u0120", "a"), ("\u0120", "\u0120")]
    for prefix in (False, True):
        for trim in (False, True):
            for regex in (False, True):
                byte_level = start(p.ByteLevel(add_prefix_space=prefix, trim_offsets=trim, use_regex=regex), alphabet=alphabet,
                                   merges=spaced)
                byte_level.post_processor = processors.ByteLevel(add_prefix_space=prefix, trim_offsets=trim)
                made[f"ByteLevel, prefix {prefix}, trim {trim}, regex {regex}"] = byte_level
    chained = start(p.Sequence([p.Digits(True), p.ByteLevel(add_prefix_space=True)]), n.NFKC(), alphabet=alphabet)
    chained.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=True),
        processors.TemplateProcessing(single="<s> $A", pair="<s> $A </s> $B:1", special_tokens=[("<s>", 0), ("</s>", 1)])])
    made["Sequence of ByteLevel and TemplateProcessing"] = chained
    roberta = start(p.ByteLevel(add_prefix_space=True), alphabet=alphabet)
    roberta.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0), trim_offsets=True, add_prefix_space=True)
    made["RobertaProcessing with prefix spaces"] = roberta
    made["ByteLevel as normaliser"] = start(p.Split(Regex(GPT2), "isolated"), n.ByteLevel(), alphabet=alphabet)
    return made


def unigrams():
    pieces = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0), ("\u2581", -2.0), ("\u2581hello", -3.5), ("\u2581a", -2.5),
              ("a", -3.0), ("b", -3.25), ("ab", -5.5), ("abc", -7.0), ("c", -3.75), ("h", -4.0), ("e", -4.0), ("l", -4.0),
              ("o", -4.0), ("world", -6.0), ("w", -5.0), ("r", -5.0), ("d", -5.0), ("yes", -7.5), ("s", -4.5),
              ("\u00e9", -6.0), ("-", -4.0), ("--", -8.0), ("\u2581\u2581", -4.0)]
    fallback = [(token, 0.0) for token in FALLBACK]

    def start(pre_tokenizer, normalizer=None, pieces=pieces, byte_fallback=False):
        tokenizer = Tokenizer(models.Unigram(pieces, 0, byte_fallback))
        if normalizer:
            tokenizer.normalizer = normalizer
        tokenizer.add_special_tokens([AddedToken("[M]", rstrip=True, normalized=False, special=True)])
        tokenizer.add_tokens([AddedToken("yes", single_word=True, normalized=True)])
        tokenizer.pre_tokenizer = pre_tokenizer
        return tokenizer

    made = {}
    for scheme in ("always", "first", "never"):
        for split in (True, False):
            made[f"Unigram; Metaspace {scheme}, split {split}"] = start(p.Metaspace(prepend_scheme=scheme, split=split))
    made["Unigram, byte_fallback; underscore for spaces"] = start(
        p.Metaspace(replacement="_"), n.Lowercase(), pieces + fallback, True)
    made["Unigram, byte_fallback with holes; WhitespaceSplit, Metaspace first"] = start(
        p.Sequence([p.WhitespaceSplit(), p.Metaspace(prepend_scheme="first")]), n.Strip(), pieces + fallback[:0xC3], True)
    rules = {"A": "a", "B": "bb", "\u00e9": "e", "e\u0301": "\u00e9", "\r": "", "\n": " ", "!": "", "\u30cf": "ha", "W": "",
             "\u0301": "", "HE": "x", "\u200d": "z", "o\u0301": "oooo"}
    made["Unigram; Precompiled"] = start(
        p.Metaspace(), n.Precompiled(charsmap.write({k.encode(): v.encode() for k, v in rules.items()})))
    return made
