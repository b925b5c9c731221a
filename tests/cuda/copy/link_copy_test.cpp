// SPDX-License-Identifier: Apache-2.0
// Copies between the host and a device by each way, forced by the costs, over random layouts: the whole memory of both sides is compared with a nested loop's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "copy/random_side.hpp"
#include "cuda/copy/device_arena.hpp"
#include "cuda/copy/link_ways.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/error.hpp>
#include <ndlease/link_costs.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

using ::testing::HasSubstr;

class link_copy : public ::testing::Test {
protected:
    void SetUp() override {
        if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
        stream_ = std::make_unique<Stream>(Stream::make(Device::cuda(0)));
    }
    void TearDown() override { set_link_costs(LinkCosts()); }

    /// One copy, and the way that its plan names.
    std::string copy_once(Random& random, const Arena& arena, const Side& dst, const Side& src, Device dst_device, Device src_device, StreamRef stream) {
        DeviceArena to(dst_device, arena.bytes().size());
        DeviceArena from(src_device, arena.bytes().size());
        to.put(arena.bytes());
        from.put(arena.bytes());
        pick_schedule(random);
        const std::string plan = CopyPlan::make(to.view(dst), from.view(src)).describe();
        const std::string about = plan + "\ndst " + dst.to_string() + "\nsrc " + src.to_string() + "\non " + to_string(stream);
        try {
            copy(to.view(dst), from.view(src), stream);
        } catch (const Error& error) {
            ADD_FAILURE() << error.what() << '\n' << about;
        }
        if (dst_device != Device::cpu() && !stream.is_host()) stream.synchronize();
        EXPECT_TRUE(to.get(arena.bytes().size()) == expected_after_copy(arena, dst, src)) << about;
        if (!stream.is_host()) stream.synchronize();
        EXPECT_TRUE(from.get(arena.bytes().size()) == arena.bytes()) << "the source was written\n" << about;
        expect_no_violations(about);
        const std::string key = "link:         ";
        const std::size_t at = plan.find(key);
        return at == std::string::npos ? "nothing" : plan.substr(at + key.size(), plan.find(':', at + key.size()) - at - key.size());
    }

    std::string random_copy(Random& random, Device dst_device, Device src_device, const ShapeLimits& limits) {
        const std::int64_t itemsize = random_itemsize(random);
        const Numbers shape = random_shape(random, limits);
        const Numbers src_shape = random.one_in(4) ? random_broadcast_source(random, shape) : shape;
        const Numbers dst_strides = nested_strides(random, shape, itemsize);
        const bool same_strides = random.one_in(5) && src_shape.size() == shape.size();
        const Numbers src_strides = same_strides       ? dst_strides
                                    : random.one_in(3) ? wild_strides(random, src_shape, itemsize)
                                                       : nested_strides(random, src_shape, itemsize);
        Arena arena(random, bytes_needed(shape, dst_strides, itemsize) + bytes_needed(src_shape, src_strides, itemsize) + 64);
        const Side dst = place(random, arena, shape, dst_strides, itemsize);
        const Side src = place(random, arena, src_shape, src_strides, itemsize);
        if (overlaps_itself(dst, arena)) return "nothing";
        return copy_once(random, arena, dst, src, dst_device, src_device, random.one_in(8) ? StreamRef::host() : stream_->ref());
    }

    std::unique_ptr<Stream> stream_;
};

TEST_F(link_copy, by_each_way_of_random_layouts) {
    struct Way {
        const char* name;
        Device host;
        bool to_device, from_device;
    };
    const Way ways[] = {{"rows", Device::cuda_host(), true, true},    {"kernel", Device::cuda_host(), true, true}, {"boxed", Device::cuda_host(), true, false},
                        {"packed", Device::cuda_host(), false, true}, {"ring", Device::cpu(), true, true},         {"straight", Device::cpu(), true, true}};
    std::map<std::string, int> taken;
    for (const Way& way : ways) {
        set_link_costs(costs_for(way.name, 512));
        for_random_cases(300, [&](Random& random) {
            const bool to_device = way.to_device && (!way.from_device || random.one_in(2));
            const ShapeLimits limits = random.one_in(3) ? ShapeLimits{1, 3, 60, 1000} : ShapeLimits{};
            ++taken[random_copy(random, to_device ? Device::cuda(0) : way.host, to_device ? way.host : Device::cuda(0), limits)];
        });
        if (HasFailure()) return;
        EXPECT_GT(taken[way.name], 20) << way.name << " was hardly taken";
    }
}

