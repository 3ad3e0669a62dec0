# SPDX-License-Identifier: Apache-2.0
# What CI has of scripts/check's sanitizers and of clang: the fastest folder, with the bodies of what it tests
# compiled in (AddressSanitizer and UndefinedBehaviorSanitizer), and the examples and encore.hpp under clang's eyes.
set(encore_sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1 -Wno-maybe-uninitialized)
foreach(folder IN ITEMS core)
  set(target encore_sanitized_${folder})
  add_executable(${target} main.cpp ${encore_test_sources_${folder}})
  encore_own(${target})
  target_compile_options(${target} PRIVATE ${encore_sanitizers})
  target_link_options(${target} PRIVATE ${encore_sanitizers})
  # Header-only, so that nothing of what is tested comes from a library without sanitizers.
  target_compile_definitions(${target} PRIVATE ENCORE_HEADER_ONLY ENCORE_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/data")
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE Catch2::Catch2 encore::cpu encore::eigen encore::io)
  add_test(NAME sanitized.${folder} COMMAND ${target})
  set_tests_properties(sanitized.${folder} PROPERTIES LABELS sanitized TIMEOUT 900
    ENVIRONMENT UBSAN_OPTIONS=print_stacktrace=1)
endforeach()

if(ENCORE_COMPILER_clang)
  file(GLOB encore_clang_files ${PROJECT_SOURCE_DIR}/examples/[0-9]*/main.cpp)
  list(APPEND encore_clang_files ${PROJECT_SOURCE_DIR}/include/encore/encore.hpp)
  foreach(file IN LISTS encore_clang_files)
    cmake_path(GET file PARENT_PATH parent)
    cmake_path(GET parent FILENAME name)
    add_test(NAME clang.${name} COMMAND ${ENCORE_COMPILER_clang} ${encore_test_flags} -Wall -Wextra -Wconversion -Wshadow
      -Wpedantic -Werror -Wno-pragma-once-outside-header -DENCORE_TINY_MODELS="." -fsyntax-only -x c++ ${file})
    set_tests_properties(clang.${name} PROPERTIES LABELS clang)
  endforeach()
endif()
