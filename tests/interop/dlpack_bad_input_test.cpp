// SPDX-License-Identifier: Apache-2.0
// Classes of bad DLPack tensors, each a generator. Whatever is drawn: the named error, no address of the tensor read beyond its shape and strides, and the
// tensor is the caller's still (or, of another major version, deleted once).
#include <array>
#include <cstdio>
#include <functional>
#include <limits>

#include "interop/dlpack_tensor.hpp"
#include "interop/random_view.hpp"

namespace ndlease::testing {
namespace {

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t most_negative = std::numeric_limits<std::int64_t>::min();
constexpr int cases_per_class = 260;

/// Never mapped: an importer that reads elements or follows a pointer dies here.
void* const nowhere = reinterpret_cast<void*>(0x10000);

struct Draw {
    Random random;
    Versioned tensor;

    explicit Draw(std::uint64_t seed) : random(seed) { good(); }
    int in(std::int64_t low, std::int64_t high) { return static_cast<int>(random.in(low, high)); }
    /// A good tensor of rank 1 to 6 with 2 to 5 elements an axis.
    void good() {
        std::vector<std::int64_t> shape, strides;
        const int rank = in(1, 6);
        std::int64_t step = 1;
        for (int axis = 0; axis < rank; ++axis) {
            shape.push_back(in(2, 5));
            strides.push_back(step);
            step *= shape.back() + in(0, 2);
        }
        tensor.at(nowhere, static_cast<std::uint64_t>(in(0, 4) * 4)).shaped(shape, strides);
        tensor.managed.version.minor = static_cast<std::uint32_t>(in(0, 9));
        tensor.managed.flags = static_cast<std::uint64_t>(in(0, 3));
    }
    std::size_t axis() { return static_cast<std::size_t>(in(0, tensor.tensor().ndim - 1)); }
    DlpackType& dtype() { return tensor.tensor().dtype; }
};

struct BadClass {
    const char* name;
    errc code;
    std::function<void(Draw&)> spoil;
    int deleted = 0;
};

std::uint8_t byte_of(int value) { return static_cast<std::uint8_t>(value); }

const BadClass classes[] = {
    {"another major version", errc::not_supported,
     [](Draw& d) {
         d.tensor.managed.version.major = d.random.one_in(2) ? 0 : static_cast<std::uint32_t>(d.random.in(2, 0xFFFFFFFF));
         d.tensor.tensor().shape = static_cast<std::int64_t*>(nowhere);
     },
     1},
    {"unknown flags", errc::not_supported, [](Draw& d) { d.tensor.managed.flags |= std::uint64_t{1} << d.in(3, 63); }},
    {"rank below 0", errc::out_of_range, [](Draw& d) { d.tensor.tensor().ndim = static_cast<std::int32_t>(d.random.in(-2147483648LL, -1)); }},
    {"rank above 64", errc::out_of_range, [](Draw& d) { d.tensor.tensor().ndim = static_cast<std::int32_t>(d.random.in(65, 2147483647)); }},
    {"no shape", errc::invalid_argument, [](Draw& d) { d.tensor.tensor().shape = nullptr; }},
    {"no strides since 1.2", errc::bad_layout,
     [](Draw& d) {
         d.tensor.managed.version.minor = static_cast<std::uint32_t>(d.in(2, 9));
         d.tensor.tensor().strides = nullptr;
     }},
    {"an extent below 0", errc::bad_layout, [](Draw& d) { d.tensor.shape[d.axis()] = d.random.one_in(2) ? most_negative : -d.random.in(1, huge); }},
    {"more elements than fit", errc::overflow,
     [](Draw& d) {
         d.tensor.shaped({d.random.in(1LL << 32, huge), d.random.in(1LL << 31, huge), 2}, {0, 0, 1});
     }},
    {"a stride that does not fit in bytes", errc::overflow,
     [](Draw& d) { d.tensor.strides[d.axis()] = d.random.one_in(2) ? d.random.in(huge / 4 + 1, huge) : d.random.in(most_negative, most_negative / 4 - 1); }},
    {"the smallest stride", errc::overflow, [](Draw& d) { d.tensor.strides[d.axis()] = most_negative; }},
    {"(extent - 1) * stride does not fit", errc::overflow,
     [](Draw& d) { d.tensor.shaped({d.random.in(1LL << 40, 1LL << 50)}, {d.random.in(1LL << 30, 1LL << 40)}); }},
    {"the sum of the reaches does not fit", errc::overflow,
     [](Draw& d) {
         d.tensor.shaped({d.random.in(3, 4), 2, 2}, {huge / 17, huge / 9 + d.random.in(0, 100), huge / 5 + d.random.in(0, 100)});
     }},
    {"bytes of a compact array do not fit", errc::overflow,
     [](Draw& d) {
         d.tensor.managed.version.minor = 0;
         d.tensor.shaped({d.random.in(1LL << 31, 1LL << 32), 1LL << 30, 2});
     }},
    {"byte_offset outside of the address space", errc::out_of_bounds,
     [](Draw& d) { d.tensor.tensor().byte_offset = static_cast<std::uint64_t>(d.random.in(0, huge)) | std::uint64_t{1} << 63; }},
    {"elements behind the address space", errc::out_of_bounds,
     [](Draw& d) { d.tensor.at(reinterpret_cast<void*>(~std::uintptr_t{0} - static_cast<std::uintptr_t>(d.in(0, 6))), 0); }},
    {"elements before the address space", errc::out_of_bounds,
     [](Draw& d) { d.tensor.at(reinterpret_cast<void*>(std::uintptr_t{64}), 0).shaped({2}, {-d.random.in(17, 1LL << 40)}); }},
    {"byte_offset that carries over", errc::out_of_bounds,
     [](Draw& d) { d.tensor.at(reinterpret_cast<void*>(~std::uintptr_t{0} - 4096), static_cast<std::uint64_t>(d.random.in(4097, huge))); }},
    {"no data with elements", errc::invalid_argument, [](Draw& d) { d.tensor.tensor().data = nullptr; }},
    {"an unknown dtype code", errc::bad_format, [](Draw& d) { d.dtype().code = byte_of(d.in(19, 255)); }},
    {"bits that the code has not", errc::bad_format,
     [](Draw& d) {
         constexpr std::array<int, 12> codes = {0, 1, 2, 4, 5, 6, 7, 14, 15, 16, 17, 18};
         constexpr std::array<int, 9> bits = {0, 9, 12, 17, 24, 48, 65, 127, 255};
         d.dtype().code = byte_of(codes[static_cast<std::size_t>(d.in(0, 11))]);
         d.dtype().bits = byte_of(bits[static_cast<std::size_t>(d.in(0, 8))]);
     }},
    {"no lanes", errc::bad_format, [](Draw& d) { d.dtype().lanes = 0; }},
    {"handles of another size", errc::bad_format,
     [](Draw& d) {
         d.dtype() = {3, byte_of(d.in(0, 63)), 1};
     }},
    {"packed elements below a byte", errc::not_expressible,
     [](Draw& d) {
         d.dtype() = d.random.one_in(2) ? DlpackType{17, 4, 1} : DlpackType{byte_of(d.in(0, 1)), byte_of(d.in(1, 7)), 1};
     }},
    {"lanes that are no whole bytes", errc::not_expressible,
     [](Draw& d) {
         d.dtype() = {17, 4, static_cast<std::uint16_t>(2 * d.random.in(1, 32767) + 1)};
     }},
    {"padded lanes below a byte", errc::not_expressible,
     [](Draw& d) {
         d.dtype() = {byte_of(d.in(15, 16)), 6, static_cast<std::uint16_t>(4 * d.random.in(1, 16383))};
         d.tensor.managed.flags |= dlpack::flag_subbyte_padded;
     }},
    {"an unknown device", errc::not_supported,
     [](Draw& d) {
         constexpr std::array<std::int64_t, 5> few = {0, 5, 6, -1, 99};
         d.tensor.on(static_cast<std::int32_t>(d.random.one_in(2) ? few[static_cast<std::size_t>(d.in(0, 4))] : d.random.in(22, 2147483647)));
     }},
    {"a device id below 0", errc::out_of_range,
     [](Draw& d) { d.tensor.on(d.random.one_in(2) ? 2 : d.in(7, 12), static_cast<std::int32_t>(d.random.in(-2147483648LL, -1))); }},
    {"elements before a handle", errc::out_of_bounds,
     [](Draw& d) { d.tensor.at(nowhere, 4).shaped({static_cast<std::int64_t>(d.in(3, 9))}, {-d.random.in(1, 1000)}).on(d.random.one_in(2) ? 4 : d.in(7, 9)); }},
};

TEST(DlpackBadInput, each_class_is_refused_with_its_error_and_takes_nothing) {
    int cases = 0;
    for (const BadClass& bad : classes) {
        for (int i = 0; i < cases_per_class; ++i) {
            Draw draw(static_cast<std::uint64_t>(i) * 7919 + 1);
            bad.spoil(draw);
            std::string message;
            EXPECT_EQ(draw.tensor.refusal(&message), bad.code) << bad.name << ", case " << i << ": " << message;
            EXPECT_EQ(draw.tensor.deleted, bad.deleted) << bad.name;
            EXPECT_FALSE(message.empty()) << bad.name;
            ++cases;
        }
        if (::testing::Test::HasFailure()) FAIL() << bad.name;
    }
    std::printf("bad DLPack: %zu classes, %d cases\n", std::size(classes), cases);
}

TEST(DlpackBadInput, what_is_not_spoilt_is_accepted) {
    for (int i = 0; i < cases_per_class; ++i) {
        Draw draw(static_cast<std::uint64_t>(i) * 7919 + 1);
        std::string message;
        EXPECT_EQ(draw.tensor.refusal(&message), errc::ok) << message;
        EXPECT_EQ(draw.tensor.deleted, 1);
    }
}

}  // namespace
}  // namespace ndlease::testing
