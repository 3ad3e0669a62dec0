// SPDX-License-Identifier: Apache-2.0
// Everything but what not everybody has or wants: CUDA (backend/cuda.hpp), Eigen (interop/), the checks of policies
// (testing/), and models chosen at run time (models/any_encoder.hpp). Programs that care for build time include what they
// use.
#pragma once

#include <encore/backend/cpu.hpp>
#include <encore/backend/reference.hpp>
#include <encore/exec/infer.hpp>
#include <encore/exec/record.hpp>
#include <encore/fwd.hpp>
#include <encore/io/npy.hpp>
#include <encore/io/safetensors_writer.hpp>
#include <encore/layers.hpp>
#include <encore/models/albert.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/deberta.hpp>
#include <encore/models/distilbert.hpp>
#include <encore/models/electra.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/mobilebert.hpp>
#include <encore/models/modernbert.hpp>
#include <encore/models/mpnet.hpp>
#include <encore/models/nomicbert.hpp>
#include <encore/models/predict/answers.hpp>
#include <encore/models/predict/classes.hpp>
#include <encore/models/predict/entities.hpp>
#include <encore/models/predict/max_similarity.hpp>
#include <encore/models/predict/score_activation.hpp>
#include <encore/models/predict/sparse.hpp>
#include <encore/models/predict/windows.hpp>
#include <encore/models/roberta.hpp>
#include <encore/models/roformer.hpp>
#include <encore/models/saved_parameters.hpp>
#include <encore/models/sentence_encoder.hpp>
#include <encore/models/tasks.hpp>
#include <encore/text/tokenizer.hpp>
#include <encore/version.hpp>
