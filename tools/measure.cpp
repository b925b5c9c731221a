// SPDX-License-Identifier: Apache-2.0
#include "measure.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include <ndlease/copy.hpp>
#include <ndlease/copy_plan.hpp>
#include <ndlease/memory.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

#include "contender.hpp"
#include "parallel.hpp"
#include "patterns/oracle.hpp"

namespace ndlease::tool {
namespace {

std::uint64_t checksum(std::span<const std::byte> bytes) {
    std::uint64_t sum = bytes.size();
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, 8);
        sum = (sum ^ word) * 0x9E3779B97F4A7C15U;
        sum ^= sum >> 32U;
    }
    return sum;
}

View lend_side(const View& memory, const patterns::Strided& side, const Format& format) {
    auto* const buffer = static_cast<std::byte*>(memory.mutable_data());
    return View::lend(buffer + side.offset, memory.device(), format, Layout(side.shape, side.strides), {.allocation = {buffer, side.buffer_bytes()}});
}

View lend_bytes(const View& memory, std::int64_t bytes) { return memory.slice(0, 0, bytes); }

}  // namespace

Measurement measure(const patterns::Pattern& pattern, std::int64_t bytes, int threads, double seconds) {
    Measurement result;
    result.name = pattern.name;
    result.copy = pattern.make(bytes);
    result.threads = threads_for(threads);
    const patterns::Copy& copy = result.copy;
    result.useful_bytes = copy.useful_bytes();

    const std::int64_t run_bytes = std::max<std::int64_t>(1, result.useful_bytes / 2);  // a contiguous copy of as many useful bytes
    const std::int64_t src_bytes = copy.src.buffer_bytes();
    const std::int64_t dst_bytes = copy.dst.buffer_bytes();
    const View src_memory = allocate(Format(), {std::max(src_bytes, run_bytes)});
    const View dst_memory = allocate(Format(), {std::max(dst_bytes, run_bytes)});
    auto* const src = static_cast<std::byte*>(src_memory.mutable_data());
    auto* const dst = static_cast<std::byte*>(dst_memory.mutable_data());
    const std::span<std::byte> src_buffer(src, static_cast<std::size_t>(src_memory.nbytes()));
    patterns::fill_random(src_buffer, copy, 1);
    const std::uint64_t before = checksum(src_buffer);
    std::memset(dst, std::to_integer<int>(patterns::poison), static_cast<std::size_t>(dst_memory.nbytes()));

    CopyOptions options;
    options.conversion = Conversion::cpp;
    options.max_threads = threads;
    const CopyPlan plan = CopyPlan::make(lend_side(dst_memory, copy.dst, copy.dst_format), lend_side(src_memory, copy.src, copy.src_format), options);
    const CopyPlan run_plan = CopyPlan::make(lend_bytes(dst_memory, run_bytes), lend_bytes(src_memory, run_bytes), options);
    result.path = to_string(plan.path());

    in_arena(threads, [&] {
        std::vector<Contender> contenders;
        contenders.emplace_back([&] { plan.run(); });
        contenders.emplace_back([&] { run_plan.run(); });
        contenders.emplace_back([&] { copy_bytes(dst, src, static_cast<std::size_t>(run_bytes), threads); });
        take_turns(&contenders, seconds);
        const Contender& own = contenders[0];
        const Contender& contiguous = contenders[1];
        const Contender& memory_copy = contenders[2];
        result.median_s = own.median();
        result.min_s = own.min();
        result.ceiling_by = contiguous.median() < memory_copy.median() ? "ndlease" : "memcpy";
        result.ceiling_gbps = 2 * static_cast<double>(run_bytes) / std::min(contiguous.median(), memory_copy.median()) * 1e-9;

        const std::span<std::byte> dst_buffer(dst, static_cast<std::size_t>(dst_memory.nbytes()));
        std::memset(dst, std::to_integer<int>(patterns::poison), dst_buffer.size());
        plan.run();
        result.mismatch = patterns::find_mismatch(copy, src_buffer, dst_buffer);
        if (result.mismatch.empty() && checksum(src_buffer) != before) result.mismatch = "the source was written";
    });
    return result;
}

Measurement measure_on(Device device, const patterns::Pattern& pattern, std::int64_t bytes, double seconds) {
    Measurement result;
    result.name = pattern.name;
    result.copy = pattern.make(bytes);
    result.device = to_string(device);
    result.direction = "d2d";
    const patterns::Copy& copy = result.copy;
    result.useful_bytes = copy.useful_bytes();

    const std::int64_t run_bytes = std::max<std::int64_t>(1, result.useful_bytes / 2);
    const View src_host = allocate(Format(), {std::max(copy.src.buffer_bytes(), run_bytes)});
    const View dst_host = allocate(Format(), {std::max(copy.dst.buffer_bytes(), run_bytes)});
    const std::span<std::byte> src_buffer(static_cast<std::byte*>(src_host.mutable_data()), static_cast<std::size_t>(src_host.nbytes()));
    const std::span<std::byte> dst_buffer(static_cast<std::byte*>(dst_host.mutable_data()), static_cast<std::size_t>(dst_host.nbytes()));
    patterns::fill_random(src_buffer, copy, 1);
    std::memset(dst_buffer.data(), std::to_integer<int>(patterns::poison), dst_buffer.size());

    const Stream stream = Stream::make(device);
    const View src = to(src_host, device, stream);
    const View dst = to(dst_host, device, stream);
    CopyOptions options;
    options.conversion = Conversion::cpp;
    const CopyPlan plan = CopyPlan::make(lend_side(dst, copy.dst, copy.dst_format), lend_side(src, copy.src, copy.src_format), options);
    const CopyPlan run_plan = CopyPlan::make(lend_bytes(dst, run_bytes), lend_bytes(src, run_bytes));
    result.path = to_string(plan.path());
    const auto finish = [&stream] { stream.synchronize(); };
    std::vector<Contender> contenders;
    contenders.emplace_back([&] { plan.run(stream); }, finish);
    contenders.emplace_back([&] { run_plan.run(stream); }, finish);  // cudaMemcpyAsync
    take_turns(&contenders, seconds);
    result.median_s = contenders[0].median();
    result.min_s = contenders[0].min();
    result.ceiling_by = "memcpy";
    result.ceiling_gbps = 2 * static_cast<double>(run_bytes) / contenders[1].median() * 1e-9;

    ndlease::copy(dst, dst_host, stream);
    plan.run(stream);
    ndlease::copy(dst_host, dst, stream);
    result.mismatch = patterns::find_mismatch(copy, src_buffer, dst_buffer);
    const std::uint64_t before = checksum(src_buffer);
    ndlease::copy(src_host, src, stream);
    if (result.mismatch.empty() && checksum(src_buffer) != before) result.mismatch = "the source was written";
    return result;
}

}  // namespace ndlease::tool
