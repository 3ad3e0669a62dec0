// SPDX-License-Identifier: Apache-2.0
#include <encore/core/impl/orthogonal.hpp>
