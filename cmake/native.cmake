# SPDX-License-Identifier: Apache-2.0
# ENCORE_NATIVE_FLAGS: what encore::native adds, asked of the compiler at hand. Also run by the installed package, because
# the user's compiler need not be the one that built it.
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-march=native ENCORE_HAS_MARCH_NATIVE)
check_cxx_compiler_flag(-mprefer-vector-width=512 ENCORE_HAS_PREFER_VECTOR_WIDTH)
set(ENCORE_NATIVE_FLAGS "")
if(ENCORE_HAS_MARCH_NATIVE)
  list(APPEND ENCORE_NATIVE_FLAGS -march=native)
endif()
if(ENCORE_HAS_PREFER_VECTOR_WIDTH)
  list(APPEND ENCORE_NATIVE_FLAGS -mprefer-vector-width=512)
endif()
