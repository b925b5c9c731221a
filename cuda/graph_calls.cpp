// SPDX-License-Identifier: Apache-2.0
#include "graph_calls.hpp"

#include <atomic>
#include <new>

#include "native_call.hpp"

namespace ndlease::gpu {
namespace {

/// What the user object owns. It is destroyed by whoever ends the object: the graph's last owner, or ourselves when the graph did not take it.
struct Kept {
    void* payload;
    void (*drop)(void*);
    std::atomic<bool> taken{false};
};

void CUDART_CB destroy(void* object) {
    auto* const kept = static_cast<Kept*>(object);
    if (kept->taken.load(std::memory_order_acquire)) kept->drop(kept->payload);
    delete kept;
}

cudaError_t keep(CallName& call, cudaStream_t stream, Kept* kept) noexcept {
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    cudaGraph_t graph = nullptr;
    call.name = "cudaStreamGetCaptureInfo";
    cudaError_t code = cudaStreamGetCaptureInfo(stream, &status, nullptr, &graph);
    if (code == cudaSuccess && status != cudaStreamCaptureStatusActive) code = cudaErrorStreamCaptureInvalidated;
    cudaUserObject_t object = nullptr;
    if (code == cudaSuccess) {
        call.name = "cudaUserObjectCreate";
        code = cudaUserObjectCreate(&object, kept, destroy, 1, cudaUserObjectNoDestructorSync);
    }
    if (code != cudaSuccess) {
        delete kept;
        return code;
    }
    // Before the graph can end: it may do so on another thread at once.
    kept->taken.store(true, std::memory_order_release);
    call.name = "cudaGraphRetainUserObject";
    code = cudaGraphRetainUserObject(graph, object, 1, cudaGraphUserObjectMove);
    if (code == cudaSuccess) return code;
    kept->taken.store(false, std::memory_order_release);
    static_cast<void>(cudaUserObjectRelease(object, 1));
    return code;
}

}  // namespace

detail::Result keep_in_graph(detail::NativeStream stream, void* payload, void (*drop)(void*)) noexcept {
    auto* const kept = new (std::nothrow) Kept{payload, drop, {}};
    if (kept == nullptr) return {detail::Outcome::out_of_memory, 0, "operator new"};
    bool called = false;
    const detail::Result result = native_calls(stream.device, thread_of(stream.handle), "cudaStreamGetCaptureInfo", [&](CallName& call) {
        called = true;
        return keep(call, stream_of(stream), kept);
    });
    if (!called) delete kept;
    return result;
}

}  // namespace ndlease::gpu
