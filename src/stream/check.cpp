// SPDX-License-Identifier: Apache-2.0
#include <ndlease/error.hpp>

#include "stream/operations.hpp"

namespace ndlease::detail {

void check_stream_device(Device device) {
    if (device.type != DeviceType::cuda) throw Error(errc::invalid_argument, "a CUDA stream on " + to_string(device) + ": it is no CUDA device");
    if (device.id < 0) throw Error(errc::device, "a CUDA stream on " + to_string(device) + ": there is no such device");
}

void throw_failed(const StreamOperations& operations, const Result& result, const std::string& what) {
    switch (result.outcome) {
        case Outcome::unavailable:
            throw Error(errc::device,
                        what + ": no device call is made any more: the process exits, was forked after its first device call, or ndlease was shut down");
        case Outcome::out_of_memory: throw Error(errc::out_of_memory, what + ": " + operations.describe(result));
        case Outcome::ok:
        case Outcome::not_ready:
        case Outcome::capturing:
        case Outcome::device_lost:
        case Outcome::failed: break;
    }
    throw Error(errc::device, what + ": " + operations.describe(result));
}

}  // namespace ndlease::detail
