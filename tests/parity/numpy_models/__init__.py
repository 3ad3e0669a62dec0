# SPDX-License-Identifier: Apache-2.0
"""Independent implementations in numpy, by model type."""
from __future__ import annotations

from typing import Any

from .albert import NumpyAlbert
from .bert import NumpyBert
from .deberta import NumpyDeberta
from .distilbert import NumpyDistilBert
from .electra import NumpyElectra
from .modernbert import NumpyModernBert
from .roberta import NumpyRoberta
from .roformer import NumpyRoFormer

MODELS: dict[str, Any] = {
    "albert": NumpyAlbert, "bert": NumpyBert, "camembert": NumpyRoberta, "deberta": NumpyDeberta,
    "deberta-v2": NumpyDeberta, "distilbert": NumpyDistilBert,
    "electra": NumpyElectra, "modernbert": NumpyModernBert, "roberta": NumpyRoberta, "roformer": NumpyRoFormer,
    "xlm-roberta": NumpyRoberta,
}
