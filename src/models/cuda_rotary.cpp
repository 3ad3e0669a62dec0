// SPDX-License-Identifier: Apache-2.0
#include <encore/backend/cuda.hpp>
#include <encore/models/impl/any_encoder.hpp>
#include <encore/models/modernbert.hpp>
#include <encore/models/nomicbert.hpp>
#include <encore/models/roformer.hpp>

ENCORE_INSTANTIATE_MODEL(encore::Cuda, encore::RoFormerSpec)
ENCORE_INSTANTIATE_MODEL(encore::Cuda, encore::ModernBertSpec)
ENCORE_INSTANTIATE_MODEL(encore::Cuda, encore::NomicBertSpec)
