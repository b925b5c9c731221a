// SPDX-License-Identifier: Apache-2.0
#include "lease/fake_streams.hpp"

#include <memory>

namespace ndlease::testing {

using detail::CaptureState;
using detail::NativeStream;
using detail::Outcome;
using detail::Result;

struct FakeStreams::State {
    struct FakeStream {
        std::uint64_t id = 0;
        int device = 0;
        int enqueued = 0;
        int finished = 0;
        std::uint64_t capture = 0;
    };
    struct FakeEvent {
        int device = 0;
        FakeStream* stream = nullptr;
        int ticket = 0;
    };
    std::mutex mutex;
    std::map<std::uint64_t, std::unique_ptr<FakeStream>> streams;
    std::set<FakeEvent*> events;
    std::map<std::string, std::pair<Outcome, int>> failures;
    std::multimap<std::uint64_t, std::pair<void*, void (*)(void*)>> kept;
    std::vector<std::string> log;

    Result call(const char* name) {
        const auto found = failures.find(name);
        if (found == failures.end() || found->second.second-- <= 0) return {};
        return {found->second.first, 1, name};
    }
    static bool is_done(const FakeEvent& event) { return event.stream == nullptr || event.stream->finished >= event.ticket; }
};

namespace {

FakeStreams::State* state = nullptr;
using FakeStream = FakeStreams::State::FakeStream;
using FakeEvent = FakeStreams::State::FakeEvent;

FakeStream& of(NativeStream stream) { return *static_cast<FakeStream*>(stream.handle); }
std::string name(const FakeStream* stream) { return stream == nullptr ? "nothing" : std::to_string(stream->id); }
using Lock = std::lock_guard<std::mutex>;

const detail::StreamOperations operations = {
    .name = "fake",
    .make_stream =
        [](int, int, void**) noexcept {
            return Result{Outcome::failed, 1, "make_stream"};
        },
    .destroy_stream = [](NativeStream) noexcept { return Result{}; },
    .stream_device =
        [](void* stream, int* device) noexcept {
            *device = static_cast<FakeStream*>(stream)->device;
            return Result{};
        },
    .stream_id =
        [](NativeStream stream, std::uint64_t* id) noexcept {
            const Lock lock(state->mutex);
            *id = of(stream).id;
            return state->call("stream_id");
        },
    .stream_capture =
        [](NativeStream stream, CaptureState* capture) noexcept {
            const Lock lock(state->mutex);
            *capture = {of(stream).capture != 0, of(stream).capture};
            return state->call("stream_capture");
        },
    .identify_stream =
        [](NativeStream stream, detail::StreamIdentity* identity) noexcept {
            const Lock lock(state->mutex);
            *identity = {of(stream).id, {of(stream).capture != 0, of(stream).capture}};
            return state->call("identify_stream");
        },
    .query_stream =
        [](NativeStream stream) noexcept {
            const Lock lock(state->mutex);
            return of(stream).finished >= of(stream).enqueued ? Result{} : Result{Outcome::not_ready, 0, "query_stream"};
        },
    .synchronize_stream =
        [](NativeStream stream) noexcept {
            const Lock lock(state->mutex);
            state->log.push_back("synchronize stream " + name(&of(stream)));
            const Result result = state->call("synchronize_stream");
            if (result.ok()) of(stream).finished = of(stream).enqueued;
            return result;
        },
    .synchronize_device =
        [](int device) noexcept {
            const Lock lock(state->mutex);
            state->log.push_back("synchronize device " + std::to_string(device));
            const Result result = state->call("synchronize_device");
            for (auto& [id, stream] : state->streams) {
                if (result.ok() && stream->device == device) stream->finished = stream->enqueued;
            }
            return result;
        },
    .make_event =
        [](int device, void** event) noexcept {
            const Lock lock(state->mutex);
            const Result result = state->call("make_event");
            if (result.ok()) *event = *state->events.insert(new FakeEvent{device}).first;
            return result;
        },
    .destroy_event =
        [](int, void* event) noexcept {
            const Lock lock(state->mutex);
            if (state->events.erase(static_cast<FakeEvent*>(event)) == 1) delete static_cast<FakeEvent*>(event);
        },
    .record =
        [](void* event, NativeStream stream) noexcept {
            const Lock lock(state->mutex);
            state->log.push_back("record " + name(&of(stream)));
            auto& recorded = *static_cast<FakeEvent*>(event);
            if (recorded.device != of(stream).device) return Result{Outcome::failed, 1, "record an event of another device"};
            const Result result = state->call("record");
            if (result.ok()) recorded = {recorded.device, &of(stream), of(stream).enqueued};
            return result;
        },
    .identify_and_record =
        [](void* event, NativeStream stream, detail::StreamIdentity* identity) noexcept {
            const Result identified = operations.identify_stream(stream, identity);
            return identified.ok() ? operations.record(event, stream) : identified;
        },
    .wait =
        [](NativeStream stream, void* event, bool external) noexcept {
            const Lock lock(state->mutex);
            state->log.push_back("wait " + name(&of(stream)) + " for " + name(static_cast<FakeEvent*>(event)->stream) + (external ? " external" : ""));
            return state->call("wait");
        },
    .query_event =
        [](void* event) noexcept {
            const Lock lock(state->mutex);
            const Result result = state->call("query_event");
            if (!result.ok()) return result;
            return FakeStreams::State::is_done(*static_cast<FakeEvent*>(event)) ? Result{} : Result{Outcome::not_ready, 0, "query_event"};
        },
    .synchronize_event =
        [](void* event) noexcept {
            const Lock lock(state->mutex);
            FakeEvent& waited = *static_cast<FakeEvent*>(event);
            state->log.push_back("synchronize event of " + name(waited.stream));
            const Result result = state->call("synchronize_event");
            if (result.ok() && waited.stream != nullptr && waited.stream->finished < waited.ticket) waited.stream->finished = waited.ticket;
            return result;
        },
    .keep_in_graph =
        [](NativeStream stream, void* payload, void (*drop)(void*)) noexcept {
            const Lock lock(state->mutex);
            const Result result = state->call("keep_in_graph");
            if (result.ok()) state->kept.emplace(of(stream).capture, std::pair{payload, drop});
            return result;
        },
    .is_legacy_default = [](void*) noexcept { return false; },
    .is_per_thread_default = [](void* stream) noexcept { return static_cast<FakeStream*>(stream)->id == 2; },
    .default_stream = [](bool) noexcept -> void* { return nullptr; },
    .describe = [](const Result& result) { return std::string(result.call) + " failed"; },
};

}  // namespace

FakeStreams::FakeStreams() {
    // Never destroyed: the pools keep events of it.
    static State& only = *new State;
    state = &only;
    heal();
    (void)take_log();
}
FakeStreams::~FakeStreams() { finish_all(); }

StreamRef FakeStreams::stream(std::uint64_t id, int device) {
    const Lock lock(state->mutex);
    auto& known = state->streams[id];
    if (!known) known = std::make_unique<State::FakeStream>();
    known->id = id;
    known->device = device;
    return {&operations, Device::cuda(device), known.get()};
}
void FakeStreams::enqueue(StreamRef stream) {
    const Lock lock(state->mutex);
    ++static_cast<FakeStream*>(stream.handle())->enqueued;
}
void FakeStreams::finish(StreamRef stream) {
    const Lock lock(state->mutex);
    auto& fake = *static_cast<FakeStream*>(stream.handle());
    fake.finished = fake.enqueued;
}
void FakeStreams::finish_all() {
    const Lock lock(state->mutex);
    for (auto& [id, stream] : state->streams) {
        stream->finished = stream->enqueued;
        stream->capture = 0;
    }
}
void FakeStreams::fail(const std::string& call, Outcome outcome, int times) {
    const Lock lock(state->mutex);
    state->failures[call] = {outcome, times};
}
void FakeStreams::heal() {
    const Lock lock(state->mutex);
    state->failures.clear();
}
void FakeStreams::begin_capture(StreamRef stream, std::uint64_t id) {
    const Lock lock(state->mutex);
    static_cast<FakeStream*>(stream.handle())->capture = id;
}
void FakeStreams::end_capture(StreamRef stream) { begin_capture(stream, 0); }
void FakeStreams::destroy_graph(std::uint64_t capture_id) {
    std::vector<std::pair<void*, void (*)(void*)>> dropped;
    {
        const Lock lock(state->mutex);
        for (auto [first, last] = state->kept.equal_range(capture_id); first != last; ++first) dropped.push_back(first->second);
        state->kept.erase(capture_id);
    }
    for (const auto& [payload, drop] : dropped) drop(payload);
}
std::vector<std::string> FakeStreams::take_log() {
    const Lock lock(state->mutex);
    return std::exchange(state->log, {});
}
int FakeStreams::events_alive() const {
    const Lock lock(state->mutex);
    return static_cast<int>(state->events.size());
}
int FakeStreams::shares_kept() const {
    const Lock lock(state->mutex);
    return static_cast<int>(state->kept.size());
}

}  // namespace ndlease::testing
