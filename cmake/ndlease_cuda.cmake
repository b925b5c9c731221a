# SPDX-License-Identifier: Apache-2.0
# Finds what the CUDA backend needs. Sets NDLEASE_CUDA_KIND (toolkit, simulated, none), NDLEASE_CUDA_RUNTIME (the target of the runtime, for programs
# that call it themselves) and NDLEASE_CUDA_SUMMARY, which says what that means for this build. The language is enabled only when NDLEASE_CUDA asks for it, so a machine without CUDA never meets it.
# SIMULATED: the backend is compiled as plain C++ against the test double in tests/simulated_cuda; for tests only, never installed.
string(TOUPPER "${NDLEASE_CUDA}" ndlease_cuda_mode)
if(NOT ndlease_cuda_mode MATCHES "^(AUTO|ON|OFF|SIMULATED)$")
  message(FATAL_ERROR "NDLEASE_CUDA is '${NDLEASE_CUDA}': it must be AUTO, ON or OFF, or, for tests only, SIMULATED")
endif()

set(NDLEASE_CUDA_KIND none)
if(ndlease_cuda_mode STREQUAL "OFF")
  set(NDLEASE_CUDA_SUMMARY "off (NDLEASE_CUDA=OFF), host only")
  return()
endif()

if(ndlease_cuda_mode STREQUAL "SIMULATED")
  if(NOT NDLEASE_BUILD_TESTS)
    message(FATAL_ERROR "NDLEASE_CUDA=SIMULATED is for tests only: it needs NDLEASE_BUILD_TESTS=ON")
  endif()
  if(NDLEASE_INSTALL)
    message(FATAL_ERROR "NDLEASE_CUDA=SIMULATED is for tests only and is never installed: set NDLEASE_INSTALL=OFF")
  endif()
  set(NDLEASE_CUDA_KIND simulated)
  set(NDLEASE_CUDA_RUNTIME ndlease_simulated_cuda)
  set(NDLEASE_CUDA_SUMMARY "simulated CUDA, for tests only")
  list(APPEND NDLEASE_PRIVATE_LIBRARIES ndlease_simulated_cuda)
  return()
endif()

include(CheckLanguage)
set(CMAKE_MESSAGE_LOG_LEVEL WARNING)  # one summary line says it all
check_language(CUDA)
if(CMAKE_CUDA_COMPILER)
  find_package(CUDAToolkit 12.8 QUIET)  # cudaStreamGetDevice
endif()
if(CMAKE_CUDA_COMPILER AND CUDAToolkit_FOUND AND TARGET CUDA::cudart_static)
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES "80;90;100" CACHE STRING "CUDA architectures to compile kernels for")
  endif()
  enable_language(CUDA)
endif()
unset(CMAKE_MESSAGE_LOG_LEVEL)

if(CMAKE_CUDA_COMPILER AND CUDAToolkit_FOUND AND TARGET CUDA::cudart_static)
  set(NDLEASE_CUDA_KIND toolkit)
  set(NDLEASE_CUDA_RUNTIME CUDA::cudart_static)
  list(JOIN CMAKE_CUDA_ARCHITECTURES ", " architectures)
  set(NDLEASE_CUDA_SUMMARY "toolkit ${CUDAToolkit_VERSION}, architectures ${architectures}")
  # Static, so that nothing of CUDA is asked for when the library is loaded: it finds the driver, or the lack of one, when it is first used.
  list(APPEND NDLEASE_PRIVATE_LIBRARIES CUDA::cudart_static)
  list(APPEND NDLEASE_PRIVATE_PACKAGES CUDAToolkit)
  # <cuda/stream_ref> and its like, which toolkits since 13 keep apart. For tests: the library itself does without.
  set(NDLEASE_CCCL_INCLUDE_DIR "")
  foreach(folder IN LISTS CUDAToolkit_INCLUDE_DIRS)
    if(EXISTS ${folder}/cccl/cuda/stream_ref)
      set(NDLEASE_CCCL_INCLUDE_DIR ${folder}/cccl)
    endif()
  endforeach()
elseif(ndlease_cuda_mode STREQUAL "ON")
  message(FATAL_ERROR "NDLEASE_CUDA=ON, but no CUDA toolkit was found: put nvcc on PATH, or set CUDACXX or -DCMAKE_CUDA_COMPILER to it, "
                      "or build for the host alone with NDLEASE_CUDA=AUTO or OFF")
else()
  set(NDLEASE_CUDA_SUMMARY "no toolkit found, host only")
endif()
