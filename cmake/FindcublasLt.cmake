# SPDX-License-Identifier: Apache-2.0
# cuBLASLt and the CUDA runtime: those of the toolkit that CMake finds, else of cuBLASLt the header and the library that
# ENCORE_CUDA_PARTS or CMAKE_PREFIX_PATH leads to. Defines CUDA::cublasLt, CUDA::cudart_static and cublasLt_FOUND.
find_package(CUDAToolkit 12 QUIET)
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
