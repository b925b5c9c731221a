// SPDX-License-Identifier: Apache-2.0
#include "copy/through_host.hpp"

#include "copy/device_copy.hpp"

#include <ndlease/memory.hpp>

namespace ndlease {

struct detail::ThroughHost {
    Device dst_device, src_device;
    Format dst_format, src_format;
    Layout dst_layout, src_layout;
    CopyOptions options;
};

namespace copying {
namespace {

bool host_reaches(Device memory) noexcept { return reachable_from(memory, Device::cpu()); }

/// The bytes as they are.
void copy_plainly(const View& dst, const View& src, const CopyOptions& like, StreamRef stream) {
    CopyOptions options = like;
    options.conversion = Conversion::none;
    CopyPlan::make(dst, src, options).run(stream);
}

}  // namespace

std::shared_ptr<const detail::ThroughHost> make_through_host(const View& dst, const View& src, const CopyOptions& options) {
    if (dst.device() == Device::cpu() && src.device() == Device::cpu()) return nullptr;
    return std::make_shared<const detail::ThroughHost>(
        detail::ThroughHost{dst.device(), src.device(), dst.format(), src.format(), dst.layout(), src.layout(), options});
}

void run_through_host(const detail::ThroughHost& how, void* dst, const void* src, StreamRef stream) {
    refuse_capture(stream, "a copy that converts items or follows suboffsets");
    const View to = View::lend(dst, how.dst_device, how.dst_format, how.dst_layout);
    const View from = View::lend(src, how.src_device, how.src_format, how.src_layout);
    // The CPU may touch pinned and managed memory once the stream is done with it.
    if (!stream.is_host()) stream.synchronize();

    View source = from;
    if (!host_reaches(how.src_device)) {
        source = allocate(how.src_format, how.src_layout.shape());
        copy_plainly(source, from, how.options, stream);
    }
    if (host_reaches(how.dst_device)) {
        CopyPlan::make(to, source, how.options).run();
        return;
    }
    const View target = allocate(how.dst_format, how.dst_layout.shape());
    // A converted record leaves its padding as it is.
    if (how.dst_format.element().is_record()) copy_plainly(target, to, how.options, stream);
    CopyPlan::make(target, source, how.options).run();
    copy_plainly(to, target, how.options, stream);
}

}  // namespace copying
}  // namespace ndlease
