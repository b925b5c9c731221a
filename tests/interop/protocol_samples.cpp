// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "interop/protocols.hpp"

#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

/// `format` items in C order.
View items(const View& block, const Format& format, std::initializer_list<std::int64_t> shape) {
    const std::span<const std::int64_t> extents(shape.begin(), shape.size());
    const Layout layout = Layout::c_order(extents, format.itemsize());
    return block.slice(0, 0, layout.size() * format.itemsize()).reinterpret(format).reshape(shape);
}

View numbers(const View& block, Kind kind, int bits) { return items(block, Format::number(kind, bits), {4, 6}); }
View floats(const View& block) { return numbers(block, Kind::floating, 32); }

Format nested_record() {
    const std::array<FieldSpec, 2> inner{{{"re", Format::number(Kind::floating, 32)}, {"im", Format::number(Kind::floating, 32)}}};
    const std::array<FieldSpec, 3> outer{{{"id", Format::number(Kind::integer, 16)}, {"at", Format::record(inner)}, {"tag", Format::text(Kind::bytes, 3)}}};
    return Format::record(outer);
}

/// a: int32, b: float64, without a gap: 12 bytes.
Format packed_record() {
    const std::array<FieldSpec, 2> fields{
        {{"a", Format::number(Kind::integer, 32).with_alignment(1), 0}, {"b", Format::number(Kind::floating, 64).with_alignment(1), 4}}};
    return Format::record(fields);
}

/// Rows that are found by pointers, as PEP 3118's suboffsets say it. The pointers stand at the start of the block.
View indirect(const View& block) {
    auto* const bytes = static_cast<std::byte*>(block.mutable_data());
    for (std::size_t row = 0; row < 3; ++row) {
        const std::byte* const start = bytes + 1024 + row * 64;
        std::memcpy(bytes + row * sizeof(void*), static_cast<const void*>(&start), sizeof(void*));
    }
    const std::array<std::int64_t, 2> shape{3, 4}, strides{8, 4}, suboffsets{0, -1};
    return View::on_lease(bytes, block.device(), Format::number(Kind::floating, 32), Layout(shape, strides, suboffsets), false, {}, block.lease());
}

// clang-format off
constexpr std::array list = std::to_array<Sample>({
    {"float32, C order", [](const View& b) { return floats(b); }},
    {"float32, transposed", [](const View& b) { return floats(b).transpose(); }},
    {"float32, axes of rank 3 permuted", [](const View& b) { return items(b, Format::number(Kind::floating, 32), {2, 3, 4}).permute({0, 2, 1}); }},
    {"float32, every second column", [](const View& b) { return floats(b).slice(1, 0, 6, 2); }},
    {"float32, rows reversed", [](const View& b) { return floats(b).flip(0); }},
    {"float32, one row repeated (stride 0)", [](const View& b) { return floats(b).index(0, 0).broadcast_to({3, 6}); }},
    {"float32, read-only", [](const View& b) { return floats(b).read_only(); }},
    {"float32, rank 0", [](const View& b) { return floats(b).index(0, 1).index(0, 2); }},
    {"float32, no elements", [](const View& b) { return floats(b).slice(0, 2, 2); }},
    {"float32, indirect rows (suboffsets)", indirect, true},
    {"float64 at strides of 12 bytes", [](const View& b) { return items(b, packed_record(), {8}).field("b"); }},
    {"bool", [](const View& b) { return numbers(b, Kind::boolean, 8); }},
    {"int8", [](const View& b) { return numbers(b, Kind::integer, 8); }},
    {"uint64", [](const View& b) { return numbers(b, Kind::unsigned_integer, 64); }},
    {"int128", [](const View& b) { return numbers(b, Kind::integer, 128); }},
    {"float16", [](const View& b) { return numbers(b, Kind::floating, 16); }},
    {"bfloat16", [](const View& b) { return numbers(b, Kind::bfloat, 16); }},
    {"float8_e4m3fn", [](const View& b) { return numbers(b, Kind::float8_e4m3fn, 8); }},
    {"float4_e2m1fn, a byte each", [](const View& b) { return numbers(b, Kind::float4_e2m1fn, 4); }},
    {"long double", [](const View& b) { return items(b, Format::of<long double>(), {4, 6}); }},
    {"complex64", [](const View& b) { return numbers(b, Kind::complex, 64); }},
    {"int32, other byte order", [](const View& b) { return items(b, Format::number(Kind::integer, 32, ByteOrder::native == ByteOrder::little ? ByteOrder::big : ByteOrder::little), {4, 6}); }},
    {"bytes of length 5", [](const View& b) { return items(b, Format::text(Kind::bytes, 5), {6}); }},
    {"UCS-4 text of length 3", [](const View& b) { return items(b, Format::text(Kind::ucs4, 3), {6}); }},
    {"opaque bytes", [](const View& b) { return items(b, Format::opaque(6), {6}); }},
    {"datetime in ns", [](const View& b) { return items(b, Format::time(Kind::datetime, "ns"), {6}); }},
    {"timedelta of 25 s", [](const View& b) { return items(b, Format::time(Kind::timedelta, "25s"), {6}); }},
    {"record without gaps", [](const View& b) { return items(b, packed_record(), {8}); }},
    {"nested record with gaps", [](const View& b) { return items(b, nested_record(), {8}); }},
    {"sub-array (2,3) of int16", [](const View& b) { return items(b, Format::subarray(Format::number(Kind::integer, 16), std::array<std::int64_t, 2>{2, 3}), {8}); }},
    {"pointers", [](const View& b) { return items(b, Format::pointer(), {8}); }},
    {"Python objects", [](const View& b) { return items(b, Format::py_object(), {8}); }},
});
// clang-format on

}  // namespace

std::span<const Sample> samples() { return list; }

}  // namespace ndlease::testing
