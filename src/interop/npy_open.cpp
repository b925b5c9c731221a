// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/interop/npy.hpp>
#include <ndlease/memory.hpp>

namespace ndlease::npy {
namespace {

Layout layout_of(const Header& header) {
    const std::int64_t itemsize = header.format.itemsize();
    return header.fortran_order ? Layout::f_order(header.shape.span(), itemsize) : Layout::c_order(header.shape.span(), itemsize);
}

View lend_items(const View& file) {
    const auto* const bytes = static_cast<const std::byte*>(file.data());
    Header header = parse_header({bytes, static_cast<std::size_t>(file.size())});
    Layout layout = layout_of(header);
    const std::int64_t wanted = checked_mul(layout.size(), header.format.itemsize(), "bytes of the array");
    const std::int64_t present = file.size() - header.data_offset;
    if (wanted > present) {
        throw Error(errc::bad_file,
                    "the file is cut short: " + std::to_string(wanted) + " bytes of items were expected, " + std::to_string(present) + " follow the header",
                    file.size());
    }
    const auto* const data = bytes + header.data_offset;
    // An allocation of 0 bytes would mean that it is unknown.
    const Allocation allocation = wanted > 0 ? Allocation{data, wanted} : Allocation{bytes, file.size()};
    return View::on_lease(const_cast<std::byte*>(data), Device::cpu(), std::move(header.format), std::move(layout), true, allocation, file.lease())
        .expand_subarray();
}

}  // namespace

View open(const std::filesystem::path& path) {
    const View file = map_file(path);
    try {
        return lend_items(file);
    } catch (const Error& error) {
        const errc code = error.code() == errc::overflow || error.code() == errc::out_of_range ? errc::bad_file : error.code();
        throw Error(code, path.string() + ": " + error.what(), error.index());
    }
}

}  // namespace ndlease::npy
