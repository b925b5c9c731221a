// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd/stream.hpp"

#include <cstring>

namespace ndlease::cpu {

void stream_run(std::byte* dst, const std::byte* src, std::int64_t bytes) noexcept { std::memcpy(dst, src, static_cast<std::size_t>(bytes)); }
void stream_rows(const StreamedRow* rows, int count, std::int64_t bytes) noexcept {
    for (int i = 0; i < count; ++i) stream_run(rows[i].dst, rows[i].src, bytes);
}
void finish_streaming() noexcept {}

}  // namespace ndlease::cpu
