// SPDX-License-Identifier: Apache-2.0
#include "cpu/run_copy.hpp"

#include <cstring>

#include "cpu/paths.hpp"

namespace ndlease::cpu {

void run_copy_here(const backend::CopyJob& job) noexcept {
    switch (job.task.path) {
        case CopyPath::nothing: break;
        case CopyPath::one_run: std::memcpy(job.dst, job.src, static_cast<std::size_t>(job.task.run_bytes)); break;
        case CopyPath::rows:
        case CopyPath::gather: copy_strided(job); break;
        case CopyPath::broadcast: copy_broadcast(job); break;
        case CopyPath::tiles: copy_tiles(job); break;
        case CopyPath::convert: copy_converting(job); break;
        case CopyPath::indirect: copy_indirect(job); break;
    }
}

}  // namespace ndlease::cpu
