// SPDX-License-Identifier: Apache-2.0
// Format's makers of scalars.
#include <memory>

#include <ndlease/error.hpp>
#include <ndlease/format.hpp>

#include "format/host_abi.hpp"
#include "format/node.hpp"

namespace ndlease {
namespace {

std::string name(Kind kind) { return ndlease::to_string(kind); }

[[noreturn]] void refuse(const std::string& why) { throw Error(errc::bad_format, why); }

void check_order(ByteOrder order, std::int64_t itemsize, Kind kind) {
    const bool known = order == ByteOrder::little || order == ByteOrder::big;
    if (!known && itemsize > 1) refuse(name(kind) + " of " + std::to_string(itemsize) + " bytes needs a byte order");
}

bool is_sub_byte_integer(Kind kind, int bits) { return (kind == Kind::integer || kind == Kind::unsigned_integer) && bits >= 1 && bits <= 7; }

/// "25s" and "s" are units of time, "1s" means "s", "" is a generic one.
std::string check_unit(std::string_view unit) {
    std::size_t digits = 0;
    while (digits < unit.size() && unit[digits] >= '0' && unit[digits] <= '9') ++digits;
    const std::string_view count = unit.substr(0, digits);
    const std::string_view base = unit.substr(digits);
    if (unit.empty()) return {};
    constexpr std::string_view bases[] = {"Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"};
    bool known = false;
    for (const std::string_view one : bases) known = known || one == base;
    if (!known || count.size() > 9 || (!count.empty() && count[0] == '0')) {
        refuse("'" + std::string(unit) + "' is no unit of time; expected a count and one of Y M W D h m s ms us ns ps fs as");
    }
    return count == "1" ? std::string(base) : std::string(unit);
}

}  // namespace

namespace detail {

Format make_scalar(const ScalarSpec& spec) {
    const FormatNode* const interned = find_interned(spec);
    return Format(interned != nullptr ? interned : new FormatNode(spec));
}

Format make_pointer(const std::optional<Format>& target, ByteOrder order, std::int64_t itemsize, std::int64_t alignment) {
    const ScalarSpec spec{Kind::pointer, order, 8 * itemsize, itemsize, alignment};
    if (!target) return make_scalar(spec);
    if (target->depth() >= max_format_depth) refuse("a pointer to a format of depth " + std::to_string(target->depth()) + " would be deeper than the limit");
    auto node = std::make_unique<PartsNode>(spec);
    node->inner = *target;
    node->depth = static_cast<std::uint8_t>(target->depth() + 1);
    return Format(node.release());
}

}  // namespace detail

Format Format::number(Kind kind, int bits, ByteOrder order) {
    if (is_sub_byte_integer(kind, bits)) return detail::make_scalar({kind, ByteOrder::none, bits, 1, 1});
    const detail::FormatNode* const node = kind <= Kind::complex_bfloat ? detail::find_natural(kind, bits, order) : nullptr;
    if (node == nullptr) refuse("there is no " + name(kind) + " number of " + std::to_string(bits) + " bits");
    check_order(order, node->itemsize, kind);
    return Format(node);
}

Format Format::text(Kind kind, std::int64_t length, ByteOrder order) {
    if (kind < Kind::character || kind > Kind::opaque) refuse(name(kind) + " is no kind of text");
    if (length < 0) refuse(name(kind) + " of length " + std::to_string(length) + "; a length is not negative");
    if (kind == Kind::character && length != 1) refuse("a character has length 1, not " + std::to_string(length));
    const std::int64_t unit = detail::unit_size(kind);
    if (unit == 1) {
        order = ByteOrder::none;
    } else {
        check_order(order, unit, kind);
    }
    const std::int64_t itemsize = checked_mul(length, unit, ndlease::to_string(kind));
    return detail::make_scalar({kind, order, detail::bits_of_bytes(itemsize), itemsize, unit});
}

Format Format::bit_field(std::int64_t bits) {
    if (bits < 1) refuse("a bit field of " + std::to_string(bits) + " bits; it has at least 1");
    return detail::make_scalar({Kind::bit_field, ByteOrder::none, bits, bits / 8 + (bits % 8 != 0 ? 1 : 0), 1});
}

Format Format::time(Kind kind, std::string_view unit, ByteOrder order) {
    if (kind != Kind::datetime && kind != Kind::timedelta) refuse(name(kind) + " is no kind of time");
    check_order(order, 8, kind);
    auto node = std::make_unique<detail::PartsNode>(detail::ScalarSpec{kind, order, 64, 8, detail::host_abi.long_long_.align});
    node->unit = check_unit(unit);
    return Format(node.release());
}

Format Format::pointer() { return detail::make_pointer({}, ByteOrder::native, detail::host_abi.pointer_.size, detail::host_abi.pointer_.align); }
Format Format::pointer(const Format& target) {
    return detail::make_pointer(target, ByteOrder::native, detail::host_abi.pointer_.size, detail::host_abi.pointer_.align);
}

namespace {

Format address(Kind kind) {
    constexpr SizeAlign host = detail::host_abi.pointer_;
    return detail::make_scalar({kind, ByteOrder::native, 8 * std::int64_t{host.size}, host.size, host.align});
}

}  // namespace

Format Format::function() { return address(Kind::function); }
Format Format::py_object() { return address(Kind::py_object); }

}  // namespace ndlease
