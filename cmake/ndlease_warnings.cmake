# SPDX-License-Identifier: Apache-2.0
# ndlease_warnings(target...): the project's warnings, on its own targets alone; errors with NDLEASE_WERROR.
function(ndlease_warnings)
  foreach(target IN LISTS ARGN)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow $<$<BOOL:${NDLEASE_WERROR}>:-Werror>)
  endforeach()
endfunction()
