# SPDX-License-Identifier: Apache-2.0
# The emulator that the CUDA kernels run on here.
target_sources(encore_test_cuda PRIVATE cuda/emulator.cpp)
