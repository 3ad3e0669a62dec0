# SPDX-License-Identifier: Apache-2.0
# cmake -DCOMPILER=... -DFILE=... -DFLAGS=... -P run.cmake
# The first line of FILE is `// expect: <sentence>`: the compiler must fail with exactly one line holding " error: ", and
# that line must hold the sentence, literally or as a regular expression. `// expect: ok` must compile.
file(READ "${FILE}" text)
if(NOT text MATCHES "^// expect: ([^\n]+)\n")
  message(FATAL_ERROR "${FILE}: its first line must be `// expect: <sentence>` or `// expect: ok`")
endif()
set(expected "${CMAKE_MATCH_1}")

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
