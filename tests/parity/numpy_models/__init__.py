# SPDX-License-Identifier: Apache-2.0
"""Independent implementations in numpy, by model type."""
from __future__ import annotations

from typing import Any

from .albert import NumpyAlbert
from .bert import NumpyBert
from .deberta import NumpyDeberta
from .distilbert import NumpyDistilBert
from .electra import NumpyElectra
from .mobilebert import NumpyMobileBert
from .modernbert import NumpyModernBert
from .mpnet import NumpyMpnet
from .nomic_bert import NumpyNomicBert
from .roberta import NumpyRoberta
from .roformer import NumpyRoFormer

MODELS: dict[str, Any] = {
    "albert": NumpyAlbert, "bert": NumpyBert, "camembert": NumpyRoberta, "deberta": NumpyDeberta,
    "deberta-v2": NumpyDeberta, "distilbert": NumpyDistilBert, "electra": NumpyElectra, "mobilebert": NumpyMobileBert,
    "modernbert": NumpyModernBert, "mpnet": NumpyMpnet, "nomic_bert": NumpyNomicBert, "roberta": NumpyRoberta,
    "roformer": NumpyRoFormer, "xlm-roberta": NumpyRoberta,
}
