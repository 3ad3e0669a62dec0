# SPDX-License-Identifier: Apache-2.0
"""Independent implementations in numpy, by model type."""
from __future__ import annotations

from typing import Any

from .bert import NumpyBert

MODELS: dict[str, Any] = {"bert": NumpyBert}
