// SPDX-License-Identifier: Apache-2.0
#include "interop/arrow_tensor.hpp"

#include <nlohmann/json.hpp>

#include <ndlease/error.hpp>

namespace ndlease::arrow {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_json_bytes = std::size_t{1} << 20;

[[noreturn]] void fail(const std::string& why, std::int64_t index = -1) { throw Error(errc::bad_format, "arrow.fixed_shape_tensor: " + why, index); }

Json parse(std::string_view text) {
    if (text.size() > most_json_bytes) fail("its metadata have " + std::to_string(text.size()) + " bytes; at most 1048576 are read");
    // The library keeps what is open on the heap, so that no nesting makes it recurse, or the destructor.
    try {
        Json json = Json::parse(text);
        if (!json.is_object()) fail("its metadata are no JSON object");
        return json;
    } catch (const Json::parse_error& error) {
        fail(std::string("its metadata are no JSON: ") + error.what(), static_cast<std::int64_t>(error.byte));
    }
}

/// The member, or NULL where it is left out or null.
const Json* member(const Json& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end() || found->is_null()) return nullptr;
    if (!found->is_array()) fail(std::string("'") + name + "' is no list");
    if (found->size() > static_cast<std::size_t>(max_rank)) {
        throw Error(errc::out_of_range, "arrow.fixed_shape_tensor: '" + std::string(name) + "' has " + std::to_string(found->size()) + " entries; at most " +
                                            std::to_string(max_rank) + " axes are supported");
    }
    return &*found;
}

Dims numbers(const Json& list, const char* name) {
    Dims result;
    for (const Json& entry : list) {
        if (!entry.is_number_integer() || entry.is_number_float()) fail(std::string("'") + name + "' has an entry that is no integer: " + entry.type_name());
        if (entry.is_number_unsigned() && entry.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
            throw Error(errc::overflow, "arrow.fixed_shape_tensor: '" + std::string(name) + "' has the entry " + std::to_string(entry.get<std::uint64_t>()));
        }
        const auto value = entry.get<std::int64_t>();
        if (value < 0) fail(std::string("'") + name + "' has the entry " + std::to_string(value), result.size());
        result.push_back(value);
    }
    return result;
}

void check_permutation(const Dims& permutation, int rank) {
    if (permutation.size() != rank) fail("'permutation' has " + std::to_string(permutation.size()) + " entries for " + std::to_string(rank) + " axes");
    std::uint64_t seen = 0;  // max_rank axes are 64 bits
    for (const std::int64_t axis : permutation) {
        if (axis >= rank || (seen >> axis & 1U) != 0) fail("'permutation' " + to_string(permutation) + " is none of 0.." + std::to_string(rank - 1));
        seen |= std::uint64_t{1} << axis;
    }
}

}  // namespace

Tensor read_tensor(std::string_view text, std::int64_t list_size) {
    const Json json = parse(text);
    Tensor tensor;
    const Json* const shape = member(json, "shape");
    if (shape == nullptr) fail("there is no 'shape'");
    tensor.shape = numbers(*shape, "shape");
    std::int64_t product = 1;
    bool empty = false;
    for (const std::int64_t extent : tensor.shape) {
        empty = empty || extent == 0;
        product = checked_mul(product, extent == 0 ? 1 : extent, "extents of an arrow.fixed_shape_tensor");
    }
    if (empty) product = 0;
    if (product != list_size)
        fail("'shape' " + to_string(tensor.shape) + " has " + std::to_string(product) + " elements, its lists " + std::to_string(list_size));
    if (const Json* const permutation = member(json, "permutation")) {
        tensor.permutation = numbers(*permutation, "permutation");
        check_permutation(tensor.permutation, tensor.shape.size());
    }
    if (const Json* const names = member(json, "dim_names")) {
        if (names->size() != static_cast<std::size_t>(tensor.shape.size())) {
            fail("'dim_names' has " + std::to_string(names->size()) + " entries for " + std::to_string(tensor.shape.size()) + " axes");
        }
        for (const Json& name : *names) {
            if (!name.is_string()) fail(std::string("'dim_names' has an entry that is no string: ") + name.type_name());
            tensor.dim_names.push_back(name.get<std::string>());
        }
    }
    return tensor;
}

std::string write_tensor(const Tensor& tensor) {
    const auto list = [](const auto& entries, auto print) {
        std::string text;
        for (const auto& entry : entries) text += (text.empty() ? "" : ",") + print(entry);
        return '[' + text + ']';
    };
    const auto number = [](std::int64_t entry) { return std::to_string(entry); };
    // Put together here, since the library's arrays allocate when they are destroyed.
    std::string text = "{";
    try {
        if (!tensor.dim_names.empty()) text += "\"dim_names\":" + list(tensor.dim_names, [](const std::string& name) { return Json(name).dump(); }) + ',';
    } catch (const Json::exception& error) {
        throw Error(errc::not_expressible, std::string("arrow.fixed_shape_tensor: a name is no UTF-8: ") + error.what());
    }
    if (!tensor.permutation.empty()) text += "\"permutation\":" + list(tensor.permutation, number) + ',';
    return text + "\"shape\":" + list(tensor.shape, number) + '}';
}

}  // namespace ndlease::arrow
