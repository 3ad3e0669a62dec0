// SPDX-License-Identifier: Apache-2.0
#include <encore/text/impl/tokenizer.hpp>
