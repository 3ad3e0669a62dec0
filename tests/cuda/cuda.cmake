# SPDX-License-Identifier: Apache-2.0
# The emulator that the CUDA kernels run on here.
target_sources(encore_test_cuda PRIVATE cuda/emulator.cpp cuda/place.cpp)
# Kernels are what the emulator spends its time in.
set_source_files_properties(cuda/emulator.cpp PROPERTIES COMPILE_OPTIONS
  $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU,Clang,AppleClang>>:-O3>)
# With a GPU at hand ENCORE_TEST_GPU=1 runs the same tests on it.
if(TARGET encore_cuda)
  target_link_libraries(encore_test_cuda PRIVATE encore::cuda)
  add_library(encore_test_cuda_gpu OBJECT cuda/instructions.cu cuda/map_functor.cu)
  target_link_libraries(encore_test_cuda_gpu PRIVATE encore::cuda)
  target_include_directories(encore_test_cuda_gpu PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  encore_own_cuda(encore_test_cuda_gpu)
  target_link_libraries(encore_test_cuda PRIVATE encore_test_cuda_gpu)
  # No spills; tensor cores and asynchronous copies where they are meant to be.
  find_program(encore_cuobjdump cuobjdump HINTS /usr/local/cuda/bin ${PROJECT_SOURCE_DIR}/.cache/cuda/bin)
  mark_as_advanced(encore_cuobjdump)
  if(encore_cuobjdump)
    add_test(NAME cuda.machine_code COMMAND ${PROJECT_SOURCE_DIR}/scripts/cuda_resources $<TARGET_FILE:encore_cuda>)
    set_tests_properties(cuda.machine_code PROPERTIES LABELS cuda)
  else()
    message(STATUS "encore: no cuobjdump; the test cuda.machine_code is left out (scripts/fetch_cuda gets it)")
  endif()
endif()
