// SPDX-License-Identifier: Apache-2.0
#include <encore/backend/cpu.hpp>
#include <encore/models/albert.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/distilbert.hpp>
#include <encore/models/electra.hpp>
#include <encore/models/impl/any_encoder.hpp>
#include <encore/models/roberta.hpp>

ENCORE_INSTANTIATE_MODEL(encore::Cpu, encore::BertSpec)
ENCORE_INSTANTIATE_MODEL(encore::Cpu, encore::RobertaSpec)
ENCORE_INSTANTIATE_MODEL(encore::Cpu, encore::DistilBertSpec)
ENCORE_INSTANTIATE_MODEL(encore::Cpu, encore::ElectraSpec)
ENCORE_INSTANTIATE_MODEL(encore::Cpu, encore::AlbertSpec)
