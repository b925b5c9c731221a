// SPDX-License-Identifier: Apache-2.0
// The dict of __array_interface__, version 3.
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>
#include <ndlease/interop/array_interface.hpp>

#include "interop/array_item.hpp"
#include "interop/array_json.hpp"
#include "interop/host_memory_rules.hpp"
#include "interop/imported_policy.hpp"

namespace ndlease::array_interface {
namespace {

constexpr const char* protocol = "__array_interface__";
constexpr int least_version = 3;

[[noreturn]] void fail(errc code, const std::string& why) { throw Error(code, std::string(protocol) + ": " + why); }

/// The buffer's memory from `offset` on; the array keeps the buffer's lease.
View import_from_buffer(const ArrayInterface& dict, const View& buffer, Format item, Layout layout) {
    if (!reachable_from(buffer.device(), Device::cpu())) fail(errc::device, "the buffer is memory of " + to_string(buffer.device()));
    if (!buffer.is_contiguous(Order::any)) fail(errc::bad_layout, "the buffer has gaps: layout " + to_string(buffer.layout()));
    const std::int64_t bytes = buffer.nbytes();
    if (dict.offset < 0 || dict.offset > bytes) {
        fail(errc::out_of_bounds, "offset " + std::to_string(dict.offset) + " in a buffer of " + std::to_string(bytes) + " bytes");
    }
    // An allocation of 0 bytes would mean that it is unknown.
    if (bytes == 0 && layout.size() != 0 && item.itemsize() != 0) fail(errc::out_of_bounds, "the buffer is empty, the array is not");
    auto* const data = static_cast<std::byte*>(const_cast<void*>(buffer.data())) + dict.offset;
    item = detail::limit_to_place(item, data, layout);
    return View::on_lease(data, buffer.device(), std::move(item), std::move(layout), dict.read_only || buffer.is_read_only(), {buffer.data(), bytes},
                          buffer.lease());
}

}  // namespace

View import_interface(const ArrayInterface& dict, ReleaseCallback release, const ImportOptions& options) {
    if (dict.version < least_version) {
        fail(errc::not_supported, "version " + std::to_string(dict.version) + "; " + std::to_string(least_version) + " and later are read");
    }
    if (dict.has_mask) fail(errc::not_supported, "mask: arrays with a mask are not read");
    Format item = detail::item_from(parse_typestr(dict.typestr), dict.descr);
    Layout layout = dict.strides ? Layout(dict.shape.span(), dict.strides->span()) : Layout::c_order(dict.shape.span(), item.itemsize());
    if (!dict.data) {
        if (!options.buffer) fail(errc::invalid_argument, "data is not given: the object's buffer is needed");
        if (release) fail(errc::invalid_argument, "data is not given: the lease is the buffer's, and there is nothing else to release");
        return import_from_buffer(dict, *options.buffer, std::move(item), std::move(layout));
    }
    if (options.buffer) fail(errc::invalid_argument, "a buffer is given beside the address in data");
    if (dict.offset != 0) fail(errc::invalid_argument, "offset " + std::to_string(dict.offset) + " beside an address; it counts from the start of a buffer");
    auto* const data = reinterpret_cast<void*>(*dict.data);  // NOLINT(performance-no-int-to-ptr): the protocol's form
    item = detail::limit_to_place(item, data, layout);
    const Device device = detail::imported_host_device(data, options.check_device, protocol);
    return View::lend(data, device, std::move(item), std::move(layout),
                      {.read_only = dict.read_only, .policy = detail::imported_policy(options.policy, device), .release = std::move(release)});
}

ArrayInterface export_interface(const View& view) {
    detail::ItemText text = detail::item_text(view.format(), protocol);
    detail::ready_for_host(view, protocol);
    ArrayInterface dict;
    dict.shape = view.shape();
    dict.typestr = std::move(text.typestr);
    dict.descr = std::move(text.descr);
    dict.data = reinterpret_cast<std::uintptr_t>(view.data());
    dict.read_only = view.is_read_only();
    if (!view.is_contiguous(Order::c)) dict.strides = view.strides();
    return dict;
}

std::string to_json(const ArrayInterface& dict) {
    if (dict.has_mask) fail(errc::not_supported, "mask: arrays with a mask are not written");
    detail::DictEntries entries;
    entries.shape = dict.shape;
    entries.typestr = dict.typestr;
    entries.descr = dict.descr;
    entries.data = dict.data;
    entries.read_only = dict.read_only;
    entries.strides = dict.strides;
    entries.version = dict.version;
    if (!dict.data || dict.offset != 0) entries.offset = dict.offset;
    return detail::write_json_dict(entries, detail::OwnKey::offset, protocol);
}

ArrayInterface from_json(std::string_view json) {
    detail::DictEntries entries = detail::read_json_dict(json, detail::OwnKey::offset, protocol);
    ArrayInterface dict;
    dict.shape = std::move(entries.shape);
    dict.typestr = std::move(entries.typestr);
    dict.descr = std::move(entries.descr);
    dict.data = entries.data;
    dict.read_only = entries.read_only;
    dict.strides = std::move(entries.strides);
    dict.offset = entries.offset.value_or(0);
    dict.version = static_cast<int>(entries.version);
    return dict;
}

}  // namespace ndlease::array_interface
