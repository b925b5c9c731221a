// SPDX-License-Identifier: Apache-2.0
// What every View pays for its layout: making, copying, moving, and the questions that each copy asks.
#include <cstdint>
#include <span>

#include <benchmark/benchmark.h>

#include <ndlease/layout.hpp>

namespace {

using ndlease::Layout;
using ndlease::Order;

constexpr std::int64_t shape[8] = {4, 6, 5, 3, 7, 2, 8, 3};

std::span<const std::int64_t> first_extents(const benchmark::State& state) { return std::span(shape).first(static_cast<std::size_t>(state.range(0))); }

void make(benchmark::State& state) {
    const Layout layout = Layout::c_order(first_extents(state), 4);
    for (auto _ : state) {
        Layout made(layout.shape(), layout.strides());
        benchmark::DoNotOptimize(made);
    }
}

void make_c_order(benchmark::State& state) {
    const auto extents = first_extents(state);
    for (auto _ : state) {
        Layout made = Layout::c_order(extents, 4);
        benchmark::DoNotOptimize(made);
    }
}

void copy(benchmark::State& state) {
    Layout layout = Layout::c_order(first_extents(state), 4);
    for (auto _ : state) {
        benchmark::DoNotOptimize(layout);
        Layout copied = layout;
        benchmark::DoNotOptimize(copied);
    }
}

void is_contiguous(benchmark::State& state) {
    const Layout layout = Layout::c_order(first_extents(state), 4);
    for (auto _ : state) benchmark::DoNotOptimize(layout.is_contiguous(Order::c, 4));
}

void byte_extent(benchmark::State& state) {
    const Layout layout = Layout::c_order(first_extents(state), 4);
    for (auto _ : state) benchmark::DoNotOptimize(layout.byte_extent(4));
}

void internal_overlap(benchmark::State& state) {
    const Layout layout = Layout::c_order(first_extents(state), 4);
    for (auto _ : state) benchmark::DoNotOptimize(ndlease::internal_overlap(layout, 4));
}

void mutual_overlap_disjoint(benchmark::State& state) {
    const Layout layout = Layout::c_order(first_extents(state), 4);
    for (auto _ : state) benchmark::DoNotOptimize(ndlease::mutual_overlap(0x10000, layout, 4, 0x4000000, layout, 4));
}

/// The even and the odd items of one block: disjoint, and their ranges are not.
void mutual_overlap_interleaved(benchmark::State& state) {
    const Layout layout = Layout::c_order(first_extents(state), 8);
    for (auto _ : state) benchmark::DoNotOptimize(ndlease::mutual_overlap(0x10000, layout, 4, 0x10004, layout, 4));
}

/// Needs a search that ends at its work limit.
void mutual_overlap_hard(benchmark::State& state) {
    const Layout a({1049, 1049, 1049}, {36674, 61119, 85569});
    const Layout b({1049, 1049}, {12223, 12224});
    for (auto _ : state) benchmark::DoNotOptimize(ndlease::mutual_overlap(0x10000, a, 1, 0x10000 + 64023025, b, 1));
}

BENCHMARK(make)->Arg(3)->Arg(8);
BENCHMARK(make_c_order)->Arg(3)->Arg(8);
BENCHMARK(copy)->Arg(3)->Arg(8);
BENCHMARK(is_contiguous)->Arg(3)->Arg(8);
BENCHMARK(byte_extent)->Arg(3)->Arg(8);
BENCHMARK(internal_overlap)->Arg(3)->Arg(8);
BENCHMARK(mutual_overlap_disjoint)->Arg(3)->Arg(8);
BENCHMARK(mutual_overlap_interleaved)->Arg(3)->Arg(8);
BENCHMARK(mutual_overlap_hard);

}  // namespace
