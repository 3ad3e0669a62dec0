// SPDX-License-Identifier: Apache-2.0
// All policies and their composition.
#pragma once

#include <encore/layers/encoder.hpp>
#include <encore/layers/heads.hpp>
