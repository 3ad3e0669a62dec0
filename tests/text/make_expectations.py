#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what the Hugging Face library makes of odd texts, for tokenizer_test.cpp. Needs `tokenizers` and `transformers`.

  make_expectations.py tests/data/tokenizers

The folder holds the vocabularies, each in an archive; written are expected.json in each of them, and beside them texts.json (the
texts), invented.json and unicode.json (digests of what normalisers and pre-tokenisers do to every code point).

Formats. A text is a string or {"repeat": string, "times": n}. An encoding is [ids, offsets, word_ids] (offsets flat, in
code points; word id -1 for special tokens), with a fourth entry {index: token} where a token is not spelt as the
vocabulary has it; or, for long and truncated ones, {"count": n, "crc": CRC-32 of the JSON text of [ids, offsets, word_ids]}.
"""
import json
import random
import sys
import tempfile
import zlib
from pathlib import Path

import invented_models
import tokenizers
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

sys.path.append(str(Path(__file__).resolve().parents[1]))
from archive import unpacked

VOCABULARY = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] a b c d ##a ##b ##c ##d ab abc ##cd hello world ##s . , - ! # ##ing e o \u00e9 ##\u00e9 i ##i "
    "\u0131 ss \u30cf \u30d1 \u30d2 h ##e ##l ##o w ##r ##w \u1100 ##\u1161 x y ##x ##y"
).split()
INVENTED_TEXTS = [
    "hello world", "Hello, WORLDs!", "a [M] b", "a  [M]  b[M]c", "[M][M] [M]", "  [M]", "yes", "yes yes", "yesyes ayes yes-a \u00e9yes yes\u0301", "y yes.",
    "HELLO hellos", "Newtoken newTOKEN anewtoken", "caf\u00e9 ab\u00e9 e\u0301", "\u0130\u0131 i\u0307", "abcd abab dcba", "a-b.c,d", "a--b", " - ",
    "\u30d1\u30cf\u309a \uff8a\uff9f", "\uac00 \u1100\u1161", "[CLS] a [SEP]", "<a b>a<a  b>", "a\t\n[M]\u00a0\u3000b", "x_y x1y", "\u200dx\u200cy", "",
    "[M]yes[M]", "yes[M]", "a" * 11, "abc" * 5, "nn\u0303 n\u0303", "##a #a", "\u24b6 \u0345a", "ing ##ing",
    "HELLO!\r\nWorld e\u0301\u0301 \u00e9\u0301", "!!a", "Wab WaB!", "o\u0301o\u0301\u0301 ABBA", "  hello   world  ", "hello 12 a1b22", "a\r\n\tb",
    "\u2581a \u2581 _a", "caf\u00e9\u6771\u4eac ab \u6771", "abc" * 40 + "world",
]

CASES = {  # name: (file, how it is read)
    "bert-base-uncased": ("bert-base-uncased/tokenizer.json", "json"),
    "bert-base-cased": ("bert-base-cased/vocab.txt", "vocab-cased"),
    "bert-base-chinese": ("bert-base-chinese/vocab.txt", "vocab"),
    "bert-base-multilingual-cased": ("bert-base-multilingual-cased/vocab.txt", "vocab-cased"),
    "albert-japanese-tinysegmenter": ("albert-japanese-tinysegmenter/vocab.txt", "vocab"),
    "albert-japanese-tinysegmenter-character": ("albert-japanese-tinysegmenter-character/vocab.txt", "vocab"),
    "deberta-v2-large-japanese-char-wwm": ("deberta-v2-large-japanese-char-wwm/tokenizer.json", "json"),
    # Cut down by cut_tokenizers.py.
    "roberta-base": ("roberta-base/tokenizer.json", "json"),
    "modernbert-base": ("modernbert-base/tokenizer.json", "json"),
    "t5-small": ("t5-small/tokenizer.json", "json"),
    "albert-base-v2": ("albert-base-v2/tokenizer.json", "json"),
    "deberta-v3-base": ("deberta-v3-base/tokenizer.json", "json"),
    "xlm-roberta-invented": ("xlm-roberta-invented/tokenizer.json", "json"),
}


def repeat(text, times):
    return {"repeat": text, "times": times}


TEXTS = [
    "", " ", "   ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u200b", "\u0000", "\ufffd", "\ufeff",
    "Hello, world!", "  leading and trailing  ", "two  spaces   three", "tab\tnewline\ncarriage\r\nreturn\rend",
    "no\u00a0break\u202fspace\u2003em\u3000ideographic", "line\u2028separator\u2029paragraph", "next\u0085line\x0bvertical\x0cfeed",
    "a\u0000b", "\u0000\u0000", "a\u0001b\u0008c\u001fd\u007fe\u009ff", "soft\u00adhyphen", "zero\u200bwidth\u200cnon\u200djoiner",
    "bidi\u202eoverride\u202c \u2066isolate\u2069", "bom\ufeffinside", "replacement\ufffdcharacter", "private\ue000use\U000f0000plane\U0010fffd",
    "unassigned\u0378\u0530\U0001fffe", "nonchar\ufdd0\uffff",
    "unaffable", "don't can't I'm you're we've it'll he'd", "state-of-the-art, e-mail; U.S.A.", "3.14 1,000,000 1e-9 50% $5.99 #1 @user",
    "https://example.com/path?query=1&other=two#fragment", "C:\\Users\\name\\file.txt", "snake_case camelCase SCREAMING_CASE kebab-case",
    "[CLS] hello [SEP]", "[CLS]hello[SEP]", "x[MASK]y", "a [MASK] b", "[mask] [Mask] [MASK]", "[PAD][PAD] [UNK]", "[UNK]unk[UNK]",
    "[MASK", "MASK]", "[[MASK]]", "[ MASK ]", "[MASK][MASK]", " [MASK] ", "\u00e9[MASK]\u00e9", "[unused1] [unused99]", "##ing ## #", "##able",
    "caf\u00e9 na\u00efve r\u00e9sum\u00e9 \u00c5ngstr\u00f6m", "cafe\u0301 nai\u0308ve re\u0301sume\u0301 A\u030angstro\u0308m",
    "\u0301leading mark", "e\u0301\u0301\u0301", "a\u0323\u0301 a\u0301\u0323 \u1ea1\u0301", "\u0344 \u0374 \u0340\u0341\u0343",
    "Z\u0351\u036b\u0343\u036a\u0302a\u0307\u0308\u0323l\u0336\u0332g\u0327\u0321o\u0328\u031b!", "q\u0307\u0323 q\u0323\u0307",
    "\u00c0\u00c1\u00c2\u00c3\u00c4\u00c5\u00c6\u00c7\u00d0\u00d8\u00de\u00df", "\u0100\u0112\u012a\u014c\u016a \u0141\u00f3d\u017a",
    "\u0130stanbul I\u0307 \u0131\u0130i", "stra\u00dfe STRASSE \u1e9e", "\ufb01ne \ufb02uff o\ufb03ce \ufb05", "\u01c4\u01c5\u01c6 \u01f1\u01f2\u01f3",
    "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2 \u03a3\u0391\u03a3 \u0391\u0301\u0345", "\u1f80\u1f88\u1fb3\u1fbc\u1fc7", "\u0390 \u03b0 \u1fd3 \u1fe3",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440! \u0401\u0436\u0438\u043a \u0439\u043e\u0434 \u0407\u0457", "\u0492 \u04d8 \u0524 \ua64a",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645\u060c \u0643\u064a\u0641 \u062d\u0627\u0644\u0643\u061f",
    "\u0627\u0644\u0644\u064e\u0651\u0647\u064f \u0623\u0625\u0622 \u0640\u0640 \u0660\u0661\u0662", "\ufef7\ufee6\ufdfa\ufdf2",
    "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u05e2\u05d5\u05dc\u05dd", "\ufb2a\ufb2b\ufb2c\ufb49", "\u0712\u0730\u0710 \u07d0\u07d3\u07eb",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e", "\u0958\u095e\u0929\u0931 \u09dc\u09df \u0a33\u0a36",
    "\u09b8\u09cd\u09ac\u09be\u0997\u09a4\u09ae", "\u0bb5\u0ba3\u0b95\u0bcd\u0b95\u0bae\u0bcd", "\u0c28\u0c2e\u0c38\u0c4d\u0c24\u0c47 \u0cb9\u0cb2\u0ccb",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01 \u0e33\u0e49", "\u0ea5\u0eb2\u0ea7 \u0eb3", "\u0f56\u0f7c\u0f51\u0f0b\u0f66\u0f90\u0f51\u0f0b \u0f73\u0f75\u0f77\u0f78\u0f79\u0f81",
    "\u1780\u17b6\u1793\u17cb\u178f\u17c2\u1796\u17b7\u179f\u17c1\u179f\u17a2\u17b6\u1785", "\u1019\u103c\u1014\u103a\u1019\u102c", "\u10e5\u10d0\u10e0\u10d7\u10e3\u10da\u10d8 \u1c90\u1c91",
    "\u13a0\u13a1\uab70\uab71", "\u1200\u1208\u1210", "\u1820\u182d\u1823\u182f \u1734\u1735",
    "\u4f60\u597d\u4e16\u754c", "\u6211\u559c\u6b22\u82f9\u679cApple\u3002", "\u300a\u4e66\u540d\u300b\uff0c\u201c\u5f15\u53f7\u201d\uff1b\u2026\u2014\u2014", "\u3007\u3021\u3400\u9fff\u4dbf",
    "\uf900\ufa0e\ufa10\ufaff\uf98e", "\U00020000\U0002a6df\U0002a700\U0002b81f", "\U0002b820\U0002b91f\U0002b920\U0002ceaf\U0002f800\U0002fa1d", "\u2e80\u2f00\u3105\u31a0",
    "\u6771\u4eac\u30bf\u30ef\u30fc\u306b\u884c\u304d\u307e\u3057\u305f\u3002", "\u3053\u3093\u306b\u3061\u306f\u4e16\u754c", "\u304c\u304e\u3050 \u304b\u3099\u304d\u3099\u304f\u3099 \u30d1\u30d4 \u30cf\u309a\u30d2\u309a",
    "\uff8a\uff9d\uff76\uff78\uff76\uff85 \uff76\uff9e\uff77\uff9e \uff8a\uff9f\uff8b\uff9f", "\uff21\uff22\uff23 \uff11\uff12\uff13 \uff01\uff1f", "\u32ff\u337f\u33a5\u3231\u2460", "\u30fb\u30fc\u3005\u303c\uff5e\u301c",
    "\uc548\ub155\ud558\uc138\uc694 \uc138\uacc4", "\u1112\u1161\u11ab\u1100\u1173\u11af \ud55c\uae00", "\uac00\u11a8 \u1100\u1161 \ud7a3\ud7b0", "\u3131\u314f\u3134 \uffa1\uffc2", "\u302e\u302f\u3042\u302e\u0301",
    "\U0001f600\U0001f680\u2764\ufe0f", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family", "\U0001f44d\U0001f3fd \U0001f1ef\U0001f1f5 1\ufe0f\u20e3", "text\ufe0e emoji\ufe0f \u845b\U000e0100", "\U0001f3f4\U000e0067\U000e0062\U000e007f",
    "\u2200x\u2208\u211d: x\u00b2\u22650 \u222b\u03c0\u03b8 \u212b \u2126 \u212a", "\U0001d400\U0001d41a \U0001d7ce \U0001d15e\U0001d160\U0001d1bc", "\u00bd \u2074 \u2082 \u2160\u2170 \u24b6\u24d0",
    "\u2018single\u2019 \u201cdouble\u201d \u00abguillemets\u00bb \u2039x\u203a \u201elow\u201c", "en\u2013dash em\u2014dash minus\u2212 hyphen\u2010\u2011", "ellipsis\u2026 bullet\u2022 dagger\u2020 section\u00a7 pilcrow\u00b6",
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "\u00a1\u00bf\u00a9\u00ae\u2122\u00b0\u00b1\u00d7\u00f7\u00a2\u00a3\u00a5\u20ac", "a+b=c a<b>c a^b a`b a|b a~b", "\u2e42\u2e43\u2e4f\u061d\U00010a50", "\u166d\u1680\u180e\u1806", "\u203f\u2040\u2045\u2308\u2329\u27e6\u3008",
    "\U00010400\U00010428 \U000118a0 \U0001e900\U0001e922", "\u1c89\u1c8a \ua7cb\ua7cc \ua7da\ua7dc", "\u0897\u08ca\u0c3c\u1ac1 e\u1ac1\u0323", "\U00011938 \U00011131\U00011127", "\u0300\u0323\u0300\u0334a",
    "\U00016b0d \U00010a3f\U00011046", "\u1b06\u1b3b\u1b44 \u1bab\u1be6", "\u0345\u0323 \u03b1\u0345\u0301", repeat("a\u0301\u0323", 40), "x" + "\u0301\u0323\u0334\u0345\u0327" * 12 + "y",
    "a" * 99, "a" * 100, "a" * 101, "\u00e9" * 100, "\u00e9" * 101, "\u0438" * 100, "\u0438" * 101, "e\u0301" * 100, "e\u0301" * 101,
    repeat("a", 10000), repeat("\u00e9", 10000), repeat("\u3042", 10000), repeat("\u4e2d", 10000), repeat("\U0001f600", 10000), repeat("ab ", 4000),
    repeat("\u0301", 10000), repeat("a\u0323\u0301", 4000), repeat("-", 10000), repeat("[MASK]", 2000), repeat("[", 10000), repeat(" ", 10000), repeat("\uac01", 3000),
    "unwantedunwantedunwanted" * 4, "supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis", "zzzzqqqq xqzj", "\u00b5g \u2113 \u212e", "I\u0307I\u0307 \u01f0 \u1e96",
    "The quick brown fox jumps over the lazy dog.", "Der schnelle braune Fuchs springt \u00fcber den faulen Hund.", "El veloz murci\u00e9lago hind\u00fa com\u00eda feliz cardillo y kiwi.",
    "{\"key\": [1, 2.5, null], \"x\": \"y\"}", "<a href='x'>b</a> <!-- c -->", "def f(x): return x**2  # comment", "1st 2nd 3rd 4th 10:30am 2024-01-31", "\ud55c\uad6d\uc5b4\uc640 English\u3001\u65e5\u672c\u8a9e mixed\u6df7\u5408",
]

# Not among those that random_texts() draws from.
MORE_TEXTS = [
    "a <mask> b", "a<mask>b", "<mask><mask>  <mask>", "<s>hello</s>", " <s> hello </s> ", "<pad><unk><pad>", "hello</s></s>world", "<mask", "< mask >", "</s >",
    "<extra_id_0> and <extra_id_99>", "x<extra_id_1>y", "|||IP_ADDRESS||| |||EMAIL_ADDRESS|||", "<|endoftext|><|padding|>", "a\n\nb\n\n\nc", "a\r\n\r\nb", "\r\n\n\r",
    "    four spaces\n        eight\n\t\ttabs", "a  b   c    d     e", "trailing   ", "   leading", " \t \n ", "x " * 5 + " " * 24 + "y", "``quoted'' text ``", "'s 't 're 've 'm 'll 'd 'S 'RE",
    "it's we're they've I'm she'll he'd can't", "it\u2019s we\u2019re", "' 's '' '''s", "1234567 12.5 3,14 \u0661\u0662 \u00bd\u00b2", "\u2581under\u2581 \u2581\u2581 \u2581", "a\u2581b", "\u2581",
    "\u0430\u0301\u0432 \u0438\u0306", "\uff76\uff9e\uff77\uff9e\uff78 \uff8a\uff9f\uff8e\uff9f", "\u1112\u1161\u11ab\u1100\u1173\u11af", "\u0915\u094d\u0937\u0301 \u0600a \u0600\u0301",
    "\u00a9\u200d\u2764\u0301 \u00ae\u200da", "\u200b\u200b a \u200b", "\u0001\u0002 a\u0003 \u0004", "\u0001", "e\u0301\u0001", "\u00a0\u00a0a\u00a0", "\u3000\u3000\u6771\u4eac\u3000", "\u2026\u2122\u2460\ufb01\u3300",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1ef\U0001f1f5\U0001f1fa", "(-.\u00a3\u20ac\u2013\")", repeat("hello", 2000), repeat("\u00e9\u0301", 2500), repeat("x\u2581", 3000), repeat("\n", 10000),
    repeat("<mask>", 1500), repeat("<", 10000), repeat("\u1100\u1161", 3000), repeat("'s", 5000), repeat("\u00a9\u200d", 3000), repeat("1", 10000), repeat("\uff76\uff9e", 3000), repeat("\u0600", 5000),
]

PAIRS = [
    ["how are you", "fine thanks"],
    ["", ""],
    ["", "only the second"],
    ["only the first", ""],
    ["a b c d e f g h i j k l", "m n o"],
    ["m n o", "a b c d e f g h i j k l"],
    ["a b c d e f g h i j", "k l m n o p q r s t"],
    ["unaffable unaffable unaffable unaffable", "[MASK] [SEP] x"],
    ["\u4f60\u597d\u4e16\u754c \u6771\u4eac\u30bf\u30ef\u30fc", "caf\u00e9 \U0001f600 na\u00efve e\u0301\u0323"],
    ["word " * 30, "unaffable " * 25],
    ["unaffable " * 25, "word " * 30],
    ["[MASK] " * 12 + "end", "x " * 10 + "[MASK]" * 3],
]
MAX_LENGTHS = [3, 4, 5, 6, 7, 8, 9, 11, 12, 16, 23]


def expand(text):
    return text if isinstance(text, str) else text["repeat"] * text["times"]


def random_texts(count=400):
    generator = random.Random(20240229)
    pool = [c for text in TEXTS for c in sorted(set(expand(text)))] + list("  \t[]#") + ["[MASK]", "[SEP]", "##"]
    return ["".join(generator.choice(pool) for _ in range(generator.randint(1, 40))) for _ in range(count)]


def load(folder, file, how):
    if how == "json":
        tokenizer = Tokenizer.from_file(str(folder / file))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            Path(scratch, "vocab.txt").write_bytes((folder / file).read_bytes())
            cased = {"do_lower_case": False} if how == "vocab-cased" else {}
            tokenizer = transformers.BertTokenizerFast.from_pretrained(scratch, **cased).backend_tokenizer
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def encoding(tokenizer, result, short, longest=130):
    entry = [
        result.ids,
        [edge for offset in result.offsets for edge in offset],
        [-1 if word is None else word for word in result.word_ids],
    ]
    spellings = {str(i): t for i, (t, id) in enumerate(zip(result.tokens, result.ids)) if t != tokenizer.id_to_token(id)}
    if not short or len(result.ids) > longest or sum(map(len, spellings.values())) > 200:
        return {"count": len(result.ids), "crc": zlib.crc32(compact(entry).encode())}
    return entry + ([spellings] if spellings else [])


def expectations(tokenizer, texts, randoms, longest):
    singles = [encoding(tokenizer, tokenizer.encode(expand(text)), True, longest) for text in texts]
    rest = [encoding(tokenizer, tokenizer.encode(text), False) for text in randoms]
    bare = [tokenizer.encode(text, add_special_tokens=False).ids for text in ("Hello, world!", "", "[MASK]")]
    pairs = []
    for first, second in PAIRS:
        for special in (True, False):
            tokenizer.no_truncation()
            whole = tokenizer.encode(first, second, add_special_tokens=special)
            for length in [0] + MAX_LENGTHS:
                if special and 0 < length < tokenizer.num_special_tokens_to_add(True):
                    continue
                if length:
                    tokenizer.enable_truncation(length)
                result = tokenizer.encode(first, second, add_special_tokens=special)
                sequences = [-1 if s is None else s for s in result.sequence_ids]
                entry = encoding(tokenizer, result, not length, longest)
                pairs.append({
                    "texts": [first, second], "max_length": length, "special": special, "encoding": entry,
                    "types_and_sequences": zlib.crc32(compact([result.type_ids, sequences]).encode()),
                    "truncated": len(result.ids) < len(whole.ids),
                })
    truncated = []
    for text in ("The quick brown fox jumps over the unaffable lazy dog.", "a [MASK] b", ""):
        for length in [2] + MAX_LENGTHS:
            tokenizer.enable_truncation(length)
            truncated.append({"text": text, "max_length": length, "encoding": encoding(tokenizer, tokenizer.encode(text), True, longest)})
    tokenizer.no_truncation()
    return {"singles": singles, "random": rest, "bare": bare, "pairs": pairs, "truncated": truncated}


def invented():
    """Small tokenizers with every part that the published ones lack."""
    def start(normalizer=normalizers.BertNormalizer(), pre_tokenizer=pre_tokenizers.BertPreTokenizer(), **options):
        vocabulary = {token: i for i, token in enumerate(dict.fromkeys(VOCABULARY))}
        tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", **options))
        if normalizer:
            tokenizer.normalizer = normalizer
        if pre_tokenizer:
            tokenizer.pre_tokenizer = pre_tokenizer
        return tokenizer

    made = {}
    added = start()
    added.add_special_tokens([AddedToken("[M]", lstrip=True, rstrip=True, normalized=False, special=True)])
    added.add_tokens([AddedToken("yes", single_word=True, normalized=False), AddedToken("Newtoken", normalized=True),
                      AddedToken("<a b>", normalized=False), AddedToken("hello", normalized=True, rstrip=True)])
    added.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    made["added tokens"] = added
    left = start(pre_tokenizer=None)
    left.add_special_tokens([AddedToken("[M]", lstrip=True, normalized=False, special=True)])
    left.add_tokens([AddedToken("yes", single_word=True, normalized=True), AddedToken("\u00c9", normalized=True)])
    made["no pre-tokeniser, no post-processor"] = left
    made["NFD, Lowercase, StripAccents; Whitespace"] = start(
        normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()]), pre_tokenizers.Whitespace())
    made["NFKD; WhitespaceSplit"] = start(normalizers.NFKD(), pre_tokenizers.WhitespaceSplit())
    made["no normaliser; Sequence"] = start(
        None, pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("merged_with_next")]))
    made["short words, no prefix"] = start(max_input_chars_per_word=10, continuing_subword_prefix="")
    template = start(normalizers.BertNormalizer(lowercase=True, strip_accents=False), pre_tokenizers.Punctuation("contiguous"))
    template.post_processor = processors.TemplateProcessing(
        single="[CLS]:3 $A:2", pair="$B:1 [SEP] $A:5 [SEP] many:7",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3), {"id": "many", "ids": [4, 0, 4], "tokens": ["[MASK]", "[PAD]", "[MASK]"]}])
    made["odd template"] = template
    made["UnicodeScripts"] = start(normalizers.Lowercase(), pre_tokenizers.Sequence([pre_tokenizers.UnicodeScripts(), pre_tokenizers.WhitespaceSplit()]))
    made["UnicodeScripts alone"] = start(None, pre_tokenizers.UnicodeScripts())
    words = Tokenizer(models.WordLevel({token: i for i, token in enumerate(dict.fromkeys(VOCABULARY))}, unk_token="[UNK]"))
    words.normalizer = normalizers.Replace(Regex(r"\p{S}|(?=[A-Z])"), " ")
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.add_tokens([AddedToken("newt", normalized=True)])
    made["WordLevel; Replace, also where nothing is"] = words
    made |= invented_models.byte_pairs() | invented_models.unigrams()
    cases = []
    for name, tokenizer in made.items():
        def entry(result):
            return [result.ids, [e for o in result.offsets for e in o], [-1 if w is None else w for w in result.word_ids],
                    result.tokens, result.type_ids, [-1 if s is None else s for s in result.sequence_ids]]

        def pairs():
            return [zlib.crc32(compact(entry(tokenizer.encode("hello [M] yes", text))).encode()) for text in INVENTED_TEXTS]

        def short(whole):
            return whole if len(compact(whole)) <= 160 else zlib.crc32(compact(whole).encode())

        singles, whole = [short(entry(tokenizer.encode(text))) for text in INVENTED_TEXTS], pairs()
        tokenizer.enable_truncation(9)
        cases.append({"name": name, "singles": singles, "pairs": whole, "pairs_of_9": pairs(), "vocabulary_size": tokenizer.get_vocab_size()})
        tokenizer.no_truncation()
        cases[-1]["tokenizer"] = json.loads(tokenizer.to_str())
    return {"texts": INVENTED_TEXTS, "cases": cases}


def unicode_digests():
    parts = {
        "bert": normalizers.BertNormalizer(),
        "bert_plain": normalizers.BertNormalizer(strip_accents=False, lowercase=False),
        "bert_strip": normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False),
        "Lowercase": normalizers.Lowercase(),
        "StripAccents": normalizers.StripAccents(),
        "NFD": normalizers.NFD(),
        "NFKD": normalizers.NFKD(),
        "NFC": normalizers.NFC(),
        "NFKC": normalizers.NFKC(),
        "Nmt": normalizers.Nmt(),
        "BertPreTokenizer": pre_tokenizers.BertPreTokenizer(),
        "Whitespace": pre_tokenizers.Whitespace(),
        "WhitespaceSplit": pre_tokenizers.WhitespaceSplit(),
        "Punctuation": pre_tokenizers.Punctuation(),
        "Digits": pre_tokenizers.Digits(),
        # ByteLevel's own expression, as Split: it would show bytes.
        "ByteLevel": pre_tokenizers.Split(Regex(invented_models.GPT2), "isolated"),
    }
    digests = {}
    for name, part in parts.items():
        digests[name] = []
        for block in range(0, 0x110000, 0x1000):
            crc = 0
            for c in range(block, block + 0x1000):
                if 0xD800 <= c < 0xE000:
                    continue
                if hasattr(part, "normalize_str"):
                    # Between marks of classes 230 and 220, behind one of class 216, to see where it goes.
                    result = part.normalize_str("A" + chr(c) + "a\u0301" + chr(c) + "\u0323\u031b" + chr(c) + "b")
                else:
                    result = "\x01".join(piece for piece, _ in part.pre_tokenize_str("a" + chr(c) + "b " + chr(c) * 2 + ";" + chr(c)))
                crc = zlib.crc32((result + "\n").encode(), crc)
            digests[name].append(crc)
    return digests


def write(folder):
    randoms = random_texts()
    made_by = {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__}
    (folder / "texts.json").write_text(json.dumps({"made_by": made_by, "texts": TEXTS + MORE_TEXTS, "random": randoms}, indent=0) + "\n")
    for name, (file, how) in CASES.items():
        texts, longest = TEXTS + MORE_TEXTS, 130 if "bert-base-" in name[:10] else 40
        expected = expectations(load(folder, file, how), texts, randoms, longest)
        if name == "bert-base-uncased" and expected != expectations(load(folder, f"{name}/vocab.txt", "vocab"), texts, randoms, longest):
            raise SystemExit("vocab.txt and tokenizer.json of bert-base-uncased differ")
        lines = ",\n".join(f' {compact(key)}: [\n  ' + ",\n  ".join(map(compact, value)) + "]" for key, value in expected.items())
        head = f'"made_by": {json.dumps(made_by)},\n "file": {compact(file)}, "read_as": {compact(how)},\n'
        (folder / name / "expected.json").write_text("{" + head + lines + "\n}\n")
    (folder / "invented.json").write_text(compact(invented()) + "\n")
    digests = ",\n".join(f"{compact(name)}: {compact(values)}" for name, values in unicode_digests().items())
    (folder / "unicode.json").write_text("{" + digests + "}\n")


def main(folder):
    with unpacked(Path(folder), change=True) as data:
        write(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
