# SPDX-License-Identifier: Apache-2.0
# NDLEASE_PRECOMPILED_HEADERS: the headers that most sources include are compiled once, for builds from nothing.
# Off by default: an #include that a source forgot goes unseen with it.
option(NDLEASE_PRECOMPILED_HEADERS "Compile common headers once, for builds from nothing (as in CI)" OFF)
set(ndlease_common_headers
    <algorithm> <array> <atomic> <bit> <cstdint> <cstring> <functional> <limits> <memory> <mutex> <optional> <span> <stdexcept> <string> <string_view> <utility> <vector>
    <ndlease/view.hpp>)

# ndlease_precompile(target header...): these headers and the common ones.
function(ndlease_precompile target)
  if(NDLEASE_PRECOMPILED_HEADERS)
    list(TRANSFORM ndlease_common_headers REPLACE "(.+)" "$<$<COMPILE_LANGUAGE:CXX>:\\1>" OUTPUT_VARIABLE headers)
    foreach(header IN LISTS ARGN)
      list(APPEND headers "$<$<COMPILE_LANGUAGE:CXX>:${header}>")
    endforeach()
    target_precompile_headers(${target} PRIVATE ${headers})
  endif()
endfunction()