// Half of the costs at random: ways, rows and parts come in mixtures that no default leads to.
TEST_F(link_copy, with_random_costs) {
    for_random_cases(1'000, [&](Random& random) {
        LinkCosts costs;
        const auto scaled = [&](double* figure) {
            if (random.one_in(2)) *figure *= static_cast<double>(random.in(1, 1000)) / 30;
        };
        for (double* figure :
             {&costs.h2d_gbps, &costs.d2h_gbps, &costs.dma_us, &costs.dma_row_ns, &costs.kernel_us, &costs.kernel_read_gbps, &costs.kernel_write_gbps,
              &costs.device_gbps, &costs.cpu_gbps, &costs.cpu_strided_gbps, &costs.pageable_gbps, &costs.staging_us}) {
            scaled(figure);
        }
        costs.slot_bytes = static_cast<double>(random.in(256, 3000));
        costs.scratch_bytes = static_cast<double>(random.in(256, 3000));
        costs.granule_bytes = static_cast<double>(random.in(1, 128));
        set_link_costs(costs);
        const Device host = random.one_in(2) ? Device::cpu() : Device::cuda_host();
        const bool to_device = random.one_in(2);
        random_copy(random, to_device ? Device::cuda(0) : host, to_device ? host : Device::cuda(0), {1, 4, 40, 800});
    });
}

// The stream writes the pinned source before the copy, and again after it: the copy reads what lies between, by each way, and also where the CPU would be
// the quickest.
TEST_F(link_copy, reads_a_pinned_source_in_the_order_of_the_stream) {
    constexpr std::int64_t bytes = 16384;
    const Side dst{{30, 50}, {200, 4}, {}, 4, 256};
    const Side backwards{{30, 50}, {-4, -160}, {}, 4, 16000};
    const Side every_second{{30, 50}, {400, 8}, {}, 4, 4096};
    LinkCosts quick_cpu = costs_for("ring", 4096);
    quick_cpu.cpu_gbps = quick_cpu.cpu_strided_gbps = 1e6;
    quick_cpu.device_gbps = slow_gbps;
    for (const char* const way : {"rows", "kernel", "boxed", ""}) {
        const bool is_cpu_quick = way[0] == 0;
        const Side& src = is_cpu_quick ? every_second : backwards;
        set_link_costs(is_cpu_quick ? quick_cpu : costs_for(way, 1024));
        for (std::uint64_t seed = 0; seed < 12; ++seed) {
            Random random(seed);
            const Arena wanted(random, bytes);
            DeviceArena there(Device::cuda(0), bytes);
            DeviceArena pinned(Device::cuda_host(), bytes);
            DeviceArena fill(Device::cuda(0), bytes);
            DeviceArena junk(Device::cuda(0), bytes);
            there.put(wanted.bytes());
            pinned.put(std::vector<std::byte>(bytes));
            junk.put(std::vector<std::byte>(bytes));
            fill.put(wanted.bytes());
            pick_schedule(random);
            succeed(cudaMemcpyAsync(pinned.data(), fill.data(), bytes, cudaMemcpyDefault, stream_->ref().cuda()), "cudaMemcpyAsync");
            EXPECT_THAT(CopyPlan::make(there.view(dst), pinned.view(src)).describe(), HasSubstr(std::string("link:         ") + way));
            copy(there.view(dst), pinned.view(src), *stream_);
            succeed(cudaMemcpyAsync(pinned.data(), junk.data(), bytes, cudaMemcpyDefault, stream_->ref().cuda()), "cudaMemcpyAsync");
            stream_->synchronize();
            EXPECT_TRUE(there.get(bytes) == expected_after_copy(wanted, dst, src)) << way << ", seed " << seed;
        }
        expect_no_violations(way);
    }
}

