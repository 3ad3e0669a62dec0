// SPDX-License-Identifier: Apache-2.0
#include <encore/backend/cuda.hpp>
#include <encore/models/impl/choose_model.hpp>

template class encore::AnyEncoder<encore::Cuda>;
template class encore::AnySentenceEncoder<encore::Cuda>;
