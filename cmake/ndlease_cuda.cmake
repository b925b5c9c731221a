# SPDX-License-Identifier: Apache-2.0
# Finds what a CUDA backend needs and says in NDLEASE_CUDA_SUMMARY what that means for this build. The language is looked for
# only when NDLEASE_CUDA asks for it, so a machine without CUDA never meets it.
string(TOUPPER "${NDLEASE_CUDA}" ndlease_cuda_mode)
if(NOT ndlease_cuda_mode MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "NDLEASE_CUDA is '${NDLEASE_CUDA}': it must be AUTO, ON or OFF")
endif()

if(ndlease_cuda_mode STREQUAL "OFF")
  set(NDLEASE_CUDA_SUMMARY "off (NDLEASE_CUDA=OFF), host only")
  return()
endif()

include(CheckLanguage)
set(CMAKE_MESSAGE_LOG_LEVEL WARNING)  # one summary line says it all
check_language(CUDA)
if(CMAKE_CUDA_COMPILER)
  find_package(CUDAToolkit QUIET)
endif()
unset(CMAKE_MESSAGE_LOG_LEVEL)

if(CMAKE_CUDA_COMPILER AND CUDAToolkit_FOUND)
  set(NDLEASE_CUDA_SUMMARY "toolkit ${CUDAToolkit_VERSION} found; this version of ndlease has no CUDA backend yet, host only")
elseif(ndlease_cuda_mode STREQUAL "ON")
  message(FATAL_ERROR "NDLEASE_CUDA=ON, but no CUDA toolkit was found: put nvcc on PATH, or set CUDACXX or -DCMAKE_CUDA_COMPILER to it, "
                      "or build for the host alone with NDLEASE_CUDA=AUTO or OFF")
else()
  set(NDLEASE_CUDA_SUMMARY "no toolkit found, host only")
endif()
