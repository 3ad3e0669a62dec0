# SPDX-License-Identifier: Apache-2.0
"""The Markdown table of a run. The ratio that counts is the one beside the peer's best way of doing the same work."""
from __future__ import annotations

from typing import Any

Cell = dict[str, Any]


def short(name: str) -> str:
    """`ONNX Runtime (fused), sorted by 8` -> `fused, sorted by 8`."""
    return name.replace("ONNX Runtime ", "").replace("(", "").replace(")", "")


def fastest(cell: Cell, start: str, batching: str | None) -> tuple[str, float] | None:
    """The fastest variant of a peer: of the padded ones (batching == ""), or of all of them (None)."""
    found = {n: m for n, m in cell["median_ms"].items()
             if n.startswith(start) and (batching is None or "," not in n)}
    return min(found.items(), key=lambda item: item[1]) if found else None


def ratio(cell: Cell, found: tuple[str, float] | None) -> str:
    ours = cell["median_ms"].get("encore")
    return "" if found is None or ours is None else f"{found[1] / ours:.2f}"


def milliseconds(found: tuple[str, float] | None, named: bool = False) -> str:
    if found is None:
        return ""
    return f"{found[1]:.2f}" + (f" ({short(found[0])})" if named else "")


def row(cell: Cell) -> str:
    ours = cell["median_ms"].get("encore")
    onnx, torch, openvino = (fastest(cell, n, "") for n in ("ONNX Runtime", "PyTorch", "OpenVINO"))
    texts = f"{cell['workload']}" + (f" (padding {cell['padding_factor']:.2f}x)" if cell["texts"] > 1 else "")
    columns = [cell["model"], str(cell["threads"]), texts, "" if ours is None else f"{ours:.2f}",
               milliseconds(onnx, named=True), ratio(cell, onnx), milliseconds(torch), ratio(cell, torch),
               milliseconds(openvino), ratio(cell, openvino)]
    return "| " + " | ".join(columns) + " |"


def mixed_rows(cells: list[Cell]) -> list[str]:
    """Every way of feeding the mixed batch to ONNX Runtime: padding is not the only one, and not the best."""
    lines = []
    for cell in cells:
        for name, ms in sorted(cell["median_ms"].items(), key=lambda item: item[1]):
            if name.startswith("ONNX Runtime"):
                way = short(name) if "," in name else f"{short(name)}, padded"
                lines.append(f"| {cell['model']} | {cell['threads']} | {way} | {ms:.2f} | {ratio(cell, (name, ms))} |")
    return lines


def markdown(results: dict[str, Any]) -> str:
    machine, versions = results["machine"], results["versions"]
    isa = ", ".join(machine["isa"]) + (f"; ENCORE_ISA={machine['ENCORE_ISA']}" if machine["ENCORE_ISA"] else "")
    calls = ", ".join(f"{us} us with {t} threads" for t, us in results["python_call_us"].items())
    lines = [
        "# encore beside other engines", "",
        f"{machine['cpu']} (family {machine['family']}, model {machine['model']}), {machine['cores']} cores; {isa}.",
        "Versions: " + ", ".join(f"{k} {v}" for k, v in versions.items()) + ".",
        f"float32, random weights, milliseconds: median over {results['rounds']} interleaved rounds of each slice's"
        f" median ({results['seconds_per_slice']} s a slice). Ratio = peer / encore: above 1, encore is faster.",
        f"ONNX Runtime is the faster of two graphs, named. Its Python call costs {calls}, included.", "",
        "| model | threads | texts x tokens | encore | ONNX Runtime | ratio | PyTorch | ratio | OpenVINO | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|", *map(row, results["cells"])]
    mixed = mixed_rows([c for c in results["cells"] if c["texts"] > 1])
    if mixed:
        lines += ["", "The mixed batch, by how it is fed to ONNX Runtime (in the table above: padded, as one batch):",
                  "", "| model | threads | graph, batching | ms | ratio |", "|---|---|---|---|---|", *mixed]
    return "\n".join(lines) + "\n"
