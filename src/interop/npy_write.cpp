// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/interop/npy.hpp>

#include "interop/replacing_file.hpp"

namespace ndlease::npy {
namespace {

/// Collects runs of bytes into blocks, so that a strided View is written without a copy of the whole.
class BlockWriter {
public:
    explicit BlockWriter(ReplacingFile& file) : file_(file), block_(std::size_t{1} << 18) {}

    void add(const std::byte* run, std::size_t bytes) {
        if (bytes > block_.size() - used_) flush();
        if (bytes > block_.size()) {
            file_.write(run, bytes);
        } else {
            std::memcpy(block_.data() + used_, run, bytes);
            used_ += bytes;
        }
    }
    void flush() {
        file_.write(block_.data(), used_);
        used_ = 0;
    }

private:
    ReplacingFile& file_;
    std::vector<std::byte> block_;
    std::size_t used_ = 0;
};

/// Axes from `axis` on lie without gaps: one run of bytes for every index of the axes before.
struct Run {
    int axis;
    std::int64_t bytes;
};

Run longest_run(const Layout& layout, std::int64_t itemsize) {
    Run run{layout.rank(), itemsize};
    while (run.axis > 0 && layout.strides()[run.axis - 1] == run.bytes && (!layout.is_indirect() || layout.suboffsets()[run.axis - 1] < 0)) {
        run.bytes *= layout.shape()[--run.axis];
    }
    return run;
}

/// Every run, in C order of indices. Recursion is bounded by max_rank.
void write_runs(BlockWriter& out, const std::byte* at, const Layout& layout, const Run& run, int axis) {
    if (axis == run.axis) {
        out.add(at, static_cast<std::size_t>(run.bytes));
        return;
    }
    const std::int64_t suboffset = layout.is_indirect() ? layout.suboffsets()[axis] : -1;
    for (std::int64_t i = 0; i < layout.shape()[axis]; ++i) {
        const std::byte* next = at + i * layout.strides()[axis];
        if (suboffset >= 0) {
            const std::byte* target = nullptr;
            std::memcpy(&target, next, sizeof target);
            next = target + suboffset;
        }
        write_runs(out, next, layout, run, axis + 1);
    }
}

}  // namespace

void write(const std::filesystem::path& path, const View& view) {
    if (!view.reachable_from(Device::cpu())) throw Error(errc::device, path.string() + ": the host cannot reach memory on " + to_string(view.device()));
    const View items = view.expand_subarray();
    const bool c_contiguous = items.is_contiguous(Order::c);
    const bool fortran_order = !c_contiguous && items.is_contiguous(Order::f);
    const std::string header = make_header(items.format(), items.shape().span(), fortran_order);
    const auto* const data = static_cast<const std::byte*>(items.data());

    ReplacingFile file(path);
    file.write(header.data(), header.size());
    if (c_contiguous || fortran_order) {
        file.write(data, static_cast<std::size_t>(items.nbytes()));
    } else if (items.nbytes() > 0) {
        BlockWriter out(file);
        write_runs(out, data, items.layout(), longest_run(items.layout(), items.itemsize()), 0);
        out.flush();
    }
    file.commit();
}

}  // namespace ndlease::npy
