// SPDX-License-Identifier: Apache-2.0
// The CUDA backend. Plain C++: linked to encore::cuda, models run on the GPU from any compiler; a user's map functors
// need nvcc and cuda.cuh.
#pragma once

#include <encore/backend/cuda/driver.hpp>
