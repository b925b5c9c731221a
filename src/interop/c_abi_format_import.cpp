// SPDX-License-Identifier: Apache-2.0
// A foreign format tree becomes a Format, or is refused: every node is checked, and those that are shared are read once.
#include <ndlease/interop/c_abi.hpp>

#include <cstddef>
#include <cstring>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "format/node.hpp"

namespace ndlease::c_abi {
namespace {

constexpr bool is(int number, Kind kind) { return number == static_cast<int>(kind); }
static_assert(is(NDL_BOOLEAN, Kind::boolean) && is(NDL_INTEGER, Kind::integer) && is(NDL_UNSIGNED_INTEGER, Kind::unsigned_integer));
static_assert(is(NDL_FLOATING, Kind::floating) && is(NDL_X87, Kind::x87) && is(NDL_BFLOAT, Kind::bfloat) && is(NDL_FLOAT8_E3M4, Kind::float8_e3m4));
static_assert(is(NDL_FLOAT8_E4M3, Kind::float8_e4m3) && is(NDL_FLOAT8_E4M3B11FNUZ, Kind::float8_e4m3b11fnuz) && is(NDL_FLOAT8_E4M3FN, Kind::float8_e4m3fn));
static_assert(is(NDL_FLOAT8_E4M3FNUZ, Kind::float8_e4m3fnuz) && is(NDL_FLOAT8_E5M2, Kind::float8_e5m2) && is(NDL_FLOAT8_E5M2FNUZ, Kind::float8_e5m2fnuz));
static_assert(is(NDL_FLOAT8_E8M0FNU, Kind::float8_e8m0fnu) && is(NDL_FLOAT6_E2M3FN, Kind::float6_e2m3fn) && is(NDL_FLOAT6_E3M2FN, Kind::float6_e3m2fn));
static_assert(is(NDL_FLOAT4_E2M1FN, Kind::float4_e2m1fn) && is(NDL_COMPLEX, Kind::complex) && is(NDL_COMPLEX_X87, Kind::complex_x87));
static_assert(is(NDL_COMPLEX_BFLOAT, Kind::complex_bfloat) && is(NDL_CHARACTER, Kind::character) && is(NDL_BYTES, Kind::bytes));
static_assert(is(NDL_PASCAL, Kind::pascal) && is(NDL_UCS2, Kind::ucs2) && is(NDL_UCS4, Kind::ucs4) && is(NDL_OPAQUE, Kind::opaque));
static_assert(is(NDL_BIT_FIELD, Kind::bit_field) && is(NDL_DATETIME, Kind::datetime) && is(NDL_TIMEDELTA, Kind::timedelta));
static_assert(is(NDL_POINTER, Kind::pointer) && is(NDL_FUNCTION, Kind::function) && is(NDL_PY_OBJECT, Kind::py_object));
static_assert(is(NDL_RECORD, Kind::record) && is(NDL_SUBARRAY, Kind::subarray));
static_assert(NDL_LITTLE_ENDIAN == static_cast<int>(ByteOrder::little) && NDL_BIG_ENDIAN == static_cast<int>(ByteOrder::big));
static_assert(NDL_NO_BYTE_ORDER == static_cast<int>(ByteOrder::none) && NDL_MAX_FORMAT_DEPTH == max_format_depth);

constexpr bool is_number(Kind kind) { return kind <= Kind::complex_bfloat; }
constexpr bool is_time(Kind kind) { return kind == Kind::datetime || kind == Kind::timedelta; }

/// Where a node stands, for messages: the names of the fields that lead to it.
struct Place {
    const Place* outer = nullptr;
    const char* field = nullptr;
    int depth = 1;

