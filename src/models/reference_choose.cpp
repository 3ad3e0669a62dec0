// SPDX-License-Identifier: Apache-2.0
#include <encore/backend/reference.hpp>
#include <encore/models/impl/choose_model.hpp>

template class encore::AnyEncoder<encore::Reference<double>>;
template class encore::AnySentenceEncoder<encore::Reference<double>>;
