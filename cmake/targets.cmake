# SPDX-License-Identifier: Apache-2.0
# The library's targets. All but kernels and models are INTERFACE: headers and what they need.

# encore_component(name [STATIC|INTERFACE]): target encore_<name>, known to everybody as encore::<name>.
function(encore_component name kind)
  add_library(encore_${name} ${kind} ${ARGN})
  add_library(encore::${name} ALIAS encore_${name})
  set_target_properties(encore_${name} PROPERTIES EXPORT_NAME ${name})
  set_property(GLOBAL APPEND PROPERTY ENCORE_COMPONENTS ${name})
endfunction()

file(GLOB_RECURSE encore_headers CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/include/encore/*.hpp ${PROJECT_SOURCE_DIR}/include/encore/*.cuh)

add_library(encore INTERFACE)
add_library(encore::encore ALIAS encore)
target_sources(encore INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${encore_headers})
target_compile_features(encore INTERFACE cxx_std_20)
target_link_libraries(encore INTERFACE Threads::Threads)

include(cmake/native.cmake)
add_library(encore_native INTERFACE)
add_library(encore::native ALIAS encore_native)
target_compile_options(encore_native INTERFACE ${ENCORE_NATIVE_FLAGS})

if(nlohmann_json_FOUND)
  encore_component(io INTERFACE)
  target_link_libraries(encore_io INTERFACE encore nlohmann_json::nlohmann_json)
endif()

if(TARGET encore_io AND utf8proc_FOUND AND PCRE2_FOUND)
  encore_component(text INTERFACE)
  target_link_libraries(encore_text INTERFACE encore_io utf8proc::utf8proc PCRE2::8BIT)
endif()

if(Eigen3_FOUND)
  encore_component(eigen INTERFACE)
  target_link_libraries(encore_eigen INTERFACE encore Eigen3::Eigen)
endif()

if(xsimd_FOUND)
  encore_component(cpu INTERFACE)
  target_link_libraries(encore_cpu INTERFACE encore)
  # xsimd is not linked: Debian 12's package makes that target link a library xtl, which does not exist.
  get_target_property(encore_xsimd_include xsimd INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(encore_cpu SYSTEM INTERFACE
    "$<BUILD_INTERFACE:${encore_xsimd_include}>"
    $<INSTALL_INTERFACE:$<TARGET_PROPERTY:xsimd,INTERFACE_INCLUDE_DIRECTORIES>>)
  include(cmake/kernels.cmake)
  if(TARGET encore_kernels AND TARGET encore_io)
    include(cmake/readers.cmake)
  endif()
endif()

file(GLOB encore_models_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/models/*.cpp)
if(NOT ENCORE_CUDA)
  list(FILTER encore_models_sources EXCLUDE REGEX "/cuda_[a-z]+\\.cpp$")
endif()
if(encore_models_sources AND TARGET encore_kernels AND TARGET encore_text)
  encore_component(models STATIC ${encore_models_sources})
  encore_own(encore_models)
  target_link_libraries(encore_models PUBLIC encore_kernels encore_text)
  # What these do on the host is of little weight, for products are in the kernels; of none where the reference, which is
  # never fast, or a GPU is busy meanwhile.
  target_compile_options(encore_models PRIVATE
    $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU,Clang,AppleClang>>:-O2>)
  set(encore_light_sources ${encore_models_sources})
  list(FILTER encore_light_sources INCLUDE REGEX "/(reference|cuda)_[a-z]+\\.cpp$")
  set_source_files_properties(${encore_light_sources} PROPERTIES COMPILE_OPTIONS
    $<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-O1>)
endif()

# A project that adds encore as a subfolder compiles the static parts only when it links them.
if(NOT PROJECT_IS_TOP_LEVEL AND NOT ENCORE_INSTALL)
  foreach(target IN ITEMS encore_kernels encore_readers encore_models)
    if(TARGET ${target})
      set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
  endforeach()
endif()
