# SPDX-License-Identifier: Apache-2.0
# nlohmann-json, headers alone, for the JSON form of the array interfaces. Used while the library is built; nothing is handed on to its users. Where it is not
# found that form is refused when it is called. Sets NDLEASE_JSON_FOUND and NDLEASE_JSON_INCLUDES.
find_package(nlohmann_json 3.9 CONFIG QUIET)
set(NDLEASE_JSON_FOUND ${nlohmann_json_FOUND})
set(NDLEASE_JSON_INCLUDES "")
if(NDLEASE_JSON_FOUND)
  get_target_property(NDLEASE_JSON_INCLUDES nlohmann_json::nlohmann_json INTERFACE_INCLUDE_DIRECTORIES)
  # A folder that the compiler searches anyway must stay where it is in its order.
  list(REMOVE_ITEM NDLEASE_JSON_INCLUDES "" ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
endif()
