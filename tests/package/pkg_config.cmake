# SPDX-License-Identifier: Apache-2.0
# cmake -DCOMPILER=... -DPC_PATH=... -DMODULES=... -DSOURCE=... -DPROGRAM=... -P pkg_config.cmake
# Builds SOURCE with the compiler and `pkg-config --cflags --libs MODULES` alone, and runs it.
set(ENV{PKG_CONFIG_PATH} "${PC_PATH}")
execute_process(COMMAND pkg-config --cflags --libs ${MODULES} OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
message(STATUS "${flags}")
separate_arguments(flags UNIX_COMMAND "${flags}")
execute_process(COMMAND ${COMPILER} -std=c++20 -O1 ${SOURCE} -o ${PROGRAM} ${flags} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${PROGRAM} COMMAND_ERROR_IS_FATAL ANY)
