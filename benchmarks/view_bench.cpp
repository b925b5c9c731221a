// SPDX-License-Identifier: Apache-2.0
// What Views and Leases cost: making, copying, slicing, releasing. Each should take tens of nanoseconds and allocate nothing.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>

#include <ndlease/view.hpp>

namespace ndlease {
namespace {

std::array<float, 4096> memory{};
thread_local std::int64_t releases = 0;

void on_release(const ReleaseInfo&) { ++releases; }

Layout layout_of(std::int64_t rank) {
    const std::array<std::int64_t, 8> shape = {2, 3, 4, 2, 2, 2, 2, 2};
    return Layout::c_order({shape.data(), static_cast<std::size_t>(rank)}, 4);
}

View view_of(std::int64_t rank) {
    return View::lend(memory.data(), Device::cpu(), Format::number(Kind::floating, 32), layout_of(rank),
                      {.allocation = {memory.data(), sizeof memory}, .release = [](const ReleaseInfo& info) { on_release(info); }});
}

void lease_make_and_release(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(Lease::make([](const ReleaseInfo& info) { on_release(info); }));
}
BENCHMARK(lease_make_and_release)->Threads(1)->Threads(2);

void lease_copy_and_drop(benchmark::State& state) {
    static const Lease shared = Lease::make(nullptr);
    const Lease own = Lease::make(nullptr);
    const Lease& lease = state.range(0) != 0 ? shared : own;
    for (auto _ : state) {
        const Lease copy = lease;
        benchmark::DoNotOptimize(&copy);
    }
}
BENCHMARK(lease_copy_and_drop)->ArgName("shared")->Arg(0)->Threads(1);
BENCHMARK(lease_copy_and_drop)->ArgName("shared")->Arg(1)->Threads(2);

void view_lend_and_release(benchmark::State& state) {
    const Format format = Format::number(Kind::floating, 32);
    const Layout layout = layout_of(state.range(0));
    for (auto _ : state) {
        const View view = View::lend(memory.data(), Device::cpu(), format, layout,
                                     {.allocation = {memory.data(), sizeof memory}, .release = [](const ReleaseInfo& info) { on_release(info); }});
        benchmark::DoNotOptimize(&view);
    }
}
BENCHMARK(view_lend_and_release)->ArgName("rank")->Arg(1)->Arg(3)->Arg(8);

template <class Operation>
void derive(benchmark::State& state, Operation operation) {
    const View view = view_of(state.range(0));
    for (auto _ : state) {
        const View result = operation(view);
        benchmark::DoNotOptimize(&result);
    }
}

void view_copy(benchmark::State& state) {
    derive(state, [](const View& v) { return v; });
}
BENCHMARK(view_copy)->ArgName("rank")->Arg(1)->Arg(3)->Arg(8);

void view_slice(benchmark::State& state) {
    derive(state, [](const View& v) { return v.slice(0, 1, 2); });
}
BENCHMARK(view_slice)->ArgName("rank")->Arg(1)->Arg(3)->Arg(8);

void view_index(benchmark::State& state) {
    derive(state, [](const View& v) { return v.index(0, 1); });
}
BENCHMARK(view_index)->ArgName("rank")->Arg(1)->Arg(3)->Arg(8);

void view_transpose(benchmark::State& state) {
    derive(state, [](const View& v) { return v.transpose(); });
}
BENCHMARK(view_transpose)->ArgName("rank")->Arg(3)->Arg(8);

void view_reshape(benchmark::State& state) {
    derive(state, [](const View& v) { return v.reshape({-1, 2}); });
}
BENCHMARK(view_reshape)->ArgName("rank")->Arg(3)->Arg(8);

void view_at(benchmark::State& state) {
    derive(state, [](const View& v) { return v.at("[1, ::-1, ...]"); });
}
BENCHMARK(view_at)->ArgName("rank")->Arg(3);

}  // namespace
}  // namespace ndlease
