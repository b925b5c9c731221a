// SPDX-License-Identifier: Apache-2.0
#include "copy/element_conversion.hpp"

#include "copy/conversion_scalar.hpp"
#include "copy/packed.hpp"
#include "copy/task.hpp"

namespace ndlease::copying {
namespace {

using backend::DeviceNumber;
using backend::ElementMode;

std::optional<DeviceNumber> device_number(const detail::NumberShape& shape) noexcept {
    if (!shape.known || shape.float8 >= 0) return std::nullopt;
    switch (shape.type) {
        case cpu::NumberType::boolean: return DeviceNumber::boolean;
        case cpu::NumberType::int8: return DeviceNumber::int8;
        case cpu::NumberType::uint8: return DeviceNumber::uint8;
        case cpu::NumberType::int16: return DeviceNumber::int16;
        case cpu::NumberType::uint16: return DeviceNumber::uint16;
        case cpu::NumberType::int32: return DeviceNumber::int32;
        case cpu::NumberType::uint32: return DeviceNumber::uint32;
        case cpu::NumberType::int64: return DeviceNumber::int64;
        case cpu::NumberType::uint64: return DeviceNumber::uint64;
        case cpu::NumberType::binary16: return DeviceNumber::binary16;
        case cpu::NumberType::bfloat16: return DeviceNumber::bfloat16;
        case cpu::NumberType::binary32: return DeviceNumber::binary32;
        case cpu::NumberType::binary64: return DeviceNumber::binary64;
        default: return std::nullopt;
    }
}

std::optional<ItemConversion> byte_swap(std::int64_t unit, std::int64_t itemsize) noexcept {
    ItemConversion result;
    result.dst_bytes = result.src_bytes = unit;
    result.how.src_swapped = true;
    switch (unit) {
        case 2: result.how.to = DeviceNumber::uint16; break;
        case 4: result.how.to = DeviceNumber::uint32; break;
        case 8: result.how.to = DeviceNumber::uint64; break;
        case 16:
            result.how.to = DeviceNumber::uint64;
            result.how.mode = ElementMode::exchange;
            break;
        default: return std::nullopt;
    }
    result.how.from = result.how.to;
    result.repeat(itemsize / unit, unit, unit);
    return result;
}

/// What sub-arrays hold in the end, and how many of it.
const Format& innermost(const Format& format, std::int64_t* count) {
    const Format* inner = &format;
    for (; inner->is_subarray(); inner = &inner->element()) {
        for (const std::int64_t extent : inner->shape()) *count *= extent;
    }
    return *inner;
}

}  // namespace

std::optional<ItemConversion> find_item_conversion(const ConversionProgram& program, const Format& to, const Format& from) {
    if (program.can_lose()) return std::nullopt;
    if (program.is_byte_swap()) return byte_swap(program.swap_bytes(), to.itemsize());
    std::int64_t count = 1;
    std::int64_t from_count = 1;
    const Format& to_element = innermost(to, &count);
    const Format& from_element = innermost(from, &from_count);
    if (count == 0 || !to_element.is_number() || !from_element.is_number()) return std::nullopt;
    const detail::NumberShape to_shape = detail::number_shape(to_element);
    const detail::NumberShape from_shape = detail::number_shape(from_element);
    const std::optional<DeviceNumber> to_number = device_number(to_shape);
    const std::optional<DeviceNumber> from_number = device_number(from_shape);
    if (!to_number || !from_number) return std::nullopt;
    ItemConversion result;
    result.how = {*to_number, *from_number, ElementMode::number, to_shape.swapped, from_shape.swapped};
    result.dst_bytes = to_shape.part_bytes;
    result.src_bytes = from_shape.part_bytes;
    result.repeat(count, to_element.itemsize(), from_element.itemsize());
    if (to_shape.complex && from_shape.complex) {
        result.repeat(2, to_shape.part_bytes, from_shape.part_bytes);
    } else if (to_shape.complex) {
        result.how.mode = ElementMode::widen;
        result.dst_bytes *= 2;
    } else if (from_shape.complex && *to_number == DeviceNumber::boolean) {
        result.how.mode = ElementMode::any_part;
        result.src_bytes *= 2;
    }
    return result;
}

detail::CopyTask element_task(const detail::CopyTask& items, const ItemConversion& conversion) {
    AxisList axes = axes_of(items);
    for (int i = 0; i < conversion.loop_count; ++i) {
        const detail::ConversionLoop& loop = conversion.loops[static_cast<std::size_t>(i)];
        axes.push_back({loop.count, loop.dst_stride, loop.src_stride});
    }
    detail::CopyTask task = build_task(&axes, {conversion.dst_bytes, conversion.src_bytes, true});
    task.single_thread = items.single_thread;
    return task;
}

}  // namespace ndlease::copying
