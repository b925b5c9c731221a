// SPDX-License-Identifier: Apache-2.0
// What a copy costs before the first byte moves, what tiny copies cost as a whole, and transposes against memcpy of the same bytes.
#include <cstdint>
#include <cstring>
#include <vector>

#include <benchmark/benchmark.h>

#include <ndlease/copy.hpp>

namespace {

using namespace ndlease;

View array(std::initializer_list<std::int64_t> shape, std::int64_t itemsize) {
    View view = allocate(Format::opaque(itemsize), shape);
    std::memset(view.mutable_data(), 1, static_cast<std::size_t>(view.nbytes()));
    return view;
}

View of_rank(int rank) { return allocate(Format::opaque(4), std::vector<std::int64_t>(static_cast<std::size_t>(rank), 3)); }

// Axes in the opposite order: nothing fuses, the whole pipeline runs.
void plan_reversed(benchmark::State& state) {
    const View src = of_rank(static_cast<int>(state.range(0)));
    const View dst = allocate(src.format(), src.shape());
    const View reversed = src.transpose();
    for (auto _ : state) benchmark::DoNotOptimize(CopyPlan::make(dst, reversed));
}
BENCHMARK(plan_reversed)->DenseRange(0, 8, 2);

void plan_contiguous(benchmark::State& state) {
    const View src = of_rank(4);
    const View dst = allocate(src.format(), src.shape());
    for (auto _ : state) benchmark::DoNotOptimize(CopyPlan::make(dst, src));
}
BENCHMARK(plan_contiguous);

void memcpy_bytes(benchmark::State& state) {
    const View src = array({state.range(0)}, 1);
    const View dst = array({state.range(0)}, 1);
    for (auto _ : state) {
        std::memcpy(dst.mutable_data(), src.data(), static_cast<std::size_t>(state.range(0)));
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(2 * state.iterations() * state.range(0));
}
BENCHMARK(memcpy_bytes)->Arg(4)->Arg(1024)->Arg(2048)->Arg(4096)->Arg(1 << 24);

void copy_views(benchmark::State& state, const View& dst, const View& src) {
    for (auto _ : state) {
        copy(dst, src, {.max_threads = 1});
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(2 * state.iterations() * dst.nbytes());
}

void copy_contiguous(benchmark::State& state) {
    const View src = array({state.range(0)}, 1);
    copy_views(state, array({state.range(0)}, 1), src);
}
BENCHMARK(copy_contiguous)->Arg(4)->Arg(1024)->Arg(2048)->Arg(4096)->Arg(1 << 24);

// One item, or one row of 4 KiB, written again and again, against memset of the same bytes.
void memset_bytes(benchmark::State& state) {
    const View dst = array({state.range(0)}, 1);
    for (auto _ : state) {
        std::memset(dst.mutable_data(), 7, static_cast<std::size_t>(state.range(0)));
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(memset_bytes)->Arg(8 << 20)->Arg(32 << 20)->Arg(1 << 30);

void repeat(benchmark::State& state, const View& one) {
    const View dst = array({state.range(0) / 4096, 1024}, 4);
    for (auto _ : state) {
        copy(dst, one, {.max_threads = 1});
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void repeat_item(benchmark::State& state) { repeat(state, array({}, 4)); }
BENCHMARK(repeat_item)->Arg(8 << 20)->Arg(32 << 20)->Arg(1 << 30);

void repeat_row(benchmark::State& state) { repeat(state, array({1024}, 4)); }
BENCHMARK(repeat_row)->Arg(8 << 20)->Arg(32 << 20)->Arg(1 << 30);

void copy_tiny_transpose(benchmark::State& state) {
    const View src = array({32, 32}, 4);
    copy_views(state, array({32, 32}, 4), src.transpose());
}
BENCHMARK(copy_tiny_transpose);

// The same with a plan that is made once.
void run_tiny_transpose(benchmark::State& state) {
    const View src = array({32, 32}, 4);
    const View dst = array({32, 32}, 4);
    const CopyPlan plan = CopyPlan::make(dst, src.transpose(), {.max_threads = 1});
    for (auto _ : state) {
        plan.run();
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(2 * state.iterations() * dst.nbytes());
}
BENCHMARK(run_tiny_transpose);

void copy_every_second(benchmark::State& state) {
    const View src = array({2048}, 4);
    copy_views(state, array({1024}, 4), src.slice(0, {}, {}, 2));
}
BENCHMARK(copy_every_second);

// Side and itemsize.
void copy_transpose(benchmark::State& state) {
    const View src = array({state.range(0), state.range(0)}, state.range(1));
    copy_views(state, array({state.range(0), state.range(0)}, state.range(1)), src.transpose());
}
BENCHMARK(copy_transpose)->ArgsProduct({{2048, 2000}, {1, 2, 3, 4, 8, 16}});

void copy_rgb_to_planes(benchmark::State& state) {
    const View src = array({1080, 1920, 3}, 1);
    copy_views(state, array({3, 1080, 1920}, 1), src.permute({2, 0, 1}));
}
BENCHMARK(copy_rgb_to_planes);

void copy_planes_to_rgb(benchmark::State& state) {
    const View src = array({3, 1080, 1920}, 1);
    copy_views(state, array({1080, 1920, 3}, 1), src.permute({1, 2, 0}));
}
BENCHMARK(copy_planes_to_rgb);

// 2^20 items, every axis of extent 2, axes reversed.
void copy_bit_reversal(benchmark::State& state) {
    const View src = allocate(Format::opaque(4), std::vector<std::int64_t>(20, 2));
    copy_views(state, allocate(Format::opaque(4), src.shape()), src.transpose());
}
BENCHMARK(copy_bit_reversal);

}  // namespace
