# SPDX-License-Identifier: Apache-2.0
# encore::kernels: the CPU kernels, compiled once per instruction set. The end of a file's name says which: _avx2, _avx512,
# _neon; any other file is compiled for the baseline of the platform. Its users need neither xsimd nor Eigen, so these are
# used through their include folders and stay out of the exported target.
file(GLOB encore_kernel_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/kernels/*.cpp)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64|i[3-6]86)$")
  set(encore_flags_avx2 -mavx2 -mfma -mf16c)
  set(encore_flags_avx512 -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl -mavx2 -mfma -mf16c
    -mprefer-vector-width=512)
  list(FILTER encore_kernel_sources EXCLUDE REGEX "_neon\\.cpp$")
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
  list(FILTER encore_kernel_sources EXCLUDE REGEX "_avx[0-9a-z]*\\.cpp$")
else()
  list(FILTER encore_kernel_sources EXCLUDE REGEX "_(avx[0-9a-z]*|neon)\\.cpp$")
endif()
if(NOT encore_kernel_sources)
  return()
endif()

foreach(source IN LISTS encore_kernel_sources)
  if(source MATCHES "_(avx2|avx512)\\.cpp$")
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${encore_flags_${CMAKE_MATCH_1}}")
  endif()
endforeach()

# What Eigen computes: no model needs it that is not made with it, and it is left out where Eigen is missing.
if(TARGET encore_eigen)
  file(GLOB encore_eigen_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/core/*.cpp)
  set_source_files_properties(${encore_eigen_sources} PROPERTIES COMPILE_DEFINITIONS ENCORE_KERNELS_LINKED=1)
endif()

encore_component(kernels STATIC ${encore_kernel_sources} ${encore_eigen_sources})
encore_own(encore_kernels)
target_link_libraries(encore_kernels PUBLIC encore)
# Always optimised: at -O0 xsimd's functions would be weak symbols of one instruction set. Not contracted: a product and a sum
# fuse where the kernel says so. Not sanitized: it makes the AVX-512 file cost minutes; the kernels' tests end their arrays at
# inaccessible pages instead, which sees the assembler's accesses too.
target_compile_options(encore_kernels PRIVATE -O3 -ffp-contract=off)
if(ENCORE_SANITIZE)
  target_compile_options(encore_kernels PRIVATE -fno-sanitize=all)
endif()
target_compile_definitions(encore_kernels INTERFACE ENCORE_KERNELS_LINKED=1)
target_include_directories(encore_kernels SYSTEM PRIVATE ${encore_xsimd_include}
  $<$<TARGET_EXISTS:Eigen3::Eigen>:$<TARGET_GENEX_EVAL:encore_kernels,$<TARGET_PROPERTY:Eigen3::Eigen,INTERFACE_INCLUDE_DIRECTORIES>>>)
