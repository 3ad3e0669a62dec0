// SPDX-License-Identifier: Apache-2.0
// Everything but instruction sets. Programs that care for build time include what they use.
#pragma once

#include <encore/backend/cpu.hpp>
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>
#include <encore/exec/record.hpp>
#include <encore/fwd.hpp>
#include <encore/io/npy.hpp>
#include <encore/io/safetensors_writer.hpp>
#include <encore/layers.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/sentence_encoder.hpp>
#include <encore/models/tasks.hpp>
#include <encore/text/tokenizer.hpp>
#include <encore/version.hpp>
