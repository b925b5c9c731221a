// SPDX-License-Identifier: Apache-2.0
// Copies that become part of a graph, and those that must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "cuda/copy/device_arena.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

using ::testing::HasSubstr;

/// A graph made of what `enqueue` enqueues on `stream`.
class Captured {
public:
    template <class Enqueue>
    Captured(StreamRef stream, Enqueue&& enqueue) {
        succeed(cudaStreamBeginCapture(stream.cuda(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
        enqueue();
        succeed(cudaStreamEndCapture(stream.cuda(), &graph_), "cudaStreamEndCapture");
        succeed(cudaGraphInstantiate(&executable_, graph_, 0), "cudaGraphInstantiate");
    }
    ~Captured() {
        succeed(cudaGraphExecDestroy(executable_), "cudaGraphExecDestroy");
        succeed(cudaGraphDestroy(graph_), "cudaGraphDestroy");
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;
    void launch(StreamRef stream) const { succeed(cudaGraphLaunch(executable_, stream.cuda()), "cudaGraphLaunch"); }

private:
    cudaGraph_t graph_ = nullptr;
    cudaGraphExec_t executable_ = nullptr;
};

class capture : public ::testing::Test {
protected:
    void SetUp() override {
        if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
    }
};

struct Case {
    const char* name;
    Side dst, src;
    Device src_device;
};

const Case cases[] = {
    {"one_run", {{100}, {4}, {}, 4, 256}, {{100}, {4}, {}, 4, 1024}, Device::cuda(0)},
    {"runs", {{3, 300}, {301, 1}, {}, 1, 256}, {{3, 300}, {303, 1}, {}, 1, 2051}, Device::cuda(0)},
    {"words", {{90}, {4}, {}, 4, 256}, {{90}, {12}, {}, 4, 1024}, Device::cuda(0)},
    {"tiles", {{32, 32}, {128, 4}, {}, 4, 256}, {{32, 32}, {4, 128}, {}, 4, 4352}, Device::cuda(0)},
    {"triples", {{16, 16}, {192, 12}, {}, 12, 256}, {{16, 16}, {12, 192}, {}, 12, 8192}, Device::cuda(0)},
    {"strips", {{3, 128}, {512, 4}, {}, 4, 256}, {{3, 128}, {4, 12}, {}, 4, 8192}, Device::cuda(0)},
    {"packed", {{5, 5, 5, 5}, {500, 100, 20, 4}, {}, 4, 256}, {{5, 5, 5, 5}, {4, 20, 100, 500}, {}, 4, 8192}, Device::cuda(0)},
    {"mirrored_runs", {{2, 64}, {256, 4}, {}, 4, 256}, {{2, 64}, {256, -4}, {}, 4, 8444}, Device::cuda(0)},
    {"filled_runs", {{2, 64}, {256, 4}, {}, 4, 256}, {{2, 64}, {4, 0}, {}, 4, 8192}, Device::cuda(0)},
    {"repeated_runs", {{4, 256}, {1024, 4}, {}, 4, 256}, {{4, 256}, {0, 4}, {}, 4, 8192}, Device::cuda(0)},
    {"unit_tiles", {{17, 40}, {160, 4}, {}, 4, 256}, {{17, 40}, {4, 68}, {}, 4, 4096}, Device::cuda(0)},
    {"broadcast", {{17, 40}, {160, 4}, {}, 4, 256}, {{17, 40}, {0, 4}, {}, 4, 4096}, Device::cuda(0)},
    {"box_from_pinned", {{3, 4, 200}, {800, 200, 1}, {}, 1, 256}, {{3, 4, 200}, {1000, 250, 1}, {}, 1, 4096}, Device::cuda_host()},
    {"from_pinned", {{17, 40}, {160, 4}, {}, 4, 256}, {{17, 40}, {4, 68}, {}, 4, 4096}, Device::cuda_host()},
};

TEST_F(capture, copies_run_at_each_launch) {
    constexpr std::int64_t bytes = 16384;
    for (const Case& c : cases) {
        Random random(3);
        const Arena first(random, bytes);
        const Arena second(random, bytes);
        DeviceArena dst(Device::cuda(0), bytes);
        DeviceArena src(c.src_device, bytes);
        dst.put(first.bytes());
        const Stream stream = Stream::make(Device::cuda(0));
        {
            const Captured graph(stream, [&] { copy(dst.view(c.dst), src.view(c.src), stream); });
            EXPECT_TRUE(dst.get(bytes) == first.bytes()) << c.name << ": capturing ran something";
            for (const Arena* arena : {&first, &second}) {
                src.put(arena->bytes());
                dst.put(arena->bytes());
                graph.launch(stream);
                stream.synchronize();
                EXPECT_TRUE(dst.get(bytes) == expected_after_copy(*arena, c.dst, c.src)) << c.name;
            }
        }
    }
}

// Conversions are kernels like others; over each other they take memory of the graph.
TEST_F(capture, conversions) {
    constexpr std::int64_t bytes = 8192;
    CopyOptions options;
    options.conversion = Conversion::cpp;
    const Format doubles = Format::of<double>();
    const Format shorts = Format::number(Kind::integer, 16, ByteOrder::big);
    struct Pair {
        Side dst, src;
    };
    const Pair pairs[] = {{{{200}, {8}, {}, 8, 4096}, {{200}, {2}, {}, 2, 0}},
                          {{{100}, {16}, {}, 8, 4096}, {{100}, {6}, {}, 2, 2}},
                          {{{20, 20}, {160, 8}, {}, 8, 4096}, {{20, 20}, {2, 40}, {}, 2, 0}},
                          {{{20, 20}, {160, 8}, {}, 8, 512}, {{20, 20}, {2, 40}, {}, 2, 512}},
                          {{{300}, {8}, {}, 8, 512}, {{300}, {2}, {}, 2, 512}}};
    for (const Pair& pair : pairs) {
        const Side& dst = pair.dst;
        const Side& src = pair.src;
        Random random(5);
        const Arena arena(random, bytes);
        std::vector<std::byte> expected = arena.bytes();
        const auto on_host = [&expected](const Side& side, const Format& format) {
            return View::lend(static_cast<void*>(expected.data() + side.data), Device::cpu(), format, Layout(side.shape, side.strides), {});
        };
        copy(on_host(dst, doubles), on_host(src, shorts), options);
        DeviceArena memory(Device::cuda(0), bytes);
        const Stream stream = Stream::make(Device::cuda(0));
        const Captured graph(stream, [&] { copy(memory.view(dst, doubles), memory.view(src, shorts), stream, options); });
        for (int launch = 0; launch < 2; ++launch) {
            memory.put(arena.bytes());
            graph.launch(stream);
            stream.synchronize();
            EXPECT_TRUE(memory.get(bytes) == expected) << dst.to_string();
        }
    }
}

// Over each other: the temporary is memory of the graph.
TEST_F(capture, overlapping_sides) {
    constexpr std::int64_t bytes = 4096;
    const Side dst{{20, 30}, {120, 4}, {}, 4, 512};
    const Side src{{20, 30}, {4, 80}, {}, 4, 520};
    Random random(4);
    const Arena arena(random, bytes);
    DeviceArena memory(Device::cuda(0), bytes);
    const Stream stream = Stream::make(Device::cuda(0));
    const Captured graph(stream, [&] { copy(memory.view(dst), memory.view(src), stream); });
    for (int launch = 0; launch < 2; ++launch) {
        memory.put(arena.bytes());
        graph.launch(stream);
        stream.synchronize();
        EXPECT_TRUE(memory.get(bytes) == expected_after_copy(arena, dst, src));
    }
}

TEST_F(capture, pageable_memory_is_refused_and_the_capture_goes_on) {
    DeviceArena there(Device::cuda(0), 1024);
    DeviceArena host(Device::cpu(), 1024);
    const Side side{{100}, {4}, {}, 4, 0};
    const Side gaps{{100}, {8}, {}, 4, 0};
    const Stream stream = Stream::make(Device::cuda(0));
    const auto refused = [&](const View& dst, const View& src) {
        try {
            copy(dst, src, stream);
            ADD_FAILURE() << "was not refused";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), errc::not_supported) << error.what();
            EXPECT_THAT(error.what(), HasSubstr("captured"));
        }
    };
    const Captured graph(stream, [&] {
        refused(there.view(side), host.view(side));
        refused(host.view(side), there.view(side));
        refused(there.view(gaps), host.view(side));
        CopyOptions options;
        options.conversion = Conversion::checked;  // the CPU looks at the values
        try {
            copy(there.view(side, Format::of<float>()), there.view({{100}, {4}, {}, 4, 512}, Format::of<std::int32_t>()), stream, options);
            ADD_FAILURE() << "was not refused";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), errc::not_supported) << error.what();
        }
    });
    graph.launch(stream);
    stream.synchronize();
}

}  // namespace
}  // namespace ndlease::testing
