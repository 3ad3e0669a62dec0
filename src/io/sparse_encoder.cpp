// SPDX-License-Identifier: Apache-2.0
#include <encore/io/impl/sparse_encoder.hpp>
