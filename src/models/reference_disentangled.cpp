// SPDX-License-Identifier: Apache-2.0
#include <encore/backend/reference.hpp>
#include <encore/models/deberta.hpp>
#include <encore/models/impl/any_encoder.hpp>
#include <encore/models/mobilebert.hpp>
#include <encore/models/mpnet.hpp>

ENCORE_INSTANTIATE_MODEL(encore::Reference<double>, encore::DebertaSpec)
ENCORE_INSTANTIATE_MODEL(encore::Reference<double>, encore::DebertaV2Spec)
ENCORE_INSTANTIATE_MODEL(encore::Reference<double>, encore::MpnetSpec)
ENCORE_INSTANTIATE_MODEL(encore::Reference<double>, encore::MobileBertSpec)
