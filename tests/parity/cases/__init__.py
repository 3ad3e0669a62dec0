# SPDX-License-Identifier: Apache-2.0
"""The tables of parity cases, one module an architecture."""
from __future__ import annotations

from . import (albert, bert, deberta, deberta_v2, distilbert, electra, mobilebert, modernbert, mpnet, nomic_bert,
               roberta, roformer)
from .case import Case

TABLES = (bert, roberta, distilbert, electra, albert, modernbert, roformer, deberta, deberta_v2, mobilebert, mpnet,
          nomic_bert)


def all_cases() -> list[Case]:
    return [case for table in TABLES for case in table.cases()]
