# SPDX-License-Identifier: Apache-2.0
# The emulator that the CUDA kernels run on here.
target_sources(encore_test_cuda PRIVATE cuda/emulator.cpp)
# With a GPU at hand ENCORE_TEST_GPU=1 runs the same tests on it.
if(TARGET encore_cuda)
  target_link_libraries(encore_test_cuda PRIVATE encore::cuda)
endif()
