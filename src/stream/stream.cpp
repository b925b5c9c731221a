// SPDX-License-Identifier: Apache-2.0
#include <ndlease/stream.hpp>

#include "stream/operations.hpp"

namespace ndlease {

Stream Stream::make(Device device, int priority) {
    const detail::StreamOperations& operations = detail::require_cuda_stream_operations("a stream");
    detail::check_stream_device(device);
    void* handle = nullptr;
    detail::check(operations, operations.make_stream(device.id, priority, &handle), [&] { return "a stream on " + to_string(device); });
    return Stream(StreamRef(&operations, device, handle));
}

Stream::~Stream() {
    if (!ref_.is_host()) (void)ref_.operations()->destroy_stream({ref_.device().id, ref_.handle()});
}

}  // namespace ndlease
