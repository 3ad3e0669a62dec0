# SPDX-License-Identifier: Apache-2.0
# For those who call the compiler themselves: encore.pc compiles all from the headers, encore-kernels.pc links what is
# compiled ahead, encore-models.pc the models of AnyEncoder besides. -std=c++20 is the user's to say.
set(encore_pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The installed tree may be moved: paths are from the .pc file on, unless the library folder is an absolute path.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(encore_pc_prefix ${CMAKE_INSTALL_PREFIX})
  set(encore_pc_libdir ${CMAKE_INSTALL_LIBDIR})
else()
  file(RELATIVE_PATH encore_pc_up /prefix/${encore_pc_dir} /prefix)
  string(REGEX REPLACE "/$" "" encore_pc_up "${encore_pc_up}")
  set(encore_pc_prefix "\${pcfiledir}/${encore_pc_up}")
  set(encore_pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()

# encore_pc(name description requires cflags libs)
function(encore_pc name description requires cflags libs)
  list(JOIN requires " " requires)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/pkgconfig/${name}.pc @ONLY CONTENT [[
prefix=@encore_pc_prefix@
libdir=@encore_pc_libdir@
includedir=${prefix}/@CMAKE_INSTALL_INCLUDEDIR@

Name: @name@
Description: @PROJECT_DESCRIPTION@ (@description@)
Version: @PROJECT_VERSION@
Requires: @requires@
Cflags: -I${includedir} -pthread@cflags@
Libs: @libs@-pthread
]])
  install(FILES ${PROJECT_BINARY_DIR}/pkgconfig/${name}.pc DESTINATION ${encore_pc_dir})
endfunction()

# Names of the packages' own .pc files, of those that were there.
set(encore_pc_text "")
if(TARGET encore_text)
  set(encore_pc_text libutf8proc libpcre2-8)
endif()
set(encore_pc_headers ${encore_pc_text})
if(TARGET encore_io)
  list(APPEND encore_pc_headers nlohmann_json)
endif()
if(TARGET encore_cpu)
  list(APPEND encore_pc_headers xsimd)
endif()

encore_pc(encore "compiled from the headers" "${encore_pc_headers}" "" "")
if(TARGET encore_kernels)
  encore_pc(encore-kernels "compiled ahead" "${encore_pc_text}" " -DENCORE_KERNELS_LINKED=1"
    "-L\${libdir} -lencore_kernels ")
endif()
if(TARGET encore_models)
  encore_pc(encore-models "models chosen at run time" encore-kernels "" "-L\${libdir} -lencore_models ")
endif()
