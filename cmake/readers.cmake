# SPDX-License-Identifier: Apache-2.0
# The bodies of io and text (include/encore/{io,text}/impl), compiled ahead into encore::kernels, so that its users parse
# no JSON library and optimise no reader. Unlike the kernels they take the build type's flags and the sanitizers.
file(GLOB encore_reader_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/io/*.cpp)
if(TARGET encore_text)
  file(GLOB encore_text_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/text/*.cpp)
endif()
add_library(encore_readers OBJECT ${encore_reader_sources} ${encore_text_sources})
encore_own(encore_readers)
target_compile_definitions(encore_readers PRIVATE ENCORE_KERNELS_LINKED=1)
target_link_libraries(encore_readers PRIVATE $<IF:$<TARGET_EXISTS:encore_text>,encore_text,encore_io>)
target_sources(encore_kernels PRIVATE $<TARGET_OBJECTS:encore_readers>)
# Only the tokenizer refers to these: a program that links no encore::text needs none, one that does has the targets.
foreach(library IN ITEMS utf8proc::utf8proc PCRE2::8BIT)
  target_link_libraries(encore_kernels INTERFACE $<LINK_ONLY:$<TARGET_NAME_IF_EXISTS:${library}>>)
endforeach()
