# SPDX-License-Identifier: Apache-2.0
# encore::cuda: the kernels of the CUDA backend, compiled ahead; programs that link it run models on a GPU from any
# compiler. The toolkit is found where CMake finds it, else where scripts/fetch_cuda left it. Of cuBLASLt the header is
# enough to compile.
set(ENCORE_CUDA_PARTS ${PROJECT_SOURCE_DIR}/.cache/cuda)
if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  find_program(encore_nvcc nvcc HINTS ${CUDAToolkit_ROOT}/bin /usr/local/cuda/bin ${ENCORE_CUDA_PARTS}/bin)
  mark_as_advanced(encore_nvcc)
  if(NOT encore_nvcc)
    message(FATAL_ERROR "encore: ENCORE_CUDA is on and there is no nvcc; scripts/fetch_cuda gets it")
  endif()
  set(CMAKE_CUDA_COMPILER ${encore_nvcc})
endif()
if(NOT CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80-real 90-real CACHE STRING "Compute capabilities to compile for")
endif()
if(ENCORE_CCACHE AND NOT DEFINED CMAKE_CUDA_COMPILER_LAUNCHER)
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${ENCORE_CCACHE})
endif()
enable_language(CUDA)
find_package(cublasLt QUIET)
if(NOT cublasLt_FOUND)
  message(FATAL_ERROR "encore: ENCORE_CUDA is on and there is no cuBLASLt; scripts/fetch_cuda gets it")
endif()

file(GLOB encore_cuda_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/cuda/*.cu)
encore_component(cuda STATIC ${encore_cuda_sources})
target_link_libraries(encore_cuda PUBLIC encore PRIVATE CUDA::cudart_static CUDA::cublasLt)
target_compile_definitions(encore_cuda INTERFACE ENCORE_CUDA_LINKED=1)
set_target_properties(encore_cuda PROPERTIES POSITION_INDEPENDENT_CODE ON CUDA_RUNTIME_LIBRARY Static)

# encore_own_cuda(target): C++20, which CMake 3.25 does not know CUDA to have, and warnings.
function(encore_own_cuda target)
  target_compile_options(${target} PRIVATE -std=c++20 -O3
    "$<$<BOOL:${ENCORE_WERROR}>:SHELL:-Werror all-warnings -Xcompiler -Wall,-Wextra,-Werror>")
endfunction()
encore_own_cuda(encore_cuda)
