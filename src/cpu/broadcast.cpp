// SPDX-License-Identifier: Apache-2.0
// One item, or one run, written many times.
#include "cpu/item.hpp"
#include "cpu/paths.hpp"
#include "cpu/positions.hpp"
#include "cpu/simd/fill.hpp"

namespace ndlease::cpu {
namespace {

constexpr std::int64_t short_fill = 16;             // positions
constexpr std::int64_t least_streamed_fill = 1024;  // bytes

template <std::size_t N>
void fill(FixedItem<N> item, std::byte* dst, std::int64_t stride, const std::byte* src, std::int64_t count) noexcept {
    std::byte value[N];  // a copy, so that it may stay in registers while dst is written
    item.move(value, src);
    for (std::int64_t i = 0; i < count; ++i) item.move(dst + i * stride, value);
}

void fill(AnyItem item, std::byte* dst, std::int64_t stride, const std::byte* src, std::int64_t count) noexcept {
    for (std::int64_t i = 0; i < count; ++i) item.move(dst + i * stride, src);
}

}  // namespace

void copy_broadcast(const backend::CopyJob& job) noexcept {
    const int last = job.task.shape.size() - 1;
    const std::int64_t count = job.task.shape[last];
    if (job.task.src_strides[last] != 0 || count < short_fill) {
        copy_strided(job);
        return;
    }
    AxisSet outer;
    for (int i = 0; i < last; ++i) outer.add(job.task, i);
    const std::int64_t stride = job.task.dst_strides[last];
    if (job.task.run_bytes == 1 && stride == 1 && !job.past_caches) {
        for_each_position(outer, [&](std::int64_t dst, std::int64_t src) {
            std::memset(job.dst + dst, std::to_integer<int>(job.src[src]), static_cast<std::size_t>(count));
        });
        return;
    }
    if (stride == job.task.run_bytes && stride <= longest_fill_item) {
        const bool streamed = job.past_caches && count * stride >= least_streamed_fill;
        for_each_position(outer, [&](std::int64_t dst, std::int64_t src) { fill_items(job.dst + dst, job.src + src, stride, count, streamed); });
        return;
    }
    with_item(job.task.run_bytes, [&](auto item) {
        for_each_position(outer, [&](std::int64_t dst, std::int64_t src) { fill(item, job.dst + dst, stride, job.src + src, count); });
    });
}

}  // namespace ndlease::cpu