    [[nodiscard]] std::string text() const {
        std::string names;
        for (const Place* place = this; place != nullptr; place = place->outer) {
            if (place->field != nullptr) names = place->field + (names.empty() ? "" : "." + names);
        }
        return names.empty() ? "the format" : "the format of field '" + names.substr(0, 200) + "'";
    }
};

[[noreturn]] void refuse(const Place& place, errc code, const std::string& why) { throw Error(code, place.text() + ": " + why); }

class TreeReader {
public:
    Format read(const ndl_format* node, const Place& place) {
        check_node(node, place);
        const Kind kind = static_cast<Kind>(node->kind);
        if (kind < Kind::record && (kind != Kind::pointer || node->element == nullptr)) {
            count(1, place);
            return finished(*node, scalar(*node, place), place);
        }
        if (const auto known = shared_.find(node); known != shared_.end()) {
            count(known->second.nodes, place);
            return known->second.format;
        }
        const std::int64_t before = nodes_;
        count(1, place);
        Format format = finished(*node, compound(*node, kind, place), place);
        shared_.emplace(node, Shared{format, nodes_ - before});
        return format;
    }

private:
    struct Shared {
        Format format;
        std::int64_t nodes;  // as a tree: each counted where it stands
    };

    void count(std::int64_t nodes, const Place& place) {
        nodes_ += nodes;  // both at most the limit
        if (nodes_ > max_format_nodes) refuse(place, errc::out_of_range, "the tree has more than " + std::to_string(max_format_nodes) + " nodes");
    }

    static void check_node(const ndl_format* node, const Place& place) {
        if (node == nullptr) refuse(place, errc::invalid_argument, "NULL");
        if (place.depth > max_format_depth) {
            refuse(place, errc::bad_format, "nested deeper than " + std::to_string(max_format_depth) + " levels, or the tree leads back to itself");
        }
        if (node->struct_size < sizeof(ndl_format)) {
            refuse(place, errc::invalid_argument,
                   "struct_size " + std::to_string(node->struct_size) + "; it is " + std::to_string(sizeof(ndl_format)) + " or more");
        }
        if (node->kind < 0 || node->kind > NDL_SUBARRAY) refuse(place, errc::bad_format, "there is no kind " + std::to_string(node->kind));
        const auto kind = static_cast<Kind>(node->kind);
        const std::string name = to_string(kind);
        if (node->byte_order < 0 || node->byte_order > NDL_NO_BYTE_ORDER) {
            refuse(place, errc::bad_format, "there is no byte order " + std::to_string(node->byte_order));
        }
        if (node->itemsize < 0) refuse(place, errc::bad_format, name + " of itemsize " + std::to_string(node->itemsize));
        if (node->alignment < 1 || (node->alignment & (node->alignment - 1)) != 0) {
            refuse(place, errc::bad_format, "an alignment of " + std::to_string(node->alignment) + "; it is a power of two");
        }
        if (kind != Kind::subarray && (node->rank != 0 || node->shape != nullptr)) refuse(place, errc::bad_format, name + " with a shape; sub-arrays have one");
        if (kind != Kind::record && (node->field_count != 0 || node->fields != nullptr))
            refuse(place, errc::bad_format, name + " with fields; records have them");
        if (kind != Kind::subarray && kind != Kind::pointer && node->element != nullptr) {
            refuse(place, errc::bad_format, name + " with an element; sub-arrays and pointers have one");
        }
        if (!is_time(kind) && node->unit != nullptr && *node->unit != '\0') refuse(place, errc::bad_format, name + " with a unit of time");
    }

    static Format scalar(const ndl_format& node, const Place& place) {
        const auto kind = static_cast<Kind>(node.kind);
        const auto order = static_cast<ByteOrder>(node.byte_order);
        if (is_number(kind)) {
            const bool fits = node.bits >= 0 && node.bits <= std::numeric_limits<int>::max();
            const Format number = Format::number(kind, fits ? static_cast<int>(node.bits) : -1, order);
            return kind == Kind::x87 || kind == Kind::complex_x87 ? number.with_itemsize(node.itemsize) : number;
        }
        if (kind <= Kind::opaque) {
            const std::int64_t unit = detail::unit_size(kind);
            if (node.itemsize % unit != 0) {
                refuse(place, errc::bad_format,
                       std::string(to_string(kind)) + " of " + std::to_string(node.itemsize) + " bytes; it is a multiple of " + std::to_string(unit));
            }
            return Format::text(kind, node.itemsize / unit, order);
        }
        if (kind == Kind::bit_field) return Format::bit_field(node.bits);
        if (is_time(kind)) {
            constexpr std::size_t longest = 32;
            const std::size_t length = node.unit == nullptr ? 0 : strnlen(node.unit, longest);
            if (length == longest) refuse(place, errc::bad_format, "a unit of time longer than " + std::to_string(longest - 1) + " bytes");
            return Format::time(kind, {node.unit, length}, order);
        }
        return address(node, kind, {}, place);
    }

