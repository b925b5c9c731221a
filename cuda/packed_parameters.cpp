// SPDX-License-Identifier: Apache-2.0
#include "copy_parameters.hpp"

namespace ndlease::gpu {
namespace {

using copying::DeviceBlock;

std::int64_t parts(std::int64_t whole, std::int64_t part) noexcept { return (whole + part - 1) / part; }

/// A block of one task, and the numbers of its cuts.
class Block {
public:
    Block(const detail::CopyTask& task, const DeviceBlock& block, PackedParameters* p) : task_(task), block_(block), p_(p) {
        for (int i = 0; i < task.shape.size(); ++i) {
            place_[i] = 0;
            cut_of_[i] = -1;
        }
        number_places();
    }

    /// Axes that count blocks, and where the last block has fewer positions.
    void add_outer_axes() {
        int cuts = 0;
        for (BlockCut& cut : p_->cut) cut = {1, 1, -1, 1};
        p_->outer.rank = 0;
        std::int64_t count = 1;
        for (int i = task_.shape.size() - 1; i >= 0; --i) {
            const std::int64_t part = block_.part[i];
            const std::int64_t blocks = parts(task_.shape[i], part);
            if (blocks == 1) continue;
            if (part > 1 || in_a_chain(i)) {
                cut_of_[i] = cuts;
                p_->cut[cuts++] = {static_cast<std::uint32_t>(part), static_cast<std::uint32_t>(task_.shape[i] - (blocks - 1) * part), p_->outer.rank,
                                   static_cast<std::uint32_t>(blocks)};
            }
            p_->outer.push_back(blocks, task_.dst_strides[i] * part, task_.src_strides[i] * part);
            count *= blocks;
        }
        p_->count = static_cast<std::uint32_t>(count);
    }

    void add_runs(BlockRuns* runs, const int* chain, int rank, std::int64_t run) const {
        runs->run = Divider<std::uint32_t>(static_cast<std::uint64_t>(run));
        runs->count = static_cast<std::uint32_t>(block_.words / run);
        const int last = chain[rank - 1];
        runs->cut = cut_of_[last];
        runs->inner = static_cast<std::uint32_t>(run / block_.part[last]);
        runs->rest.rank = 0;
        for (int i = task_.shape.size() - 1; i >= 0; --i) {
            if (block_.part[i] > 1 && !contains(chain, rank, i)) add_axis(&runs->rest, i);
        }
    }

    void add_write_run() const {
        p_->write_run.rank = 0;
        for (int i = 0; i < block_.dst_rank; ++i) add_axis(&p_->write_run, block_.dst_chain[i]);
    }

private:
    static bool contains(const int* chain, int rank, int axis) noexcept {
        for (int i = 0; i < rank; ++i) {
            if (chain[i] == axis) return true;
        }
        return false;
    }
    [[nodiscard]] bool in_a_chain(int axis) const noexcept {
        return contains(block_.dst_chain, block_.dst_rank, axis) || contains(block_.src_chain, block_.src_rank, axis);
    }
    void add_axis(BlockAxes* axes, int i) const {
        axes->axis[axes->rank++] = {Divider<std::uint32_t>(static_cast<std::uint64_t>(block_.part[i])), place_[i], cut_of_[i], task_.dst_strides[i],
                                    task_.src_strides[i]};
    }
    /// In the order of reading: the source's chain, then the other axes as BlockRuns::rest has them.
    void number_places() noexcept {
        std::int64_t place = 1;
        const auto add = [&](int axis) {
            place_[axis] = static_cast<std::uint32_t>(place);
            place *= block_.part[axis];
        };
        for (int i = 0; i < block_.src_rank; ++i) add(block_.src_chain[i]);
        for (int i = task_.shape.size() - 1; i >= 0; --i) {
            if (block_.part[i] > 1 && !contains(block_.src_chain, block_.src_rank, i)) add(i);
        }
    }

    const detail::CopyTask& task_;
    const DeviceBlock& block_;
    PackedParameters* p_;
    std::uint32_t place_[max_rank];
    std::int32_t cut_of_[max_rank];
};

}  // namespace

PackedParameters packed_parameters(const backend::CopyJob& job, int word_bytes) noexcept {
    const DeviceBlock shape = copying::device_block(job.task, word_bytes);
    PackedParameters p;
    p.dst = job.dst;
    p.src = job.src;
    Block block(job.task, shape, &p);
    block.add_outer_axes();
    block.add_runs(&p.read, shape.src_chain, shape.src_rank, shape.src_run);
    block.add_runs(&p.write, shape.dst_chain, shape.dst_rank, shape.dst_run);
    block.add_write_run();
    return p;
}

}  // namespace ndlease::gpu