// A device source is overwritten by the stream after the copy, and a pinned destination is read by it: both in order.
TEST_F(link_copy, writes_a_pinned_destination_in_the_order_of_the_stream) {
    constexpr std::int64_t bytes = 16384;
    const Side dst{{30, 50}, {200, 4}, {}, 4, 256};
    const Side src{{30, 50}, {-4, -160}, {}, 4, 16000};
    for (const char* const way : {"rows", "kernel", "packed"}) {
        set_link_costs(costs_for(way, 1024));
        for (std::uint64_t seed = 0; seed < 12; ++seed) {
            Random random(seed);
            const Arena wanted(random, bytes);
            DeviceArena there(Device::cuda(0), bytes);
            DeviceArena pinned(Device::cuda_host(), bytes);
            DeviceArena reader(Device::cuda(0), bytes);
            there.put(wanted.bytes());
            pinned.put(wanted.bytes());
            pick_schedule(random);
            copy(pinned.view(dst), there.view(src), *stream_);
            succeed(cudaMemsetAsync(there.data(), 0, bytes, stream_->ref().cuda()), "cudaMemsetAsync");
            succeed(cudaMemcpyAsync(reader.data(), pinned.data(), bytes, cudaMemcpyDefault, stream_->ref().cuda()), "cudaMemcpyAsync");
            stream_->synchronize();
            EXPECT_TRUE(reader.get(bytes) == expected_after_copy(wanted, dst, src)) << way << ", seed " << seed;
        }
        expect_no_violations(way);
    }
}

// Pageable memory is the caller's again when the call returns, contiguous or not, by the runtime or by the ring.
TEST_F(link_copy, gives_a_pageable_source_back_with_the_call) {
    constexpr std::int64_t bytes = 65536;
    const Side run{{60000}, {1}, {}, 1, 100};
    const Side dst{{60, 200}, {1600, 8}, {}, 4, 0};
    const Side src{{60, 200}, {4, 240}, {}, 4, 8000};
    for (const char* const way : {"ring", "straight"}) {
        set_link_costs(costs_for(way, 8192));
        for (std::uint64_t seed = 0; seed < 4; ++seed) {
            for (const auto& [to, from] : {std::pair{run, run}, std::pair{dst, src}}) {
                Random random(seed);
                const Arena arena(random, 2 * bytes);
                DeviceArena there(Device::cuda(0), 2 * bytes);
                DeviceArena host(Device::cpu(), 2 * bytes);
                there.put(arena.bytes());
                host.put(arena.bytes());
                pick_schedule(random);
                copy(there.view(to), host.view(from), *stream_);
                std::fill(host.data(), host.data() + 2 * bytes, std::byte{0xee});
                stream_->synchronize();
                EXPECT_TRUE(there.get(2 * bytes) == expected_after_copy(arena, to, from)) << way << ", seed " << seed;
            }
        }
        expect_no_violations(way);
    }
}

// The per-thread default stream has no memory in its order that another thread could give back: a way without scratch memory is found.
TEST_F(link_copy, on_the_per_thread_default_stream) {
    set_link_costs(costs_for("boxed", 4096));
    Random random(4);
    const Arena arena(random, 65536);
    const StreamRef stream = StreamRef::per_thread_default(Device::cuda(0));
    const Side dst{{60, 200}, {800, 4}, {}, 4, 0};
    const Side src{{60, 200}, {4, 240}, {}, 4, 0};
    EXPECT_EQ(copy_once(random, arena, dst, src, Device::cuda(0), Device::cuda_host(), stream), "boxed");
    copy_once(random, arena, dst, src, Device::cuda(0), Device::cpu(), stream);
    copy_once(random, arena, dst, src, Device::cpu(), Device::cuda(0), stream);
}

TEST_F(link_copy, refuses_costs_that_mean_nothing) {
    LinkCosts costs;
    costs.h2d_gbps = -1;
    try {
        set_link_costs(costs);
        ADD_FAILURE() << "was not refused";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::invalid_argument);
        EXPECT_THAT(error.what(), HasSubstr("h2d_gbps is -1"));
    }
}

}  // namespace
}  // namespace ndlease::testing
