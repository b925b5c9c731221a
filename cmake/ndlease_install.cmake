# SPDX-License-Identifier: Apache-2.0
# What is installed: the library with its headers, the CMake package, ndlease.pc and the licence. Everything may be moved afterwards.
include(CMakePackageConfigHelpers)
set(ndlease_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ndlease)

install(
  TARGETS ndlease
  EXPORT ndlease-targets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT ndlease-targets NAMESPACE ndlease:: DESTINATION ${ndlease_package_dir})

# A static library hands its dependencies on to whoever links it; a shared one keeps them.
set(NDLEASE_FIND_DEPENDENCIES "")
if(NOT NDLEASE_LIBRARY_TYPE STREQUAL "SHARED_LIBRARY")
  foreach(package IN LISTS NDLEASE_PRIVATE_PACKAGES)
    string(APPEND NDLEASE_FIND_DEPENDENCIES "find_dependency(${package})\n")
  endforeach()
endif()
configure_package_config_file(cmake/ndlease-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/ndlease-config.cmake INSTALL_DESTINATION ${ndlease_package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/ndlease-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ndlease-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/ndlease-config-version.cmake DESTINATION ${ndlease_package_dir})

# ndlease.pc finds its prefix from where it lies, so that a moved tree works; absolute install directories stay as they are.
function(ndlease_pc_dir out dir)
  if(IS_ABSOLUTE ${dir})
    set(${out} ${dir} PARENT_SCOPE)
  else()
    set(${out} "\${prefix}/${dir}" PARENT_SCOPE)
  endif()
endfunction()
ndlease_pc_dir(NDLEASE_PC_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
ndlease_pc_dir(NDLEASE_PC_LIBDIR ${CMAKE_INSTALL_LIBDIR})
file(RELATIVE_PATH NDLEASE_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" NDLEASE_PC_PREFIX ${NDLEASE_PC_PREFIX})
list(JOIN NDLEASE_PRIVATE_PKGCONFIG ", " NDLEASE_PC_REQUIRES_PRIVATE)
set(NDLEASE_PC_LIBS_PRIVATE "-lstdc++ -lm -pthread")
if(NDLEASE_CUDA_KIND STREQUAL "toolkit")
  set(NDLEASE_PC_LIBS_PRIVATE "-L${CUDAToolkit_LIBRARY_DIR} -lcudart_static -ldl -lrt ${NDLEASE_PC_LIBS_PRIVATE}")
endif()
configure_file(cmake/ndlease.pc.in ${CMAKE_CURRENT_BINARY_DIR}/ndlease.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ndlease.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/licenses/ndlease)
