// SPDX-License-Identifier: Apache-2.0
#include <encore/backend/cpu.hpp>
#include <encore/models/impl/choose_model.hpp>

template class encore::AnyEncoder<encore::Cpu>;
template class encore::AnySentenceEncoder<encore::Cpu>;
