# SPDX-License-Identifier: Apache-2.0
# Installs BUILD into STAGE and moves that to PREFIX: a package that only worked where it was installed would fail.
file(REMOVE_RECURSE "${STAGE}" "${PREFIX}")
execute_process(COMMAND ${CMAKE_COMMAND} --install "${BUILD}" --prefix "${STAGE}" OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${STAGE}" "${PREFIX}")
