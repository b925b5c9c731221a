// SPDX-License-Identifier: Apache-2.0
// What DLPack costs on the host: import and release, export and release, beside malloc and free of the same bytes and nothing else.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>

#include <ndlease/format_types.hpp>
#include <ndlease/interop/dlpack.hpp>

namespace ndlease {
namespace {

using dlpack::ManagedTensor;
using dlpack::ManagedTensorVersioned;

alignas(64) std::array<float, 1024> data{};
std::array<std::int64_t, 4> shape{4, 4, 8, 8}, strides{256, 64, 8, 1};

/// The bytes of the struct with `rank` extents and strides: what any exporter has to keep.
template <class Managed>
void malloc_and_free(benchmark::State& state) {
    const auto rank = static_cast<std::size_t>(state.range(0));
    for (auto _ : state) {
        void* block = std::malloc(sizeof(Managed) + 2 * rank * sizeof(std::int64_t));
        benchmark::DoNotOptimize(block);
        std::free(block);
    }
}

template <class Managed>
void import_and_release(benchmark::State& state) {
    Managed tensor{};
    if constexpr (requires { tensor.version; }) tensor.version = dlpack::version;
    tensor.dl_tensor = {data.data(), {1, 0}, static_cast<std::int32_t>(state.range(0)), {2, 32, 1}, shape.data(), strides.data(), 0};
    std::int64_t deleted = 0;
    tensor.manager_ctx = &deleted;
    tensor.deleter = [](Managed* self) { ++*static_cast<std::int64_t*>(self->manager_ctx); };
    for (auto _ : state) {
        View view = dlpack::import_view(&tensor);
        benchmark::DoNotOptimize(view);
    }
    if (deleted != state.iterations()) state.SkipWithError("not every tensor was deleted");
}

template <class Managed>
void export_and_release(benchmark::State& state) {
    const std::size_t rank = static_cast<std::size_t>(state.range(0));
    std::array<std::int64_t, 4> bytes{};
    for (std::size_t i = 0; i < rank; ++i) bytes[i] = 4 * strides[i];
    const View view = View::lend(data.data(), Device::cpu(), Format::of<float>(), Layout(std::span(shape).first(rank), std::span(bytes).first(rank)),
                                 {.release = [](const ReleaseInfo&) {}});
    for (auto _ : state) {
        Managed* tensor = dlpack::export_as<Managed>(view);
        benchmark::DoNotOptimize(tensor);
        tensor->deleter(tensor);
    }
}

BENCHMARK(malloc_and_free<ManagedTensorVersioned>)->Arg(1)->Arg(4);
BENCHMARK(import_and_release<ManagedTensorVersioned>)->Arg(1)->Arg(4);
BENCHMARK(export_and_release<ManagedTensorVersioned>)->Arg(1)->Arg(4);
BENCHMARK(malloc_and_free<ManagedTensor>)->Arg(1)->Arg(4);
BENCHMARK(import_and_release<ManagedTensor>)->Arg(1)->Arg(4);
BENCHMARK(export_and_release<ManagedTensor>)->Arg(1)->Arg(4);

}  // namespace
}  // namespace ndlease
