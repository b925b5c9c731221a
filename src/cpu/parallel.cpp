// SPDX-License-Identifier: Apache-2.0
// Spreads a job over threads: it is cut into jobs of the same path along one axis, or within its single run.
#include <algorithm>
#include <new>
#include <vector>

#include "cpu/run_copy.hpp"

#ifdef NDLEASE_WITH_TBB
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#if defined(__SANITIZE_THREAD__)
#define NDLEASE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define NDLEASE_TSAN 1
#endif
#endif
#ifdef NDLEASE_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#endif

namespace ndlease::cpu {
namespace {

std::int64_t written_bytes(const detail::CopyTask& task) noexcept {
    std::int64_t bytes = std::max(task.run_bytes, task.dst_itemsize);
    for (const std::int64_t extent : task.shape) bytes *= extent;  // fits: the plan has counted the useful bytes
    return bytes;
}

/// From how many written bytes on the caches are of no use for what is written: measured, docs/performance.md.
constexpr std::int64_t past_caches_bytes = std::int64_t{8} << 20;

}  // namespace

#ifdef NDLEASE_WITH_TBB
namespace {

constexpr std::int64_t least_parallel_bytes = std::int64_t{1} << 20;
constexpr std::int64_t least_part_bytes = std::int64_t{1} << 18;

/// How many parts; 1: no threads.
std::int64_t part_count(const backend::CopyJob& job) noexcept {
    if (job.max_threads == 1 || job.task.single_thread) return 1;
    const std::int64_t bytes = written_bytes(job.task);
    if (bytes < least_parallel_bytes) return 1;
    const int threads = tbb::this_task_arena::max_concurrency();
    if (threads <= 1) return 1;
    // A limit on threads is kept by making no more parts than that; without one, smaller parts balance the load.
    const std::int64_t wanted = job.max_threads > 1 ? std::min(job.max_threads, threads) : std::int64_t{4} * threads;
    return std::clamp<std::int64_t>(bytes / least_part_bytes, 1, wanted);
}

constexpr std::int64_t least_run_positions = 64;  // of the axes along which a side is closest, in one part: what is cut shorter loses lines

/// Positions along an axis that a part should be whole multiples of.
std::int64_t grain(const detail::CopyTask& task, int axis) noexcept {
    const bool is_closest = axis == task.source_axis || axis == task.shape.size() - 1;
    return is_closest ? least_run_positions : 1;
}

/// The axis to cut: the outermost that has enough positions, else the one that makes the most parts. Only the first of indirect axes has known addresses.
int cut_axis(const detail::CopyTask& task, std::int64_t parts) noexcept {
    if (task.path == CopyPath::indirect) return 0;
    int best = 0;
    for (int i = 0; i < task.shape.size(); ++i) {
        if (task.shape[i] / grain(task, i) >= parts) return i;
        if (task.shape[i] / grain(task, i) > task.shape[best] / grain(task, best)) best = i;
    }
    return best;
}

struct Part {
    detail::CopyTask task;
    std::byte* dst;
    const std::byte* src;
};

std::vector<Part> cut_run(const backend::CopyJob& job, std::int64_t parts) {
    std::vector<Part> result;
    const std::int64_t step = (job.task.run_bytes / parts + 63) / 64 * 64;
    for (std::int64_t begin = 0; begin < job.task.run_bytes; begin += step) {
        result.push_back({job.task, job.dst + begin, job.src + begin});
        result.back().task.run_bytes = std::min(step, job.task.run_bytes - begin);
    }
    return result;
}

std::vector<Part> cut_along(const backend::CopyJob& job, int axis, std::int64_t parts) {
    std::vector<Part> result;
    const std::int64_t extent = job.task.shape[axis];
    const std::int64_t unit = grain(job.task, axis);
    const bool may_be_finer =
        job.max_threads == 0 && unit == 1 && extent < 4 * parts;  // few positions: parts of one balance better than parts of two and a rest
    const std::int64_t step = may_be_finer ? 1 : ((extent + parts - 1) / parts + unit - 1) / unit * unit;
    for (std::int64_t begin = 0; begin < extent; begin += step) {
        result.push_back({job.task, job.dst + begin * job.task.dst_strides[axis], job.src + begin * job.task.src_strides[axis]});
        result.back().task.shape[axis] = std::min(step, extent - begin);
    }
    return result;
}

// oneTBB is not built for the thread sanitizer, which therefore misses the order that it keeps between a caller and its tasks:
// it is told of that order here, so that a race between the parts themselves is still seen.
#ifdef NDLEASE_TSAN
#define NDLEASE_UNSEEN __attribute__((no_sanitize("thread")))
void announce(char* moment) noexcept { __tsan_release(moment); }
void learn(char* moment) noexcept { __tsan_acquire(moment); }
#else
#define NDLEASE_UNSEEN
void announce(char*) noexcept {}
void learn(char*) noexcept {}
#endif
char started;  // only their addresses matter
char finished;

void run_part(const backend::CopyJob& job, const Part& part) noexcept {
    learn(&started);
    run_copy_here({part.task, part.dst, part.src, job.converter, job.max_threads, job.over_link, job.past_caches});
    announce(&finished);
}

// oneTBB copies it from task to task, in an order that the thread sanitizer does not see either.
struct PartRunner {
    const backend::CopyJob* job;
    const Part* parts;
    NDLEASE_UNSEEN void operator()(std::size_t i) const noexcept { run_part(*job, parts[i]); }
};

void run_parts(const backend::CopyJob& job, std::int64_t count) {
    const std::vector<Part> parts = job.task.shape.empty() ? cut_run(job, count) : cut_along(job, cut_axis(job.task, count), count);
    announce(&started);
    // Of its own: else cancelling the tasks of a caller would silently drop parts of the copy.
    tbb::task_group_context context(tbb::task_group_context::isolated);
    // Isolated: else this thread could run other tasks of the caller while it waits, under whatever locks the caller holds.
    tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, parts.size(), PartRunner{&job, parts.data()}, tbb::simple_partitioner(), context); });
    learn(&finished);
}

}  // namespace
#endif

void run_copy(const backend::CopyJob& whole) {
    backend::CopyJob job = whole;
    job.past_caches = written_bytes(job.task) >= past_caches_bytes;
#ifdef NDLEASE_WITH_TBB
    if (const std::int64_t parts = part_count(job); parts > 1) {
        try {
            run_parts(job, parts);
            return;
        } catch (const std::bad_alloc&) {
            // The sides share no byte, so what is done already may be done again.
        }
    }
#endif
    run_copy_here(job);
}

}  // namespace ndlease::cpu
