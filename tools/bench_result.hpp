// SPDX-License-Identifier: Apache-2.0
// What one measurement says, and the run it belongs to: the content of the reports, apart from how it came about.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ndlease/dims.hpp>

#include "patterns/pattern.hpp"

namespace ndlease::tool {

/// Times of one copy and of its yardstick, in seconds.
struct Timing {
    double median_s = 0, min_s = 0;
    double spread = 0;  ///< median absolute deviation of the samples, scaled to a standard deviation, over the median
    int samples = 0;
    double ceiling_s = 0;    ///< median of the best contiguous copy of as many bytes in the same run; 0: none was measured
    std::string ceiling_by;  ///< "memcpy" or "ndlease"

    [[nodiscard]] bool is_there() const noexcept { return samples > 0; }
};

struct Result {
    std::string name;
    std::string device = "cpu", direction = "cpu";  ///< "cuda:0" and "d2d", "h2d" or "d2h"
    std::string host_memory = "pageable";           ///< or "pinned"; "" where no host memory takes part
    int family = 0;                                 ///< patterns::Pattern::family; 0 for cases of the user's own
    std::string item;                               ///< the source's format, for people
    std::int64_t itemsize = 0;                      ///< bytes of a source item
    Dims shape, src_strides, dst_strides;           ///< of the (first) copy; strides in bytes
    std::int64_t copies = 1;                        ///< of a batch
    std::string path;                               ///< the library's choice
    int threads = 1;                                ///< that may work on it
    std::int64_t useful_bytes = 0, modelled_bytes = 0;
    Timing warm;               ///< the same arrays again and again
    Timing cold;               ///< other arrays for each copy; not there where the arrays are much larger than the caches: then `warm` is cold too
    std::string mismatch;      ///< "" when the result is right
    std::string not_measured;  ///< of peers: why there are no times, such as "not expressible: negative strides"

    [[nodiscard]] bool verified() const { return mismatch.empty() && not_measured.empty(); }
    /// Bytes that GB/s count: read and written, or once where they cross a link.
    [[nodiscard]] std::int64_t counted_bytes() const { return direction == "h2d" || direction == "d2h" ? useful_bytes / 2 : useful_bytes; }
    [[nodiscard]] double gbps(const Timing& timing) const { return static_cast<double>(counted_bytes()) / timing.median_s * 1e-9; }
    [[nodiscard]] double gbps() const { return gbps(warm); }
    [[nodiscard]] double ceiling_gbps() const { return static_cast<double>(counted_bytes()) / warm.ceiling_s * 1e-9; }
    /// Of the ceiling.
    [[nodiscard]] double percent() const { return 100 * warm.ceiling_s / warm.median_s; }
    [[nodiscard]] double cold_percent() const { return 100 * cold.ceiling_s / cold.median_s; }
    /// Of what the ceiling allows when memory moves in whole granules.
    [[nodiscard]] double percent_of_model() const { return percent() * static_cast<double>(modelled_bytes) / static_cast<double>(useful_bytes); }
    /// Whether means take it in: not calls of a few KiB, whose time says nothing of memory.
    [[nodiscard]] bool in_means() const noexcept { return family != 29 && family != 30; }
    /// Names the measurement among those of one run.
    [[nodiscard]] std::string key() const;
};

/// Where and how the results came about.
struct Context {
    std::string library = "ndlease";  ///< what was measured
    std::string version, build_type, compiler, date, cpu;
    std::string governor;        ///< of the CPU's clock; "" where the system does not say
    double cpu_mhz = 0;          ///< at the start of the run; 0 where the system does not say
    std::string device = "cpu";  ///< "cpu", or "cuda:0, NVIDIA H100"; says so where CUDA is simulated
    std::string driver;          ///< of the device; "" without one
    int cores = 0;
    std::int64_t memory_bytes = 0, cache_bytes = 0;  ///< cache: the last level's
    bool onetbb = false, huge_pages = false;
    std::vector<int> threads{1};
    std::string size;              ///< the class that was asked for; "" for cases of the user's own
    std::int64_t scale_bytes = 0;  ///< of the larger side of each pattern, at most
    double seconds_per_pattern = 0;
};

/// A whole run; peers' runs beside it.
struct Report {
    Context context;
    std::vector<Result> results;
    std::vector<Report> peers;

    /// The result with the same key that has times, or null.
    [[nodiscard]] const Result* find(const Result& like) const;
};

/// What a run reached over the patterns, with one number of threads.
struct Mean {
    int threads = 1;
    int patterns = 0;
    double percent = 0;       ///< geometric mean of percent()
    double percent_cold = 0;  ///< of cold_percent(), or percent() where every copy is cold
    double percent_of_model = 0;
};
[[nodiscard]] std::vector<Mean> means_of(const Report& report);

/// A peer beside us, over the patterns that both measured with that number of threads.
struct PeerMean {
    int threads = 1;
    int patterns = 0;
    double ours = 0, theirs = 0;  ///< geometric means of the percentage of our run's ceiling
};
[[nodiscard]] std::vector<PeerMean> means_beside(const Report& report, const Report& peer);

/// Percentage of the ceiling that our run measured beside `ours`.
[[nodiscard]] double peer_percent(const Result& ours, const Result& theirs);

}  // namespace ndlease::tool
