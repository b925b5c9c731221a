// SPDX-License-Identifier: Apache-2.0
#include "batch.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "error.hpp"
#include "isolated.hpp"
#include "kernels/batch.hpp"
#include "kernels/divider.hpp"

namespace ndlease::gpu {
namespace {

using backend::BatchEntry;

std::uint32_t blocks_for(std::uint64_t whole, std::uint32_t part) noexcept { return static_cast<std::uint32_t>((whole + part - 1) / part); }

/// Fills an entry but for its first block; returns how many blocks it needs.
std::uint32_t describe(const BatchEntry& from, RunEntry* entry) noexcept {
    entry->dst = from.dst;
    entry->src = from.src;
    entry->bytes = static_cast<std::uint32_t>(from.run_bytes);
    return blocks_for(entry->bytes, run_block_bytes);
}

std::uint32_t describe(const BatchEntry& from, BoxEntry* entry) noexcept {
    std::uint64_t bits =
        16U | reinterpret_cast<std::uintptr_t>(from.dst) | reinterpret_cast<std::uintptr_t>(from.src) | static_cast<std::uint64_t>(from.run_bytes);
    for (int i = 0; i < from.axes; ++i) {
        const BatchEntry::Axis& axis = from.axis[static_cast<std::size_t>(i)];
        bits |= static_cast<std::uint64_t>(axis.dst_stride) | static_cast<std::uint64_t>(axis.src_stride);
    }
    const std::uint64_t word = bits & (~bits + 1);
    const std::uint64_t run_words = static_cast<std::uint64_t>(from.run_bytes) / word;
    entry->dst = from.dst;
    entry->src = from.src;
    entry->word_bytes = static_cast<std::uint8_t>(word);
    std::uint64_t words = run_words;
    for (int i = 0; i < BoxEntry::axes; ++i) {
        const BatchEntry::Axis axis = i < from.axes ? from.axis[static_cast<std::size_t>(i)] : BatchEntry::Axis{1, 0, 0};
        entry->dst_stride[i] = axis.dst_stride;
        entry->src_stride[i] = axis.src_stride;
        const Divider<std::uint32_t> by(i == 0 ? run_words
                                               : static_cast<std::uint64_t>(i - 1 < from.axes ? from.axis[static_cast<std::size_t>(i - 1)].extent : 1));
        entry->divisor[i] = by.divisor;
        entry->multiplier[i] = by.multiplier;
        entry->shift[i] = static_cast<std::uint8_t>(by.shift);
        words *= static_cast<std::uint64_t>(axis.extent);
    }
    entry->words = static_cast<std::uint32_t>(words);
    return blocks_for(words, box_block_words);
}

/// Launches, as many as hold the entries.
template <class Entry, class Parameters>
void describe_all(std::span<const BatchEntry> entries, std::vector<Parameters>* launches) {
    constexpr std::uint32_t most = sizeof(Parameters::entry) / sizeof(Entry);
    constexpr std::uint32_t most_blocks = 0x7fffffff;
    launches->reserve(entries.size() / most + 1);
    for (const BatchEntry& from : entries) {
        Entry entry;
        const std::uint32_t blocks = describe(from, &entry);
        if (launches->empty() || launches->back().count == most || most_blocks - launches->back().blocks < blocks) launches->emplace_back();
        Parameters& p = launches->back();
        entry.first_block = p.blocks;
        p.entry[p.count] = entry;
        p.blocks += blocks;
        ++p.count;
    }
}

/// Whether the driver takes the larger parameters.
bool has_large_parameters() {
    static const bool known = [] {
        int version = 0;
        return isolated(any_device, [&] { return cudaDriverGetVersion(&version); }) == cudaSuccess && version >= 12010;
    }();
    return known;
}

/// The launches of one kernel.
template <class Entry>
class Launches {
public:
    Launches(std::span<const BatchEntry> entries, const char* call) : call_(call) {
        if (entries.size() > static_cast<std::size_t>(batch_capacity<Entry>) && has_large_parameters()) {
            describe_all<Entry>(entries, &large_);
        } else {
            describe_all<Entry>(entries, &small_);
        }
    }
    void run(StreamRef stream) const {
        launch(small_, stream);
        launch(large_, stream);
    }

private:
    template <class Parameters>
    void launch(const std::vector<Parameters>& launches, StreamRef stream) const {
        for (const Parameters& p : launches) check(isolated(stream, [&] { return launch_batch(p, stream.cuda()); }), call_, stream.device().id);
    }

    const char* call_;
    std::vector<SmallBatch<Entry>> small_;
    std::vector<LargeBatch<Entry>> large_;
};

class RunsAndBoxes final : public backend::PreparedBatch {
public:
    RunsAndBoxes(std::span<const BatchEntry> runs, std::span<const BatchEntry> boxes)
        : runs_(runs, "cudaLaunchKernel (batch_runs)"), boxes_(boxes, "cudaLaunchKernel (batch_boxes)") {}
    void run(StreamRef stream) const override {
        runs_.run(stream);
        boxes_.run(stream);
    }

private:
    Launches<RunEntry> runs_;
    Launches<BoxEntry> boxes_;
};

}  // namespace

std::unique_ptr<backend::PreparedBatch> prepare_batch(std::span<backend::BatchEntry> entries) {
    auto boxes = std::partition(entries.begin(), entries.end(), [](const BatchEntry& entry) { return entry.axes == 0; });
    // A run is a box too. A second launch costs more than the bytes that do not make a word.
    if (boxes != entries.end() && entries.size() <= static_cast<std::size_t>(batch_capacity<BoxEntry>)) boxes = entries.begin();
    return std::make_unique<RunsAndBoxes>(std::span<const BatchEntry>(entries.begin(), boxes), std::span<const BatchEntry>(boxes, entries.end()));
}

}  // namespace ndlease::gpu
