# SPDX-License-Identifier: Apache-2.0
# cuBLASLt and the CUDA runtime: those of the toolkit that CMake finds, else of cuBLASLt the header and the library that
# ENCORE_CUDA_PARTS or CMAKE_PREFIX_PATH leads to. Defines CUDA::cublasLt, CUDA::cudart_static and cublasLt_FOUND.

# CMake 3.25.1, Debian 12's, cannot find CUDA 13 for a project that asks for CMake 3.25: it then wants a library that CUDA 13
# no longer has, to mark it as deprecated.
set(cublasLt_minimum_required ${CMAKE_MINIMUM_REQUIRED_VERSION})
if(CMAKE_VERSION VERSION_LESS 3.26)
  set(CMAKE_MINIMUM_REQUIRED_VERSION 3.24)
endif()
if(NOT DEFINED CUDAToolkit_ROOT AND EXISTS "${ENCORE_CUDA_PARTS}/bin/nvcc")
  set(CUDAToolkit_ROOT ${ENCORE_CUDA_PARTS})  # scripts/fetch_cuda fetches a compiler only where there is none
endif()
find_package(CUDAToolkit 12 QUIET)
set(CMAKE_MINIMUM_REQUIRED_VERSION ${cublasLt_minimum_required})
unset(cublasLt_minimum_required)
if(CUDAToolkit_FOUND AND TARGET CUDA::cublasLt)
  get_target_property(cublasLt_LIBRARY CUDA::cublasLt IMPORTED_LOCATION)
else()
  find_path(cublasLt_INCLUDE_DIR cublasLt.h HINTS ${ENCORE_CUDA_PARTS}/include)
  find_library(cublasLt_LIBRARY NAMES cublasLt libcublasLt.so.13 libcublasLt.so.12 HINTS ${ENCORE_CUDA_PARTS}/lib)
  mark_as_advanced(cublasLt_INCLUDE_DIR cublasLt_LIBRARY)
  if(cublasLt_INCLUDE_DIR AND cublasLt_LIBRARY)
    add_library(CUDA::cublasLt UNKNOWN IMPORTED)
    set_target_properties(CUDA::cublasLt PROPERTIES
      IMPORTED_LOCATION ${cublasLt_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${cublasLt_INCLUDE_DIR})
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(cublasLt REQUIRED_VARS CUDAToolkit_FOUND cublasLt_LIBRARY
  VERSION_VAR CUDAToolkit_VERSION)
