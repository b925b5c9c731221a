// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/stream.hpp>

#include "stream/operations.hpp"

namespace ndlease {

using namespace detail;

namespace {

NativeStream native(StreamRef stream) noexcept { return {stream.device().id, stream.handle()}; }

void check_handle(const CUstream_st* stream) {
    if (stream == nullptr) {
        throw Error(errc::invalid_argument,
                    "a stream from NULL: it is the legacy or the per-thread default stream, by how its user was compiled; say StreamRef::legacy_default or "
                    "StreamRef::per_thread_default");
    }
}

}  // namespace

StreamRef::StreamRef(CUstream_st* stream) {
    check_handle(stream);
    const StreamOperations& operations = require_cuda_stream_operations("a stream");
    int ordinal = 0;
    detail::check(operations, operations.stream_device(stream, &ordinal), "the device of a stream");
    *this = StreamRef(&operations, Device::cuda(ordinal), stream);
}

StreamRef StreamRef::cuda(CUstream_st* stream, Device device) {
    check_handle(stream);
    check_stream_device(device);
    return {&require_cuda_stream_operations("a stream"), device, stream};
}

StreamRef StreamRef::legacy_default(Device device) {
    check_stream_device(device);
    const StreamOperations& operations = require_cuda_stream_operations("the legacy default stream");
    return {&operations, device, operations.default_stream(false)};
}

StreamRef StreamRef::per_thread_default(Device device) {
    check_stream_device(device);
    const StreamOperations& operations = require_cuda_stream_operations("the per-thread default stream");
    return {&operations, device, operations.default_stream(true)};
}

std::optional<StreamRef> StreamRef::from_integer(std::optional<std::int64_t> handle, Device device) {
    if (handle == -1) return std::nullopt;
    if (!handle || *handle == 1) return legacy_default(device);
    if (*handle == 2) return per_thread_default(device);
    if (*handle <= 0) {
        throw Error(errc::invalid_argument,
                    "stream " + std::to_string(*handle) +
                        (*handle == 0 ? " is ambiguous: say 1 for the legacy or 2 for the per-thread default stream" : " is no stream"));
    }
    return cuda(reinterpret_cast<CUstream_st*>(static_cast<std::uintptr_t>(*handle)), device);  // NOLINT(performance-no-int-to-ptr): the protocols' form
}

std::int64_t StreamRef::to_integer() const {
    if (is_host()) throw Error(errc::not_expressible, "the host has no stream that could be given as an integer");
    if (is_legacy_default()) return 1;
    if (is_per_thread_default()) return 2;
    return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(handle_));
}

bool StreamRef::is_legacy_default() const noexcept { return operations_ != nullptr && operations_->is_legacy_default(handle_); }
bool StreamRef::is_per_thread_default() const noexcept { return operations_ != nullptr && operations_->is_per_thread_default(handle_); }

std::uint64_t StreamRef::id() const {
    std::uint64_t result = 0;
    if (!is_host()) detail::check(*operations_, operations_->stream_id(native(*this), &result), [&] { return "the id of " + to_string(*this); });
    return result;
}

bool StreamRef::is_capturing() const {
    CaptureState state;
    if (!is_host()) detail::check(*operations_, operations_->stream_capture(native(*this), &state), [&] { return "the capture state of " + to_string(*this); });
    return state.active;
}

bool StreamRef::is_idle() const {
    if (is_host()) return true;
    const Result result = operations_->query_stream(native(*this));
    if (result.outcome == Outcome::not_ready) return false;
    detail::check(*operations_, result, [&] { return "asking " + to_string(*this); });
    return true;
}

void StreamRef::synchronize() const {
    if (!is_host()) detail::check(*operations_, operations_->synchronize_stream(native(*this)), [&] { return "waiting for " + to_string(*this); });
}

void StreamRef::wait(const Event& event) const {
    if (event.cuda() == nullptr) return;
    if (is_host()) {
        event.synchronize();
        return;
    }
    CaptureState capture;
    detail::check(*operations_, operations_->stream_capture(native(*this), &capture), [&] { return "a wait on " + to_string(*this); });
    const bool external = capture.active && event.capture_id() == 0;
    detail::check(*operations_, operations_->wait(native(*this), event.cuda(), external), [&] { return "a wait on " + to_string(*this); });
}

std::string to_string(StreamRef stream) {
    if (stream.is_host()) return "host";
    const std::string device = to_string(stream.device());
    if (stream.is_legacy_default()) return device + " legacy default stream";
    if (stream.is_per_thread_default()) return device + " per-thread default stream";
    std::array<char, 32> handle{};
    (void)std::snprintf(handle.data(), handle.size(), "%p", stream.handle());
    return device + " stream " + handle.data();
}

}  // namespace ndlease
