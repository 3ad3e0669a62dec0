# SPDX-License-Identifier: Apache-2.0
# The program under test. Without it (ENCORE_BUILD_EXAMPLES is off) the tests of the program say that they are skipped.
if(TARGET encore_cli)
  add_dependencies(encore_test_cli encore_cli)
  target_compile_definitions(encore_test_cli PRIVATE ENCORE_PROGRAM="$<TARGET_FILE:encore_cli>")
endif()
