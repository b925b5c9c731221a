// SPDX-License-Identifier: Apache-2.0
// Stands in for array_json.cpp where nlohmann-json was not found.
#include <ndlease/error.hpp>

#include "interop/array_json.hpp"

namespace ndlease::detail {
namespace {

[[noreturn]] void refuse_json(const char* protocol) {
    throw Error(errc::not_supported, std::string(protocol) + " as JSON: this build of ndlease has no JSON (nlohmann-json was not found)");
}

}  // namespace

DictEntries read_json_dict(std::string_view /*json*/, OwnKey /*own_key*/, const char* protocol) { refuse_json(protocol); }
std::string write_json_dict(const DictEntries& /*entries*/, OwnKey /*own_key*/, const char* protocol) { refuse_json(protocol); }

}  // namespace ndlease::detail
