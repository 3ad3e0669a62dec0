# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/predict: tiny random models with a tokenizer, texts, and what transformers' pipelines make of them in
float64.

    python make_cases.py tests/data/predict [--answers]

--answers makes expected_*.jsonl alone anew, with the tokenizers that are there: training one again gives another vocabulary.

Question answering's pipeline is gone from transformers 5: run make_answers.py after this, with version 4.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import zlib
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
import transformers
import transformers.pipelines.token_classification as pipelines
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

sys.path.append(str(Path(__file__).resolve().parents[1]))
from archive import unpacked

TEXTS = ["Marie Curie was born in Warsaw, and worked in Paris.", "the riverbank flooded at noon", "Zoë's café — 東京!",
         "IBM hired Grace Hopper; Microsoft did not.", "a"]
WORDS = " ".join(TEXTS) + " Who was born in Warsaw? Where did Marie Curie work? When did the river flood? rivers Paris's"
MASKED = ["Marie {} was born in Warsaw.", "the riverbank {} at noon", "{} hired Grace {}."]
PAIRS = [["Who was born in Warsaw?", TEXTS[0]], ["When did the river flood?", TEXTS[1]],
         ["Where did Marie Curie work?", TEXTS[0] + " " + TEXTS[3]]]
TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "MISC"]


