// SPDX-License-Identifier: Apache-2.0
#include "stream/event_pool.hpp"
#include "stream/operations.hpp"

#include <ndlease/error.hpp>
#include <ndlease/stream.hpp>

namespace ndlease {

using namespace detail;

namespace {

void check_record(StreamRef stream, const Result& result) {
    check(*stream.operations(), result, [&] { return "an event on " + to_string(stream); });
}

}  // namespace

Event Event::record(StreamRef stream) {
    if (stream.is_host()) return {};
    void* event = nullptr;
    check_record(stream, take_event(*stream.operations(), stream.device().id, &event));
    return record_anew(event, stream);
}

Event Event::record_anew(void* event, StreamRef stream) {
    Event result;
    result.operations_ = stream.operations();
    result.event_ = event;
    result.device_ = stream.device();
    StreamIdentity identity;
    const Result recorded = stream.operations()->identify_and_record(event, {stream.device().id, stream.handle()}, &identity);
    result.stream_id_ = identity.id;
    result.capture_id_ = identity.capture.id;
    check_record(stream, recorded);
    return result;
}

Event Event::borrow(CUevent_st* event, Device device) {
    if (event == nullptr) throw Error(errc::invalid_argument, "an event of " + to_string(device) + " to be borrowed is NULL");
    check_stream_device(device);
    Event result;
    result.operations_ = &require_cuda_stream_operations("an event of somebody else's");
    result.event_ = event;
    result.borrowed_ = true;
    result.device_ = device;
    return result;
}

Event::~Event() {
    if (event_ == nullptr || borrowed_) return;
    if (capture_id_ != 0) {  // it belongs to a capture: not to be recorded again
        discard_event(*operations_, device_.id, event_);
    } else {
        give_event(*operations_, device_.id, event_);
    }
}

bool Event::is_done() const {
    if (event_ == nullptr) return true;
    const Result result = operations_->query_event(event_);
    if (result.outcome == Outcome::not_ready) return false;
    check(*operations_, result, [&] { return "asking for an event of " + to_string(device_); });
    return true;
}

void Event::synchronize() const {
    if (event_ != nullptr) check(*operations_, operations_->synchronize_event(event_), [&] { return "waiting for an event of " + to_string(device_); });
}

}  // namespace ndlease
