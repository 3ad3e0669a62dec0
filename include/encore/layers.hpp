// SPDX-License-Identifier: Apache-2.0
// All policies and their composition.
#pragma once

#include <encore/layers/bottleneck.hpp>
#include <encore/layers/convolution.hpp>
#include <encore/layers/disentangled.hpp>
#include <encore/layers/encoder.hpp>
#include <encore/layers/heads.hpp>
#include <encore/layers/mask_decoder.hpp>
#include <encore/layers/parallel_block.hpp>
#include <encore/layers/position_bias.hpp>
#include <encore/layers/sandwich_norm.hpp>
#include <encore/layers/token_detector.hpp>
