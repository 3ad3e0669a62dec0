# SPDX-License-Identifier: Apache-2.0
# `cmake --install`, find_package(encore CONFIG COMPONENTS ...) from the installed tree and from the build tree. One export
# set per component, so that a program that wants `io` alone needs no package of the others.
include(CMakePackageConfigHelpers)
set(encore_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/encore)
set(encore_build_package_dir ${PROJECT_BINARY_DIR}/cmake/encore)

get_property(encore_components GLOBAL PROPERTY ENCORE_COMPONENTS)
install(TARGETS encore EXPORT encore-encore FILE_SET HEADERS)
foreach(component IN LISTS encore_components)
  install(TARGETS encore_${component} EXPORT encore-${component})
endforeach()
foreach(component IN ITEMS encore LISTS encore_components)
  install(EXPORT encore-${component} NAMESPACE encore:: DESTINATION ${encore_package_dir}
    FILE encore-${component}-targets.cmake)
  export(EXPORT encore-${component} NAMESPACE encore:: FILE ${encore_build_package_dir}/encore-${component}-targets.cmake)
endforeach()

configure_package_config_file(cmake/encore-config.cmake.in ${encore_build_package_dir}/encore-config.cmake
  INSTALL_DESTINATION ${encore_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${encore_build_package_dir}/encore-config-version.cmake COMPATIBILITY SameMinorVersion)
foreach(file IN ITEMS native.cmake Findutf8proc.cmake FindPCRE2.cmake FindcublasLt.cmake)
  configure_file(cmake/${file} ${encore_build_package_dir}/${file} COPYONLY)
endforeach()
install(FILES
  ${encore_build_package_dir}/encore-config.cmake
  ${encore_build_package_dir}/encore-config-version.cmake
  cmake/native.cmake cmake/Findutf8proc.cmake cmake/FindPCRE2.cmake cmake/FindcublasLt.cmake
  DESTINATION ${encore_package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
include(cmake/pkgconfig.cmake)
