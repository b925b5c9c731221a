// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include <ndlease/copy.hpp>
#include <ndlease/copy_batch.hpp>
#include <ndlease/copy_plan.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

#include "device_runtime.hpp"
#include "measure.hpp"
#include "patterns/oracle.hpp"

namespace ndlease::tool {
namespace {

View bytes_at(void* data, Device device, std::int64_t bytes) { return View::lend(data, device, Format(), Layout::c_order({bytes}, 1)); }

std::byte* address(const View& memory) { return static_cast<std::byte*>(memory.mutable_data()); }

View side_of(std::byte* data, Device device, const patterns::Strided& side, const Format& format) {
    return View::lend(data + side.offset, device, format, Layout(side.shape, side.strides), {.allocation = {data, side.buffer_bytes()}});
}
View side_of(const View& memory, const patterns::Strided& side, const Format& format) { return side_of(address(memory), memory.device(), side, format); }

std::vector<CopyPair> pairs_of(const Case& what, std::byte* dst, Device dst_device, std::byte* src, Device src_device) {
    std::vector<CopyPair> pairs;
    for (const patterns::Copy& one : what.copies) {
        pairs.push_back({side_of(dst, dst_device, one.dst, one.dst_format), side_of(src, src_device, one.src, one.src_format)});
    }
    return pairs;
}

/// Memory of one side. `host` is the run's own host memory: pageable sides use it as it is, the others get what it holds.
View make_side(std::span<std::byte> host, bool on_device, Device device, bool pinned, StreamRef stream) {
    const auto bytes = static_cast<std::int64_t>(host.size());
    View here = bytes_at(host.data(), Device::cpu(), bytes);
    if (!on_device && !pinned) return here;
    View side = allocate(Format(), {bytes}, Order::c, on_device ? device_memory(device) : pinned_memory());
    copy(side, here, stream);
    stream.synchronize();
    return side;
}

struct PlannedCopy {
    CopyPlan plan;
    std::int64_t src_offset, dst_offset;  // bytes from a slot's start
};

}  // namespace

Result measure_device(const Case& what, Device device, patterns::Direction direction, bool pinned, const Repetition& repetition, BenchMemory* memory) {
    using patterns::Direction;
    const bool simulated = device_properties(device).is_simulated;
    const bool src_on_device = direction != Direction::h2d;
    const bool dst_on_device = direction != Direction::d2h;
    Result result = describe(what);
    result.device = to_string(device);
    result.direction = patterns::to_string(direction);
    result.host_memory = direction == Direction::d2d ? "" : pinned ? "pinned" : "pageable";

    const std::int64_t run_bytes = what.run_bytes();
    const std::int64_t src_bytes = std::max(what.src_bytes(), run_bytes);
    const std::int64_t dst_bytes = std::max(what.dst_bytes(), run_bytes);
    constexpr std::int64_t largest_cache = std::int64_t{128} << 20;  // bytes; of today's devices
    // Links do not cache. Simulated times mean nothing, so that a few slots show that all of it works.
    const std::int64_t cache = simulated ? src_bytes : largest_cache;
    const Rotation rotation = direction != Direction::d2d ? Rotation() : rotation_for(src_bytes, dst_bytes, cache);
    const Rotation yardstick = direction != Direction::d2d ? Rotation() : yardstick_rotation(rotation, run_bytes, cache);
    const std::span<std::byte> src_host =
        memory->source(rotated_bytes(src_bytes, rotation.src_step, rotation, run_bytes, yardstick), patterns::content_for(what.copies.front()));
    const std::span<std::byte> dst_host = memory->destination(rotated_bytes(dst_bytes, rotation.dst_step, rotation, run_bytes, yardstick));
    const std::span<std::byte> first_src = src_host.first(static_cast<std::size_t>(src_bytes));
    const std::span<std::byte> first_dst = dst_host.first(static_cast<std::size_t>(dst_bytes));

    const Stream stream = Stream::make(device);
    const View src = make_side(src_host, src_on_device, device, pinned, stream);
    const View dst = make_side(dst_host, dst_on_device, device, pinned, stream);
    CopyOptions options;
    options.conversion = Conversion::cpp;
    std::vector<PlannedCopy> plans;
    for (const patterns::Copy& one : what.copies) {
        plans.push_back(
            {CopyPlan::make(side_of(dst, one.dst, one.dst_format), side_of(src, one.src, one.src_format), options), one.src.offset, one.dst.offset});
    }
    const CopyPlan run_plan = CopyPlan::make(dst.slice(0, 0, run_bytes), src.slice(0, 0, run_bytes));
    result.path = to_string(plans.front().plan.path());

    // Several copies are one call: their Views for each place are made before, the plans within the call.
    std::map<std::byte*, std::vector<CopyPair>> batches;
    const auto run = [&](std::byte* from, std::byte* to) {
        if (plans.size() == 1) {
            plans.front().plan.run(to + plans.front().dst_offset, from + plans.front().src_offset, stream);
            return;
        }
        std::vector<CopyPair>& batch = batches[to];  // the slots of both sides go together
        if (batch.empty()) batch = pairs_of(what, to, dst.device(), from, src.device());
        copy_batch(batch, stream, options);
    };
    const auto time = [&](const Rotation& places, const Rotation& run_places, double seconds) {
        const auto from = [&](const Rotation& where, std::int64_t n, int contender) { return address(src) + where.slot(n, contender) * where.src_step; };
        const auto to = [&](const Rotation& where, std::int64_t n, int contender) { return address(dst) + where.slot(n, contender) * where.dst_step; };
        const auto finish = [&stream] { stream.synchronize(); };
        const double sample = simulated ? 0 : 2e-3;  // seconds: long beside the wait at its end
        std::vector<Contender> contenders;
        contenders.emplace_back([&](std::int64_t n) { run(from(places, n, 0), to(places, n, 0)); }, finish, sample);
        contenders.emplace_back([&](std::int64_t n) { run_plan.run(to(run_places, n, 1), from(run_places, n, 1), stream); }, finish, sample);
        contenders.emplace_back(
            [&](std::int64_t n) { runtime_memcpy(to(run_places, n, 2), from(run_places, n, 2), static_cast<std::size_t>(run_bytes), stream); }, finish, sample);
        take_turns(&contenders, {seconds, repetition.error});
        return timing_of(contenders, {"ndlease", "memcpy"});
    };
    result.warm = time(Rotation(), yardstick, repetition.seconds);
    if (rotation.slots > 1) result.cold = time(rotation, rotation, repetition.seconds / 2);

    const View dst_part = dst.slice(0, 0, dst_bytes);
    const View dst_here = bytes_at(first_dst.data(), Device::cpu(), dst_bytes);
    patterns::fill_poison(first_dst, memory->threads());
    const bool dst_is_here = dst.data() == dst_here.data();
    if (!dst_is_here) copy(dst_part, dst_here, stream);
    run(address(src), address(dst));
    if (!dst_is_here) copy(dst_here, dst_part, stream);
    stream.synchronize();
    result.mismatch = patterns::find_mismatch(what.copies, first_src, first_dst, memory->threads());
    if (src.data() != src_host.data()) {  // what the source holds now takes its copy's place
        copy(bytes_at(first_src.data(), Device::cpu(), src_bytes), src.slice(0, 0, src_bytes), stream);
        stream.synchronize();
    }
    if (!memory->source_is_unchanged(src_bytes) && result.mismatch.empty()) result.mismatch = "the source was written";
    return result;
}

}  // namespace ndlease::tool
