// SPDX-License-Identifier: Apache-2.0
// All policies and their composition.
#pragma once

#include <encore/layers/bottleneck.hpp>
#include <encore/layers/convolution.hpp>
#include <encore/layers/disentangled.hpp>
#include <encore/layers/encoder.hpp>
#include <encore/layers/first_layers.hpp>
#include <encore/layers/fourier.hpp>
#include <encore/layers/global_local.hpp>
#include <encore/layers/heads.hpp>
#include <encore/layers/late_interaction.hpp>
#include <encore/layers/learned_position.hpp>
#include <encore/layers/linear_attention.hpp>
#include <encore/layers/mask_decoder.hpp>
#include <encore/layers/no_position.hpp>
#include <encore/layers/parallel_block.hpp>
#include <encore/layers/pooling.hpp>
#include <encore/layers/position_bias.hpp>
#include <encore/layers/relative_position.hpp>
#include <encore/layers/rope.hpp>
#include <encore/layers/sandwich_norm.hpp>
#include <encore/layers/scaled_residuals.hpp>
#include <encore/layers/sinusoidal.hpp>
#include <encore/layers/stochastic_depth.hpp>
#include <encore/layers/t5_bias.hpp>
#include <encore/layers/token_detector.hpp>
#include <encore/layers/transformer_xl.hpp>
#include <encore/layers/xpos.hpp>