    /// Those of another platform may be smaller.
    static Format address(const ndl_format& node, Kind kind, const std::optional<Format>& target, const Place& place) {
        if (node.itemsize != 4 && node.itemsize != 8)
            refuse(place, errc::bad_format, "an address of " + std::to_string(node.itemsize) + " bytes; it has 4 or 8");
        const auto order = static_cast<ByteOrder>(node.byte_order);
        if (order == ByteOrder::none) refuse(place, errc::bad_format, "an address needs a byte order");
        if (kind == Kind::pointer) return detail::make_pointer(target, order, node.itemsize, node.alignment);
        return detail::make_scalar({kind, order, 8 * node.itemsize, node.itemsize, node.alignment});
    }

    Format compound(const ndl_format& node, Kind kind, const Place& place) {
        const Place inside{&place, nullptr, place.depth + 1};
        if (kind == Kind::pointer) return address(node, kind, read(node.element, inside), place);
        if (kind == Kind::record) return record(node, place);
        if (node.rank < 1 || node.rank > max_rank) {
            refuse(place, errc::bad_format, "a sub-array of " + std::to_string(node.rank) + " dimensions; it has 1 to " + std::to_string(max_rank));
        }
        if (node.shape == nullptr) refuse(place, errc::invalid_argument, "a sub-array whose shape is NULL");
        return Format::subarray(read(node.element, inside), {node.shape, static_cast<std::size_t>(node.rank)});
    }

    Format record(const ndl_format& node, const Place& place) {
        if (node.field_count < 0) refuse(place, errc::bad_format, "a record of " + std::to_string(node.field_count) + " fields");
        count(node.field_count > max_format_nodes ? max_format_nodes + 1 : 0, place);
        if (node.fields == nullptr && node.field_count > 0) {
            refuse(place, errc::invalid_argument, "a record of " + std::to_string(node.field_count) + " fields, which are NULL");
        }
        std::vector<FieldSpec> specs;
        for (std::int64_t i = 0; i < node.field_count; ++i) {
            const ndl_field& field = node.fields[i];
            if (field.name == nullptr)
                refuse(place, errc::invalid_argument, "the name of field " + std::to_string(i) + " is NULL; one without a name has \"\"");
            const Place inside{&place, field.name, place.depth + 1};
            if (field.offset < 0) refuse(inside, errc::bad_format, "offset " + std::to_string(field.offset));
            specs.push_back({field.name, read(field.format, inside), field.offset});
        }
        return Format::record(specs, node.itemsize, node.alignment);
    }

    /// What is stated twice agrees.
    static Format finished(const ndl_format& node, const Format& format, const Place& place) {
        const std::string name = to_string(format.kind());
        if (node.itemsize != format.itemsize()) {
            refuse(place, errc::bad_format,
                   name + " with itemsize " + std::to_string(node.itemsize) + "; it has " + std::to_string(format.itemsize()) + " bytes");
        }
        if (node.bits != format.bits() && node.bits != 0) {
            refuse(place, errc::bad_format, name + " with " + std::to_string(node.bits) + " bits; it has " + std::to_string(format.bits()));
        }
        return format.with_alignment(node.alignment);
    }

    std::unordered_map<const ndl_format*, Shared> shared_;
    std::int64_t nodes_ = 0;
};

}  // namespace

Format import_format(const ndl_format& format) { return TreeReader().read(&format, {}); }

}  // namespace ndlease::c_abi
