// SPDX-License-Identifier: Apache-2.0
// A DLPack tensor from bytes, over memory of the fuzzer's own. What is accepted lies in that memory, element by element, is deleted once, and goes out and
// comes back the same.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <ndlease/error.hpp>
#include <ndlease/interop/dlpack.hpp>

namespace {

using namespace ndlease;

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

/// The bytes as numbers; zeros when they are used up.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    template <class T>
    T take() {
        T value{};
        const std::size_t count = std::min(sizeof value, size_);
        std::memcpy(&value, data_, count);
        data_ += count;
        size_ -= count;
        return value;
    }
    /// Small ones mostly, with any 64-bit number among them.
    std::int64_t number() {
        const auto small = take<std::int8_t>();
        return small == 127 ? take<std::int64_t>() : small;
    }

private:
    const std::uint8_t* data_;
    std::size_t size_;
};

constexpr std::size_t arena_bytes = 1 << 16;
alignas(64) std::array<std::byte, arena_bytes> arena;

struct Numbers {
    std::array<std::int64_t, 64> shape{}, strides{};
    int deleted = 0;
};

template <class Managed>
void fill(Input& input, Managed& tensor, Numbers& numbers) {
    if constexpr (requires { tensor.version; }) {
        const auto version = input.take<std::uint8_t>();
        tensor.version = {version >= 240 ? version : 1U, version % 16U};
        const auto flags = input.take<std::uint8_t>();
        tensor.flags = flags >= 240 ? input.take<std::uint64_t>() : flags % 8U;
    }
    dlpack::Tensor& t = tensor.dl_tensor;
    const auto choice = input.take<std::uint8_t>();
    t.data = choice == 0 ? nullptr : arena.data() + arena_bytes / 2 + choice % 8;
    t.device.device_type = choice % 16 == 15 ? input.take<std::int32_t>() : 1;
    t.device.device_id = input.take<std::int8_t>();
    t.ndim = choice % 32 == 31 ? input.take<std::int32_t>() : input.take<std::uint8_t>() % 9;
    t.dtype = {input.take<std::uint8_t>(), input.take<std::uint8_t>(), static_cast<std::uint16_t>(input.number())};
    if (input.take<std::uint8_t>() % 4 != 0) t.dtype.lanes = 1;
    t.byte_offset = static_cast<std::uint64_t>(input.number());
    const auto absent = input.take<std::uint8_t>();
    t.shape = absent == 1 ? nullptr : numbers.shape.data();
    t.strides = absent == 2 ? nullptr : numbers.strides.data();
    for (std::size_t i = 0; i < 64 && static_cast<std::int32_t>(i) < t.ndim; ++i) {
        numbers.shape[i] = input.number();
        numbers.strides[i] = input.number();
    }
    tensor.manager_ctx = &numbers;
    tensor.deleter = [](Managed* self) { ++static_cast<Numbers*>(self->manager_ctx)->deleted; };
}

/// Whether the elements lie in the arena, by walking to each of them.
void touch(const View& view) {
    if (view.size() == 0 || view.size() > 4096 || view.device().type != DeviceType::cpu) return;
    const auto inside = [](const std::byte* p, std::int64_t bytes) {
        return p >= arena.data() && p <= arena.data() + arena_bytes && arena.data() + arena_bytes - p >= bytes;
    };
    const ByteExtent extent = view.layout().byte_extent(view.itemsize());
    const auto* const element = static_cast<const std::byte*>(view.data());
    const auto start = reinterpret_cast<std::uintptr_t>(element);
    const auto first = start + static_cast<std::uintptr_t>(extent.lower), end = start + static_cast<std::uintptr_t>(extent.upper);
    if (first > start || end < start || end <= first) fail("an extent that wraps around");
    if (first < reinterpret_cast<std::uintptr_t>(arena.data()) || end > reinterpret_cast<std::uintptr_t>(arena.data() + arena_bytes)) return;
    Dims index(view.rank(), 0);
    unsigned sum = 0;
    for (std::int64_t i = 0; i < view.size(); ++i) {
        const std::byte* const item = element + view.layout().offset_of(index.span());
        if (!inside(item, view.itemsize())) fail("an element outside of what the layout says");
        sum += static_cast<unsigned>(item[0]) + static_cast<unsigned>(item[view.itemsize() - 1]);
        for (int axis = view.rank() - 1; axis >= 0 && ++index[axis] == view.shape()[axis]; --axis) index[axis] = 0;
    }
    if (sum == 1) std::fputs("", stderr);  // so that the reads happen
}

void go_round(const View& view) {
    try {
        auto* const tensor = dlpack::export_view(view, {.consumer = StreamRef::host()});
        const View again = dlpack::import_view(tensor, {.policy = ReleasePolicy::wait(), .check_device = false});
        if (!(again.format() == view.format()) || !(again.layout() == view.layout()) || again.is_read_only() != view.is_read_only()) fail("another view");
        if (view.size() > 0 && again.data() != view.data()) fail("another address");
    } catch (const Error&) {
        fail("what was imported cannot be exported");
    }
}

template <class Managed>
void import(Input& input) {
    Managed tensor{};
    Numbers numbers;
    fill(input, tensor, numbers);
    int expected = 0;
    try {
        const View view = dlpack::import_view(&tensor, {.policy = ReleasePolicy::wait(), .legacy_is_writable = true, .check_device = false});
        expected = 1;
        if (numbers.deleted != 0) fail("deleted while it is in use");
        touch(view);
        go_round(view);
    } catch (const Error& error) {
        if constexpr (requires { tensor.version; }) expected = tensor.version.major != 1 ? 1 : 0;
        if (error.code() == errc::ok || error.what()[0] == '\0') fail("an error that says nothing");
    }
    if (numbers.deleted != expected) fail("deleted another number of times");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    if (input.take<std::uint8_t>() % 4 != 0) {
        import <dlpack::ManagedTensorVersioned>(input);
    } else {
        import <dlpack::ManagedTensor>(input);
    }
    return 0;
}
