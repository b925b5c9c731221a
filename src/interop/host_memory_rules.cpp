// SPDX-License-Identifier: Apache-2.0
#include "interop/host_memory_rules.hpp"

#include <string>

#include <ndlease/error.hpp>

namespace ndlease::detail {

Device imported_host_device(const void* data, bool ask, const char* protocol) {
    if (!ask || data == nullptr) return Device::cpu();
    const PointerProperties found = pointer_properties(data);
    if (!found.known) return Device::cpu();
    if (!reachable_from(found.device, Device::cpu())) {
        throw Error(errc::device, std::string(protocol) + ": data is memory of " + to_string(found.device) + ", which the host cannot reach");
    }
    return found.device;
}

void ready_for_host(const View& view, const char* protocol, bool indirect) {
    if (!reachable_from(view.device(), Device::cpu())) {
        throw Error(errc::device, std::string(protocol) + ": memory of " + to_string(view.device()) + ", which the host cannot reach");
    }
    if (view.layout().is_indirect() && !indirect) {
        throw Error(errc::not_expressible, std::string(protocol) + " cannot say suboffsets: layout " + to_string(view.layout()));
    }
    view.lease().order_after(StreamRef::host(), view.is_read_only() ? Use::read : Use::write);
}

}  // namespace ndlease::detail
