// SPDX-License-Identifier: Apache-2.0
// The dict of __cuda_array_interface__, versions 0 to 3.
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>
#include <ndlease/interop/cuda_array_interface.hpp>

#include "interop/array_item.hpp"
#include "interop/array_json.hpp"
#include "interop/exported_share.hpp"

namespace ndlease::cuda_array_interface {
namespace {

constexpr const char* protocol = "__cuda_array_interface__";
constexpr int newest_version = 3;
constexpr int first_with_zero_pointer = 2;  // for arrays without elements
constexpr int first_with_stream = 3;

[[noreturn]] void fail(errc code, const std::string& why) { throw Error(code, std::string(protocol) + ": " + why); }

void check_head(const CudaArrayInterface& dict) {
    if (dict.version < 0 || dict.version > newest_version) {
        fail(errc::not_supported, "version " + std::to_string(dict.version) + "; 0 to " + std::to_string(newest_version) + " are read");
    }
    if (dict.has_mask) fail(errc::not_supported, "mask: arrays with a mask are not read");
    if (!dict.stream) return;
    if (dict.version < first_with_stream) fail(errc::invalid_argument, "a stream in version " + std::to_string(dict.version) + ", which has none");
    if (*dict.stream == 0) fail(errc::invalid_argument, "stream 0 is ambiguous: 1 is the legacy and 2 the per-thread default stream");
    if (*dict.stream < 0) fail(errc::invalid_argument, "stream " + std::to_string(*dict.stream) + " is no stream");
}

bool reachable_by_cuda(Device device) { return reachable_from(device, Device::cuda(device.type == DeviceType::cuda ? device.id : 0)); }

Device device_of(const void* data, bool has_elements, const ImportOptions& options) {
    if (options.device && !reachable_by_cuda(*options.device))
        fail(errc::device, "memory of " + to_string(*options.device) + ", which no CUDA device can reach");
    if (!options.check_device || data == nullptr || !has_elements) {
        if (options.device) return *options.device;
        if (!has_elements || data == nullptr) return Device::cuda(0);  // NULL with elements is refused when it is lent
        fail(errc::invalid_argument, "the device must be given where the pointer is not to be asked");
    }
    const PointerProperties found = pointer_properties(data);
    if (!found.known) fail(errc::device, "data is memory that CUDA does not know");
    if (options.device && *options.device != found.device) {
        fail(errc::device, "data is memory of " + to_string(found.device) + ", not of " + to_string(*options.device));
    }
    return found.device;
}

/// Handles say their device themselves; the default streams are those of the memory's device.
StreamRef stream_of(std::int64_t number, Device memory) {
    constexpr std::int64_t per_thread_default = 2;
    if (number <= per_thread_default && memory.type == DeviceType::cuda) return *StreamRef::from_integer(number, memory);
    return StreamRef(reinterpret_cast<CUstream_st*>(static_cast<std::uintptr_t>(number)));  // NOLINT(performance-no-int-to-ptr): the protocol's form
}

}  // namespace

struct Exported::Parts {
    Parts(CudaArrayInterface&& said, const View& view, std::optional<StreamRef> stream) : dict(std::move(said)), share(view, stream) {}
    CudaArrayInterface dict;
    detail::ExportedShare share;
};

Exported::Exported(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}
Exported::Exported(Exported&& other) noexcept = default;
Exported& Exported::operator=(Exported&& other) noexcept = default;
Exported::~Exported() = default;
const CudaArrayInterface& Exported::dict() const noexcept { return parts_->dict; }

View import_interface(const CudaArrayInterface& dict, ReleaseCallback release, const ImportOptions& options) {
    check_head(dict);
    Format item = detail::item_from(parse_typestr(dict.typestr), dict.descr);
    Layout layout = dict.strides ? Layout(dict.shape.span(), dict.strides->span()) : Layout::c_order(dict.shape.span(), item.itemsize());
    auto* const data = reinterpret_cast<void*>(dict.data);  // NOLINT(performance-no-int-to-ptr): the protocol's form
    item = detail::limit_to_place(item, data, layout);
    const bool has_elements = !layout.is_empty() && item.itemsize() > 0;
    const Device device = device_of(data, has_elements, options);
    PendingWork ready;
    if (dict.stream && has_elements) ready = stream_of(*dict.stream, device);
    return View::lend(data, device, std::move(item), std::move(layout),
                      {.read_only = dict.read_only, .policy = options.policy, .ready = std::move(ready), .release = std::move(release)});
}

Exported export_interface(const View& view, const ExportOptions& options) {
    if (options.version < 0 || options.version > newest_version) {
        fail(errc::invalid_argument, "version " + std::to_string(options.version) + "; 0 to " + std::to_string(newest_version) + " are written");
    }
    if (options.stream && options.version < first_with_stream) {
        fail(errc::not_expressible, "version " + std::to_string(options.version) + " cannot say a stream");
    }
    detail::ItemText text = detail::item_text(view.format(), protocol);
    if (view.layout().is_indirect()) fail(errc::not_expressible, "suboffsets cannot be said: layout " + to_string(view.layout()));
    if (!reachable_by_cuda(view.device())) fail(errc::device, "memory of " + to_string(view.device()) + ", which no CUDA device can reach");
    CudaArrayInterface dict;
    if (options.stream) dict.stream = options.stream->to_integer();
    dict.shape = view.shape();
    dict.typestr = std::move(text.typestr);
    dict.descr = std::move(text.descr);
    const bool keeps_pointer = view.size() > 0 || options.version < first_with_zero_pointer;
    dict.data = keeps_pointer ? reinterpret_cast<std::uintptr_t>(view.data()) : 0;
    dict.read_only = view.is_read_only();
    if (!view.is_contiguous(Order::c)) dict.strides = view.strides();
    dict.version = options.version;
    return Exported(std::make_unique<Exported::Parts>(std::move(dict), view, options.stream));
}

std::string to_json(const CudaArrayInterface& dict) {
    if (dict.has_mask) fail(errc::not_supported, "mask: arrays with a mask are not written");
    detail::DictEntries entries;
    entries.shape = dict.shape;
    entries.typestr = dict.typestr;
    entries.descr = dict.descr;
    entries.data = dict.data;
    entries.read_only = dict.read_only;
    entries.strides = dict.strides;
    entries.stream = dict.stream;
    entries.version = dict.version;
    return detail::write_json_dict(entries, detail::OwnKey::stream, protocol);
}

CudaArrayInterface from_json(std::string_view json) {
    detail::DictEntries entries = detail::read_json_dict(json, detail::OwnKey::stream, protocol);
    if (!entries.data) fail(errc::bad_format, "data is missing");
    CudaArrayInterface dict;
    dict.shape = std::move(entries.shape);
    dict.typestr = std::move(entries.typestr);
    dict.descr = std::move(entries.descr);
    dict.data = *entries.data;
    dict.read_only = entries.read_only;
    dict.strides = std::move(entries.strides);
    dict.stream = entries.stream;
    dict.version = static_cast<int>(entries.version);
    return dict;
}

}  // namespace ndlease::cuda_array_interface
