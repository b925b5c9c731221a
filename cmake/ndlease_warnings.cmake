# SPDX-License-Identifier: Apache-2.0
# ndlease_warnings(target...): the project's warnings, on its own targets alone; errors with NDLEASE_WERROR.
# gcc 12 finds overlaps in std::string's operator+ that are not there (its bug 105651).
set(ndlease_warning_options -Wall -Wextra -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND ndlease_warning_options -Wno-restrict)
endif()

function(ndlease_warnings)
  list(JOIN ndlease_warning_options "," host_options)
  foreach(target IN LISTS ARGN)
    target_compile_options(
      ${target}
      PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${ndlease_warning_options}>
              $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=${host_options}>
              $<$<AND:$<BOOL:${NDLEASE_WERROR}>,$<COMPILE_LANGUAGE:CXX>>:-Werror>
              $<$<AND:$<BOOL:${NDLEASE_WERROR}>,$<COMPILE_LANGUAGE:CUDA>>:-Werror=all-warnings>
              $<$<AND:$<BOOL:${NDLEASE_WERROR}>,$<COMPILE_LANGUAGE:CUDA>>:-Xcompiler=-Werror>)
  endforeach()
endfunction()
