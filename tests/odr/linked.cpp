// SPDX-License-Identifier: Apache-2.0
#include <encore/backend/cpu.hpp>

#include "contexts.hpp"

std::string linked_isa() { return std::string(encore::Context<encore::Cpu>({.threads = 1}).isa()); }
