// SPDX-License-Identifier: Apache-2.0
// Runs or single items at strides. Where the innermost axes are short, the offsets of a whole block of positions are listed
// once and used for every block, so that high ranks with small extents cost no more than a look-up per item.
#include "cpu/item.hpp"
#include "cpu/paths.hpp"
#include "cpu/positions.hpp"

namespace ndlease::cpu {
namespace {

constexpr std::int64_t short_axis = 32;    // positions
constexpr std::int64_t block_limit = 256;  // positions

struct Offsets {
    std::int64_t dst[block_limit];
    std::int64_t src[block_limit];
};

template <class Item>
void move_along_last(Item item, const backend::CopyJob& job) noexcept {
    AxisSet outer;
    const int last = job.task.shape.size() - 1;
    for (int i = 0; i < last; ++i) outer.add(job.task, i);
    const std::int64_t count = job.task.shape[last];
    const std::int64_t dst_stride = job.task.dst_strides[last];
    const std::int64_t src_stride = job.task.src_strides[last];
    for_each_position(outer, [&](std::int64_t dst, std::int64_t src) { move_items(item, job.dst + dst, dst_stride, job.src + src, src_stride, count); });
}

template <class Item>
void move_in_blocks(Item item, const backend::CopyJob& job, int first_of_block) noexcept {
    AxisSet outer;
    AxisSet inner;
    for (int i = 0; i < job.task.shape.size(); ++i) (i < first_of_block ? outer : inner).add(job.task, i);
    Offsets block;
    std::int64_t count = 0;
    for_each_position(inner, [&](std::int64_t dst, std::int64_t src) {
        block.dst[count] = dst;
        block.src[count] = src;
        ++count;
    });
    for_each_position(outer, [&](std::int64_t dst, std::int64_t src) {
        std::byte* const to = job.dst + dst;
        const std::byte* const from = job.src + src;
        for (std::int64_t i = 0; i < count; ++i) item.move(to + block.dst[i], from + block.src[i]);
    });
}

}  // namespace

void copy_strided(const backend::CopyJob& job) noexcept {
    const Dims& shape = job.task.shape;
    const int last = shape.size() - 1;
    int first_of_block = last;
    for (std::int64_t positions = shape[last]; first_of_block > 0 && positions <= block_limit / shape[first_of_block - 1]; --first_of_block) {
        positions *= shape[first_of_block - 1];
    }
    with_item(job.task.run_bytes, [&](auto item) {
        if (shape[last] < short_axis && first_of_block < last) {
            move_in_blocks(item, job, first_of_block);
        } else {
            move_along_last(item, job);
        }
    });
}

}  // namespace ndlease::cpu
