// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <string>

#include <ndlease/format_text.hpp>

namespace {

using ndlease::Format;

void parse(benchmark::State& state, const std::string& text) {
    for (auto _ : state) benchmark::DoNotOptimize(ndlease::parse_format(text));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void parse_with_itemsize(benchmark::State& state, const std::string& text) {
    const ndlease::ParseOptions options{.itemsize = ndlease::parse_format(text).itemsize()};
    for (auto _ : state) benchmark::DoNotOptimize(ndlease::parse_format(text, options));
}

void copy(benchmark::State& state, const std::string& text) {
    const Format format = ndlease::parse_format(text);
    for (auto _ : state) {
        Format shared = format;
        benchmark::DoNotOptimize(shared);
    }
}

void print(benchmark::State& state, const std::string& text) {
    const Format format = ndlease::parse_format(text);
    for (auto _ : state) benchmark::DoNotOptimize(ndlease::print_format(format));
}

void compare(benchmark::State& state, const std::string& text) {
    const Format a = ndlease::parse_format(text);
    const Format b = ndlease::parse_format(text);
    for (auto _ : state) benchmark::DoNotOptimize(a == b);
}

std::string wide(int fields) {
    std::string text = "T{";
    for (int i = 0; i < fields; ++i) text += "d:field" + std::to_string(i) + ":";
    return text + "}";
}

const std::string three = "T{<i:id:<d:time:<f:value:}";

BENCHMARK_CAPTURE(parse, scalar, std::string("<d"));
BENCHMARK_CAPTURE(parse, three_fields, three);
BENCHMARK_CAPTURE(parse, three_fields_padded, std::string("T{b:id:xxxxxxxd:time:f:value:}"));
BENCHMARK_CAPTURE(parse, nested, std::string("T{b:x:7xT{d:a:b:b:7x}:s:(2,3)<f:y:}"));
BENCHMARK_CAPTURE(parse, hundred_fields, wide(100));
BENCHMARK_CAPTURE(parse_with_itemsize, three_fields, three);
BENCHMARK_CAPTURE(copy, scalar, std::string("<d"));
BENCHMARK_CAPTURE(copy, three_fields, three);
BENCHMARK_CAPTURE(print, three_fields, three);
BENCHMARK_CAPTURE(compare, three_fields, three);

}  // namespace
