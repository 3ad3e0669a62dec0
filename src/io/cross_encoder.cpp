// SPDX-License-Identifier: Apache-2.0
#include <encore/io/impl/cross_encoder.hpp>
