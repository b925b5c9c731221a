// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/interop/npy.hpp>

#include "interop/replacing_file.hpp"

namespace ndlease::npy {
namespace {

/// Collects items into blocks, so that a strided View is written without a copy of the whole.
class ItemWriter {
public:
    ItemWriter(ReplacingFile& file, std::size_t itemsize) : file_(file), itemsize_(itemsize) { block_.reserve(std::max(itemsize, block_bytes)); }

    void add(const std::byte* item) {
        if (block_.size() + itemsize_ > block_.capacity()) flush();
        block_.insert(block_.end(), item, item + itemsize_);
    }
    void flush() {
        file_.write(block_.data(), block_.size());
        block_.clear();
    }

private:
    static constexpr std::size_t block_bytes = std::size_t{1} << 18;
    ReplacingFile& file_;
    std::size_t itemsize_;
    std::vector<std::byte> block_;
};

/// Every item in C order of indices. Recursion is bounded by max_rank.
void write_items(ItemWriter& out, const std::byte* at, const Layout& layout, int axis) {
    if (axis == layout.rank()) {
        out.add(at);
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
        write_items(out, next, layout, axis + 1);
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
        ItemWriter out(file, static_cast<std::size_t>(items.itemsize()));
        write_items(out, data, items.layout(), 0);
        out.flush();
    }
    file.commit();
}

}  // namespace ndlease::npy
