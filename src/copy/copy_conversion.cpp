// SPDX-License-Identifier: Apache-2.0
#include "copy/copy_conversion.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "backend/suboffset.hpp"
#include "copy/conversion.hpp"
#include "copy/element_conversion.hpp"

#include <ndlease/error.hpp>

namespace ndlease {

struct detail::CopyConversion {
    ConversionProgram program;
    Layout source;  // of the view, before any simplification: what messages speak of
    std::optional<copying::ItemConversion> by_devices;
};

namespace copying {
namespace {

void run_program(const void* program, std::byte* dst, std::int64_t dst_stride, const std::byte* src, std::int64_t src_stride, std::int64_t count) noexcept {
    static_cast<const ConversionProgram*>(program)->run(dst, dst_stride, src, src_stride, count);
}

void run_streamed(const void* program, std::byte* dst, const std::byte* src, std::int64_t count) noexcept {
    const ConversionProgram::VectorRun run = static_cast<const ConversionProgram*>(program)->vector_run();
    run.kernel(dst, src, count * run.per_item, true);
}

[[noreturn]] void throw_loss(const detail::CopyConversion& conversion, std::span<const std::int64_t> indices, const std::byte* item) {
    std::int64_t number = 0;
    for (std::size_t i = 0; i < indices.size(); ++i) number = number * conversion.source.shape()[static_cast<int>(i)] + indices[i];
    throw Error(errc::lossy, "copy: element " + to_string(Dims(indices)) + " of the source: " + conversion.program.describe_loss(item), number);
}

}  // namespace

std::shared_ptr<const detail::CopyConversion> make_conversion(const View& dst, const View& src, Conversion mode) {
    if (dst.format() == src.format()) return nullptr;
    ConversionProgram program = ConversionProgram::make(dst.format(), src.format(), mode);
    if (program.is_plain() && dst.itemsize() == src.itemsize()) return nullptr;
    std::optional<ItemConversion> by_devices;
    if (dst.device() != Device::cpu() || src.device() != Device::cpu()) by_devices = find_item_conversion(program, dst.format(), src.format());
    return std::make_shared<const detail::CopyConversion>(detail::CopyConversion{std::move(program), src.layout(), by_devices});
}

backend::ItemConverter converter(const detail::CopyConversion& conversion) noexcept {
    const bool is_one_kernel = conversion.program.vector_run().kernel != nullptr;
    return {&run_program, &conversion.program, is_one_kernel ? &run_streamed : nullptr, conversion.program.fills_items()};
}

bool works_in_place(const detail::CopyConversion& conversion) noexcept { return conversion.program.is_byte_swap(); }

const ItemConversion* by_devices(const detail::CopyConversion& conversion, const detail::CopyTask& task) noexcept {
    const bool fits = conversion.by_devices && task.path == CopyPath::convert && task.shape.size() + conversion.by_devices->loop_count <= max_rank;
    return fits ? &*conversion.by_devices : nullptr;
}

std::string describe(const detail::CopyConversion& conversion) { return conversion.program.describe(); }

void refuse_loss(const detail::CopyConversion& conversion, const void* src) {
    const Layout& layout = conversion.source;
    if (!conversion.program.can_lose() || layout.is_empty()) return;
    // Lines along the last axis, unless that leads over pointers.
    const int rank = layout.rank();
    const auto suboffset = [&layout](int axis) { return layout.is_indirect() ? layout.suboffsets()[axis] : -1; };
    const bool has_line = rank > 0 && suboffset(rank - 1) < 0;
    const int walked = has_line ? rank - 1 : rank;
    const std::int64_t count = has_line ? layout.shape()[rank - 1] : 1;
    const std::int64_t stride = has_line ? layout.strides()[rank - 1] : 0;
    std::int64_t index[max_rank] = {};
    for (;;) {
        const auto* line = static_cast<const std::byte*>(src);
        for (int i = 0; i < walked; ++i) line = backend::follow(line + index[i] * layout.strides()[i], suboffset(i));
        if (const std::int64_t loss = conversion.program.first_loss(line, stride, count); loss >= 0) {
            if (has_line) index[rank - 1] = loss;
            throw_loss(conversion, {index, static_cast<std::size_t>(rank)}, line + loss * stride);
        }
        int axis = walked - 1;
        for (; axis >= 0 && ++index[axis] == layout.shape()[axis]; --axis) index[axis] = 0;
        if (axis < 0) return;
    }
}

}  // namespace copying
}  // namespace ndlease
