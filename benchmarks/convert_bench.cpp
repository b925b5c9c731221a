// SPDX-License-Identifier: Apache-2.0
// Nanoseconds per item of conversions over contiguous and strided runs, beside memcpy of as many items. Arguments: items, gap in bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

#include "copy/conversion.hpp"

namespace {

using ndlease::ByteOrder;
using ndlease::Conversion;
using ndlease::ConversionProgram;
using ndlease::Format;
using ndlease::Kind;

std::vector<std::byte> random_bytes(std::int64_t size) {
    std::mt19937_64 random(1);
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() & 0x3f);  // as floats: finite, and of all sizes
    return bytes;
}

void count_items(benchmark::State& state) {
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["ns_per_item"] =
        benchmark::Counter(static_cast<double>(state.range(0)) * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void convert(benchmark::State& state, const Format& to, const Format& from, Conversion mode) {
    const std::int64_t count = state.range(0);
    const std::int64_t gap = state.range(1);
    const ConversionProgram program = ConversionProgram::make(to, from, mode);
    std::vector<std::byte> src = random_bytes(count * (from.itemsize() + gap));
    if (mode == Conversion::checked) std::fill(src.begin(), src.end(), std::byte{0});  // no loss, so all of it is looked at
    std::vector<std::byte> dst(static_cast<std::size_t>(count * (to.itemsize() + gap)));
    for (auto _ : state) {
        if (mode == Conversion::checked) {
            benchmark::DoNotOptimize(program.first_loss(src.data(), from.itemsize() + gap, count));
        } else {
            program.run(dst.data(), to.itemsize() + gap, src.data(), from.itemsize() + gap, count);
        }
        benchmark::ClobberMemory();
    }
    count_items(state);
}

void copy_bytes(benchmark::State& state) {
    const std::vector<std::byte> src = random_bytes(state.range(0) * 4);
    std::vector<std::byte> dst(src.size());
    for (auto _ : state) {
        std::memcpy(dst.data(), src.data(), src.size());
        benchmark::ClobberMemory();
    }
    count_items(state);
}

void make_program(benchmark::State& state, const Format& to, const Format& from) {
    for (auto _ : state) benchmark::DoNotOptimize(ConversionProgram::make(to, from, Conversion::cpp));
}

void sizes(benchmark::internal::Benchmark* benchmark) { benchmark->Args({4'096, 0})->Args({1 << 20, 0})->Args({4'096, 12}); }

const Format f16 = Format::number(Kind::floating, 16);
const Format bf16 = Format::number(Kind::bfloat, 16);
const Format f32 = Format::number(Kind::floating, 32);
const Format f32_swapped = Format::number(Kind::floating, 32, ByteOrder::native == ByteOrder::little ? ByteOrder::big : ByteOrder::little);
const Format f64 = Format::number(Kind::floating, 64);
const Format i32 = Format::number(Kind::integer, 32);
const Format u8 = Format::number(Kind::unsigned_integer, 8);

BENCHMARK(copy_bytes)->ArgName("float32s")->Arg(4'096)->Arg(1 << 20);
BENCHMARK_CAPTURE(convert, float32_to_float16, f16, f32, Conversion::cpp)->Apply(sizes);
BENCHMARK_CAPTURE(convert, float16_to_float32, f32, f16, Conversion::cpp)->Apply(sizes);
BENCHMARK_CAPTURE(convert, float32_to_bfloat16, bf16, f32, Conversion::cpp)->Apply(sizes);
BENCHMARK_CAPTURE(convert, float64_to_float16, f16, f64, Conversion::cpp)->Apply(sizes);
BENCHMARK_CAPTURE(convert, uint8_to_float32, f32, u8, Conversion::cpp)->Apply(sizes);
BENCHMARK_CAPTURE(convert, float32_to_uint8, u8, f32, Conversion::cpp)->Apply(sizes);
BENCHMARK_CAPTURE(convert, float64_to_int32, i32, f64, Conversion::cpp)->Apply(sizes);
BENCHMARK_CAPTURE(convert, float32_byte_swap, f32_swapped, f32, Conversion::none)->Apply(sizes);
BENCHMARK_CAPTURE(convert, swapped_float32_to_float64, f64, f32_swapped, Conversion::cpp)->Apply(sizes);
BENCHMARK_CAPTURE(convert, check_float64_for_float32, f32, f64, Conversion::checked)->Apply(sizes);
BENCHMARK_CAPTURE(make_program, uint8_to_float32, f32, u8);

}  // namespace