def word_pieces() -> transformers.PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator([WORDS.lower()], trainers.WordPieceTrainer(vocab_size=90, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.decoder = decoders.WordPiece()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_input_names=["input_ids", "token_type_ids", "attention_mask"])


def byte_pairs() -> transformers.PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator([WORDS], trainers.BpeTrainer(
        vocab_size=330, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", pad_token="<pad>", eos_token="</s>", cls_token="<s>",
        sep_token="</s>", unk_token="<unk>", mask_token="<mask>", model_input_names=["input_ids", "attention_mask"])


def unigrams() -> transformers.PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Strip(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
    tokenizer.train_from_iterator([WORDS], trainers.UnigramTrainer(
        vocab_size=80, special_tokens=special, unk_token="[UNK]"))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    tokenizer.decoder = decoders.Metaspace()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_input_names=["input_ids", "token_type_ids", "attention_mask"])


ANSWERS = False  # only the expected lines
SIZES: dict[str, Any] = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
                             max_position_embeddings=80)


def config_of(kind: str, tokenizer: Any, labels: list[str] | None, **more: Any) -> Any:
    names = dict(id2label=dict(enumerate(labels)), label2id={n: i for i, n in enumerate(labels)}) if labels else {}
    classes = dict(bert=transformers.BertConfig, roberta=transformers.RobertaConfig,
                   modernbert=transformers.ModernBertConfig, deberta=transformers.DebertaV2Config)
    if kind == "deberta":
        more |= dict(relative_attention=True, pos_att_type=["p2c", "c2p"], share_att_key=True, position_buckets=8,
                     max_relative_positions=80, norm_rel_ebd="layer_norm", position_biased_input=False,
                     type_vocab_size=0)
    tokens = {} if kind == "bert" else dict(pad_token_id=tokenizer.pad_token_id, bos_token_id=tokenizer.cls_token_id,
                                            eos_token_id=tokenizer.sep_token_id)
    if kind == "modernbert":
        tokens |= dict(cls_token_id=tokenizer.cls_token_id, sep_token_id=tokenizer.sep_token_id)
    return classes[kind](vocab_size=len(tokenizer), **SIZES, **names, **tokens, **more)


def fill(model: torch.nn.Module, name: str) -> None:
    for key, parameter in model.named_parameters():
        generator = np.random.default_rng(zlib.crc32(f"predict/{name}/{key}".encode()))
        gain = 1.0 if "orm" in key and key.endswith("weight") else 0.0
        scale = 0.1 if parameter.dim() == 1 else 1.5 / parameter.shape[-1] ** 0.5
        if parameter.dim() == 2 and ("classifier" in key or "qa_outputs" in key):
            scale *= 3  # decisions, and not always the same one
        if "word_embeddings" in key:
            scale = 2.0
        values = gain + scale * generator.standard_normal(tuple(parameter.shape))
        parameter.data = torch.from_numpy(values.astype(np.float32))


def tag_pair(pipe: Any, made: Any, tokenizer: Any, pair: list[str], strategy: str, keep: tuple[str, ...]) -> list[Any]:
    """What the pipeline makes of a pair's logits, of the tokens of each text by themselves."""
    encoded = tokenizer(*pair, return_tensors="pt", return_offsets_mapping=True)
    offsets = encoded.pop("offset_mapping")[0]
    with torch.no_grad():
        scores = torch.softmax(made(**encoded).logits[0], -1).numpy()
    strategy = pipelines.AggregationStrategy[strategy.upper()]
    found = []
    for which, text in enumerate(pair):
        others = np.array([sequence != which for sequence in encoded.sequence_ids(0)])
        entities = pipe.aggregate(pipe.gather_pre_entities(text, encoded["input_ids"][0], scores, offsets, others, strategy),
                                  strategy)
        found += [{k: x[k] for k in keep if k in x} | dict(sequence=which) for x in entities
                  if "O" not in (x.get("entity"), x.get("entity_group"))]
    return found


def write(out: Path, name: str, model: Any, tokenizer: Any, task: str, inputs: list[Any],
          runs: dict[str, tuple[list[str], list[Any]]], pairs: list[Any] | None = None) -> None:
    """runs: name -> (arguments, a result for each input, or each of pairs where the name begins with "pairs_")."""
    folder = out / name
    files = {f"expected_{run}.jsonl": rows for run, (_, rows) in runs.items()}
    if not ANSWERS:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        model.float().save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        files["input.jsonl"] = inputs
    if pairs:
        files["pairs.jsonl"] = pairs
    for file, lines in files.items():
        (folder / file).write_text("".join(json.dumps(x, ensure_ascii=False, default=float) + "\n" for x in lines))
    if ANSWERS:
        about = json.loads((folder / "case.json").read_text())
        about["runs"] |= {run: arguments for run, (arguments, _) in runs.items()}
        (folder / "case.json").write_text(json.dumps(about, indent=2) + "\n")
        return
    (folder / "case.json").write_text(json.dumps(
        dict(task=task, runs={run: arguments for run, (arguments, _) in runs.items()},
             reference=f"transformers {transformers.__version__}"), indent=2) + "\n")
    print(name, sum(f.stat().st_size for f in folder.iterdir()) // 1000, "kB")


def make_kind(out: Path, kind: str, tokenizer: Any, prefix: str) -> None:
    def model(head: str, labels: list[str] | None = None, tag: str = "", **more: Any) -> Any:
        made = getattr(transformers, f"{prefix}For{head}")(config_of(kind, tokenizer, labels, **more)).float().eval()
        fill(made, f"{kind}/{head}{tag}")
        return made.double()  # the weights are float32 numbers; what is made of them is exact

    def pipe(task: str, made: Any, **more: Any) -> Any:
        return transformers.pipeline(task, model=made, tokenizer=tokenizer, **more)

    made = model("MaskedLM")
    texts = [t.replace("{}", tokenizer.mask_token) for t in MASKED]
    expected = [r for r in (pipe("fill-mask", made, top_k=3)(t) for t in texts)]
    plain = lambda row: [dict(score=x["score"], token=x["token"], token_str=x["token_str"]) for x in row]
    rows = [plain(r) if isinstance(r[0], dict) else [plain(x) for x in r] for r in expected]
    write(out, f"{kind}/fill_mask", made, tokenizer, "fill-mask", texts, {"top3": (["--top-k", "3"], rows)})

    for labels, tag, more in ((["bad", "so-so", "good"], "", {}), (["x", "y"], "_multi",
                              dict(problem_type="multi_label_classification"))):
        made = model("SequenceClassification", labels, tag, **more)
        write(out, f"{kind}/classify{tag}", made, tokenizer, "classify", TEXTS,
              {"top2": (["--top-k", "2"], pipe("text-classification", made, top_k=2)(TEXTS))})

    made = model("TokenClassification", TAGS, "_tags")
    keep = ("entity", "entity_group", "score", "word", "index", "start", "end")
    runs = {}
    for strategy in ("none", "simple", "first", "max", "average"):
        rows = [pipe("token-classification", made, aggregation_strategy=strategy)(t) for t in TEXTS]
        runs[strategy] = (["--aggregation", strategy], [[{k: x[k] for k in keep if k in x} for x in r] for r in rows])
    for strategy in ("none", "first"):
        rows = [tag_pair(pipe("token-classification", made), made, tokenizer, p, strategy, keep) for p in PAIRS]
        runs[f"pairs_{strategy}"] = (["--aggregation", strategy], rows)
    write(out, f"{kind}/tag", made, tokenizer, "tag", TEXTS, runs, pairs=PAIRS)

    made = model("QuestionAnswering")
    write(out, f"{kind}/answer", made, tokenizer, "answer", PAIRS, {})

    made = model("SequenceClassification", ["LABEL_0"], "_rank")
    with torch.no_grad():
        longest = SIZES["max_position_embeddings"]  # a cross-encoder cuts texts there
        pairs = [tokenizer(*p, truncation=True, max_length=longest, return_tensors="pt") for p in PAIRS]
        scores = [float(torch.sigmoid(made(**p).logits[0, 0].double())) for p in pairs]
    write(out, f"{kind}/rerank", made, tokenizer, "rerank", PAIRS,
          {"pairs": ([], [[dict(label="LABEL_0", score=s)] for s in scores])})

    made = model("MaskedLM", tag="_sparse")
    rows = []
    for text in TEXTS:
        with torch.no_grad():
            logits = made(**tokenizer(text, return_tensors="pt")).logits[0]
        weights = torch.log1p(torch.relu(logits)).amax(0)
        best = torch.topk(weights, 8)
        rows.append({tokenizer.convert_ids_to_tokens(int(i)): float(w) for w, i in zip(*best)})
    write(out, f"{kind}/sparse", made, tokenizer, "sparse", TEXTS, {"top8": (["--top-k", "8"], rows)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="tests/data/predict")
    parser.add_argument("--answers", action="store_true", help="the expected lines alone")
    arguments = parser.parse_args()
    global ANSWERS
    ANSWERS = arguments.answers
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    with unpacked(arguments.out, change=True) as out:
        for kind, make, prefix in (("bert", word_pieces, "Bert"), ("roberta", byte_pairs, "Roberta"),
                                   ("modernbert", byte_pairs, "ModernBert"), ("deberta", unigrams, "DebertaV2")):
            if ANSWERS:
                tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(out / f"{kind}/tag")
            else:
                tokenizer = make()
            make_kind(out, kind, tokenizer, prefix)


if __name__ == "__main__":
    main()
