// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/stream.hpp"

#include <cstring>

namespace ndlease::cpu {

void stream_run(std::byte* dst, const std::byte* src, std::int64_t bytes) noexcept { std::memcpy(dst, src, static_cast<std::size_t>(bytes)); }
void stream_rows(const StreamedRow* rows, int count, std::int64_t bytes) noexcept {
    for (int i = 0; i < count; ++i) stream_run(rows[i].dst, rows[i].src, bytes);
}
void stream_grid(const RowGrid& grid, std::int64_t bytes) noexcept {
    for (std::int64_t i = 0; i < grid.count[0]; ++i) {
        for (std::int64_t k = 0; k < grid.count[1]; ++k) {
            stream_run(grid.dst + i * grid.dst_stride[0] + k * grid.dst_stride[1], grid.src + i * grid.src_stride[0] + k * grid.src_stride[1], bytes);
        }
    }
}
void finish_streaming() noexcept {}

}  // namespace ndlease::cpu
