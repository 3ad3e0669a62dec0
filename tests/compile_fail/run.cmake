# SPDX-License-Identifier: Apache-2.0
# cmake -DCOMPILER=... -DFILE=... -DFLAGS=... -P run.cmake
# The first line of FILE is `// expect: <sentence>`: the compiler must fail with exactly one line holding " error: ", and
# that line must hold the sentence, literally or as a regular expression. `// expect: ok` must compile.
file(READ "${FILE}" text)
if(NOT text MATCHES "^// expect: ([^\n]+)\n")
  message(FATAL_ERROR "${FILE}: its first line must be `// expect: <sentence>` or `// expect: ok`")
endif()
set(expected "${CMAKE_MATCH_1}")

# A second line `// flags: ..` adds to FLAGS; `// lines: N` says how long the compiler may go on (g++, which counts less).
if(text MATCHES "\n// flags: ([^\n]+)\n")
  separate_arguments(more UNIX_COMMAND "${CMAKE_MATCH_1}")
  list(APPEND FLAGS ${more})
endif()
set(most 0)
if(text MATCHES "\n// lines: ([0-9]+)\n" AND NOT COMPILER MATCHES "clang")
  set(most ${CMAKE_MATCH_1})
endif()

execute_process(COMMAND ${COMPILER} ${FLAGS} -S -o /dev/null ${FILE} RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE errors)

if(expected STREQUAL "ok")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${FILE} must compile, and does not:\n${errors}")
  endif()
  return()
endif()
if(result EQUAL 0)
  message(FATAL_ERROR "${FILE} must not compile, and does; expected: ${expected}")
endif()
string(REGEX REPLACE "[][;]" "." plain "${errors}")  # a list of CMake's splits at ; and joins inside []
if(most)
  string(REGEX MATCHALL "\n" ends "${plain}")
  list(LENGTH ends written)
  if(written GREATER most)
    message(FATAL_ERROR "${FILE}: ${written} lines where at most ${most} are wanted:\n${errors}")
  endif()
endif()
string(REGEX MATCHALL "[^\n]* error: [^\n]*" lines "${plain}")
list(LENGTH lines count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "${FILE}: ${count} error lines where exactly one is wanted:\n${errors}")
endif()
string(REGEX MATCH "[^\n]* error: [^\n]*" line "${errors}")
string(FIND "${line}" "${expected}" position)
if(position EQUAL -1 AND NOT line MATCHES "${expected}")
  message(FATAL_ERROR "${FILE}: the error does not say: ${expected}\n${errors}")
endif()
