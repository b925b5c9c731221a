// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <vector>

#include "capture.hpp"
#include "copy_rows.hpp"
#include "submit.hpp"

using namespace simulated_cuda;  // NOLINT: every function here is one of CUDA's

namespace {
struct Sides {
    Rows destination, source;
    RowShape shape;
};

// Finds the block of one side; an error if the rows leave it or it is gone.
cudaError_t resolve(const Call& call, Rows& rows, const RowShape& shape, const char* side) {
    std::size_t bytes = 0;
    if (rows.address == 0 || !span_of(rows, shape, bytes)) {
        return cudaErrorInvalidValue;
    }
    rows.block = find_block(call.runtime, rows.address);
    if (!rows.block) {
        if (in_windows(call.runtime, rows.address)) {
            call.violate(violation::out_of_bounds, std::string(side) + " at " + hex(rows.address) + " lies in no block");
            return cudaErrorInvalidValue;
        }
        return cudaSuccess;
    }
    if (!rows.block->holds(rows.address, bytes)) {
        call.violate(violation::out_of_bounds,
                     std::to_string(bytes) + " bytes of " + side + " at " + hex(rows.address) + " leave the " + describe(*rows.block));
        return cudaErrorInvalidValue;
    }
    if (!rows.block->graph_owned && (!rows.block->live || rows.block->free_queued)) {
        call.violate(violation::dead_memory,
                     std::string(side) + " is a " + describe(*rows.block) + (rows.block->live ? ", which was given to cudaFreeAsync already" : ""));
        return cudaErrorInvalidValue;
    }
    return cudaSuccess;
}

bool on_device(const Rows& rows) { return rows.block && rows.block->kind == MemoryKind::device; }

bool kind_fits(cudaMemcpyKind kind, const Sides& sides) {
    const bool to_host = kind == cudaMemcpyHostToHost || kind == cudaMemcpyDeviceToHost;
    const bool from_host = kind == cudaMemcpyHostToHost || kind == cudaMemcpyHostToDevice;
    if (kind == cudaMemcpyDefault) {
        return true;
    }
    return !(to_host ? on_device(sides.destination) : !sides.destination.block) && !(from_host ? on_device(sides.source) : !sides.source.block);
}

void stage(Rows& source, const RowShape& shape, Operation& operation) {
    auto bytes = std::make_shared<std::vector<std::byte>>(shape.bytes());
    const Rows staged{reinterpret_cast<std::uintptr_t>(bytes->data()), shape.width, shape.width * shape.height, nullptr};
    move_rows(staged, source, shape);
    source = staged;
    operation.keep = std::move(bytes);
}

Range range_of(const Rows& rows, const RowShape& shape, bool write) {
    std::size_t bytes = 0;
    static_cast<void>(span_of(rows, shape, bytes));
    return {rows.block, rows.address, bytes, write};
}

enum class Waits : std::uint8_t { as_needed, yes };

cudaError_t copy(const Call& call, Sides sides, cudaMemcpyKind kind, cudaStream_t handle, Waits waits) {
    cudaError_t error = cudaSuccess;
    Stream* const stream = usable_stream(call, handle, error);
    if (stream == nullptr || (waits == Waits::yes && (error = refuse_unsafe_in_capture(call)) != cudaSuccess)) {
        return error;
    }
    if (static_cast<unsigned>(kind) > cudaMemcpyDefault) {
        return cudaErrorInvalidMemcpyDirection;
    }
    if (sides.shape.empty()) {
        return cudaSuccess;
    }
    if (sides.shape.height * sides.shape.depth > 1 && (sides.destination.pitch < sides.shape.width || sides.source.pitch < sides.shape.width)) {
        return cudaErrorInvalidPitchValue;
    }
    if ((error = resolve(call, sides.destination, sides.shape, "destination")) != cudaSuccess ||
        (error = resolve(call, sides.source, sides.shape, "source")) != cudaSuccess) {
        return error;
    }
    if (!kind_fits(kind, sides)) {
        return cudaErrorInvalidValue;
    }
    Runtime& state = call.runtime;
    const bool capturing = stream->capture != nullptr, to_pageable = !sides.destination.block;
    Operation operation;
    operation.kind = Operation::Kind::copy;
    operation.name = "copy";
    if (!to_pageable) {
        operation.ranges.push_back(range_of(sides.destination, sides.shape, true));
    }
    bool check_source = false;
    if (sides.source.block) {
        operation.ranges.push_back(range_of(sides.source, sides.shape, false));
        check_source = state.options.check_pinned_sources && sides.source.block->kind == MemoryKind::pinned && !capturing &&
                       !used_by_pending(state, sides.source.address, operation.ranges.back().bytes, true);
    } else if (!to_pageable && !capturing) {
        stage(sides.source, sides.shape, operation);
    }
    operation.run = [&state, sides, stream_id = stream->id, check_source, before = check_source ? fingerprint(sides.source, sides.shape) : 0] {
        if (check_source && fingerprint(sides.source, sides.shape) != before) {
            report(violation::pinned_write,
                   "the host wrote to the source of a copy queued on stream " + std::to_string(stream_id) + ": " + describe(*sides.source.block));
        }
        move_rows(sides.destination, sides.source, sides.shape);
        ++state.statistics.copies;
        state.statistics.copied_bytes += sides.shape.bytes();
    };
    const bool both_on_device = on_device(sides.destination) && on_device(sides.source);
    if ((error = submit(call, *stream, std::move(operation), cudaGraphNodeTypeMemcpy)) != cudaSuccess || capturing) {
        return error;
    }
    if (to_pageable || (waits == Waits::yes && !both_on_device)) {
        const Position end = stream->end();
        const Clock clock = stream->clock;
        wait_until(state, end, call.lock);
        host_knows(end);
        host_knows(clock);
        return state.sticky;
    }
    return cudaSuccess;
}

cudaError_t fill(const Call& call, Rows destination, int value, const RowShape& shape, cudaStream_t handle) {
    cudaError_t error = cudaSuccess;
    Stream* const stream = usable_stream(call, handle, error);
    if (stream == nullptr) {
        return error;
    }
    if (shape.empty()) {
        return cudaSuccess;
    }
    if (shape.height > 1 && destination.pitch < shape.width) {
        return cudaErrorInvalidPitchValue;
    }
    if ((error = resolve(call, destination, shape, "destination")) != cudaSuccess) {
        return error;
    }
    if (!destination.block) {
        return cudaErrorInvalidValue;
    }
    Operation operation;
    operation.kind = Operation::Kind::fill;
    operation.name = "memset";
    operation.ranges.push_back(range_of(destination, shape, true));
    operation.run = [destination, value, shape] { fill_rows(destination, value, shape); };
    return submit(call, *stream, std::move(operation), cudaGraphNodeTypeMemset);
}

std::uintptr_t number(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

Sides line(void* destination, const void* source, std::size_t bytes) {
    return {{number(destination), bytes, bytes, nullptr}, {number(source), bytes, bytes, nullptr}, {bytes, 1, 1}};
}
Sides plane(void* destination, std::size_t destination_pitch, const void* source, std::size_t source_pitch, std::size_t width, std::size_t height) {
    return {{number(destination), destination_pitch, 0, nullptr}, {number(source), source_pitch, 0, nullptr}, {width, height, 1}};
}
Rows corner(const cudaPitchedPtr& pointer, const cudaPos& position) {
    const std::size_t slice = pointer.pitch * pointer.ysize;
    return {number(pointer.ptr) + position.z * slice + position.y * pointer.pitch + position.x, pointer.pitch, slice, nullptr};
}
cudaError_t box(const Call& call, const cudaMemcpy3DParms* p, cudaStream_t stream, Waits waits) {
    if (p == nullptr || p->srcArray != nullptr || p->dstArray != nullptr) {
        return p == nullptr ? cudaErrorInvalidValue : cudaErrorNotSupported;
    }
    return copy(call, {corner(p->dstPtr, p->dstPos), corner(p->srcPtr, p->srcPos), {p->extent.width, p->extent.height, p->extent.depth}}, p->kind, stream,
                waits);
}

cudaError_t between_devices(const Call& call, void* destination, int to, const void* source, int from, std::size_t bytes, cudaStream_t stream, Waits waits) {
    if (!call.device_exists(to) || !call.device_exists(from)) {
        return cudaErrorInvalidDevice;
    }
    for (const auto& [address, device] : {std::pair{number(destination), to}, std::pair{number(source), from}}) {
        const std::shared_ptr<Block> block = find_block(call.runtime, address);
        if (bytes != 0 && block && block->kind == MemoryKind::device && block->device != device) {
            call.violate(violation::wrong_device, "device " + std::to_string(device) + " was named for the " + describe(*block));
            return cudaErrorInvalidValue;
        }
    }
    return copy(call, line(destination, source, bytes), cudaMemcpyDefault, stream, waits);
}
}  // namespace

extern "C" {

cudaError_t cudaMemcpy(void* dst, const void* src, size_t count, enum cudaMemcpyKind kind) {
    return api("cudaMemcpy", [&](const Call& call) { return copy(call, line(dst, src, count), kind, nullptr, Waits::yes); });
}
cudaError_t cudaMemcpyAsync(void* dst, const void* src, size_t count, enum cudaMemcpyKind kind, cudaStream_t stream) {
    return api("cudaMemcpyAsync", stream, [&](const Call& call) { return copy(call, line(dst, src, count), kind, stream, Waits::as_needed); });
}
cudaError_t cudaMemcpy2D(void* dst, size_t dpitch, const void* src, size_t spitch, size_t width, size_t height, enum cudaMemcpyKind kind) {
    return api("cudaMemcpy2D", [&](const Call& call) { return copy(call, plane(dst, dpitch, src, spitch, width, height), kind, nullptr, Waits::yes); });
}
cudaError_t cudaMemcpy2DAsync(void* dst, size_t dpitch, const void* src, size_t spitch, size_t width, size_t height, enum cudaMemcpyKind kind,
                              cudaStream_t stream) {
    return api("cudaMemcpy2DAsync", stream,
               [&](const Call& call) { return copy(call, plane(dst, dpitch, src, spitch, width, height), kind, stream, Waits::as_needed); });
}
cudaError_t cudaMemcpy3D(const struct cudaMemcpy3DParms* p) {
    return api("cudaMemcpy3D", [&](const Call& call) { return box(call, p, nullptr, Waits::yes); });
}
cudaError_t cudaMemcpy3DAsync(const struct cudaMemcpy3DParms* p, cudaStream_t stream) {
    return api("cudaMemcpy3DAsync", stream, [&](const Call& call) { return box(call, p, stream, Waits::as_needed); });
}
cudaError_t cudaMemcpyPeer(void* dst, int dst_device, const void* src, int src_device, size_t count) {
    return api("cudaMemcpyPeer", [&](const Call& call) { return between_devices(call, dst, dst_device, src, src_device, count, nullptr, Waits::yes); });
}
cudaError_t cudaMemcpyPeerAsync(void* dst, int dst_device, const void* src, int src_device, size_t count, cudaStream_t stream) {
    return api("cudaMemcpyPeerAsync", stream,
               [&](const Call& call) { return between_devices(call, dst, dst_device, src, src_device, count, stream, Waits::as_needed); });
}

cudaError_t cudaMemset(void* pointer, int value, size_t count) {
    return api("cudaMemset", [&](const Call& call) { return fill(call, {number(pointer), count, count, nullptr}, value, {count, 1, 1}, nullptr); });
}
cudaError_t cudaMemsetAsync(void* pointer, int value, size_t count, cudaStream_t stream) {
    return api("cudaMemsetAsync", stream, [&](const Call& call) { return fill(call, {number(pointer), count, count, nullptr}, value, {count, 1, 1}, stream); });
}
cudaError_t cudaMemset2D(void* pointer, size_t pitch, int value, size_t width, size_t height) {
    return api("cudaMemset2D", [&](const Call& call) { return fill(call, {number(pointer), pitch, 0, nullptr}, value, {width, height, 1}, nullptr); });
}
cudaError_t cudaMemset2DAsync(void* pointer, size_t pitch, int value, size_t width, size_t height, cudaStream_t stream) {
    return api("cudaMemset2DAsync", stream, [&](const Call& call) {
        return fill(call, {number(pointer), pitch, 0, nullptr}, value, {width, height, 1}, stream);
    });
}
}
