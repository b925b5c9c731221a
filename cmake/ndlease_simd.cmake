# SPDX-License-Identifier: Apache-2.0
# Highway, which gives copies on the CPU the vectors of the machine they run on. Sets NDLEASE_HAS_SIMD, and adds to what a static library hands on
# (ndlease_tbb.cmake).
string(TOUPPER "${NDLEASE_SIMD}" ndlease_simd_mode)
if(NOT ndlease_simd_mode MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "NDLEASE_SIMD is '${NDLEASE_SIMD}': it must be AUTO, ON or OFF")
endif()

set(NDLEASE_HAS_SIMD OFF)
set(NDLEASE_SIMD_SUMMARY no)
if(NOT ndlease_simd_mode STREQUAL "OFF")
  find_package(hwy 1.0.3 CONFIG QUIET)
  if(hwy_FOUND)
    set(NDLEASE_HAS_SIMD ON)
    set(NDLEASE_SIMD_SUMMARY ${hwy_VERSION})
    list(APPEND NDLEASE_PRIVATE_LIBRARIES hwy::hwy)
    list(APPEND NDLEASE_PRIVATE_PACKAGES hwy)
    list(APPEND NDLEASE_PRIVATE_PKGCONFIG libhwy)
  elseif(ndlease_simd_mode STREQUAL "ON")
    message(FATAL_ERROR "NDLEASE_SIMD=ON, but Highway (1.0.3 or newer) was not found: install libhwy-dev, or set hwy_DIR, or use NDLEASE_SIMD=AUTO or OFF")
  endif()
endif()
