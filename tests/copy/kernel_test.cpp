// SPDX-License-Identifier: Apache-2.0
// The CPU's kernels for items at strides, fills and conversions, one by one: item sizes, strides, lengths and misalignments, with guard bytes, on every
// instruction set. The source has not a byte more than it needs, so that the address sanitizer sees what is read beyond it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "copy/instruction_sets.hpp"
#include "copy/random_source.hpp"
#include "cpu/convert_value.hpp"
#include "cpu/fill_string.hpp"
#include "cpu/simd/convert.hpp"
#include "cpu/simd/fill.hpp"
#include "cpu/simd/pack.hpp"
#include "cpu/simd/planes.hpp"
#include "cpu/simd/stream.hpp"

namespace ndlease::testing {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::int64_t guard = 80;

Bytes random_bytes(Random& random, std::int64_t count) {
    Bytes bytes(static_cast<std::size_t>(count));
    for (std::byte& b : bytes) b = static_cast<std::byte>(random.in(0, 255));
    return bytes;
}

/// A line-aligned buffer; what is asked for begins `shift` bytes after a line, with guards on both sides.
class Destination {
public:
    Destination(Random& random, std::int64_t bytes, std::int64_t shift) : bytes_(random_bytes(random, bytes + shift + 2 * guard + 64)) {
        const auto address = reinterpret_cast<std::uintptr_t>(bytes_.data() + guard);
        first_ = guard + static_cast<std::int64_t>((64 - address % 64) % 64) + shift;
        expected_ = bytes_;
    }
    std::byte* data() { return bytes_.data() + first_; }
    std::byte* expected() { return expected_.data() + first_; }
    [[nodiscard]] bool is_right() const { return bytes_ == expected_; }

private:
    Bytes bytes_, expected_;
    std::int64_t first_;
};

class Kernels : public ::testing::TestWithParam<std::int64_t> {};

void check_packing(Random& random, std::int64_t item, std::int64_t stride, std::int64_t count, std::int64_t dst_shift) {
    const std::int64_t reach = count == 0 ? 0 : (count - 1) * stride;
    const std::int64_t hull = count == 0 ? 0 : item + (reach < 0 ? -reach : reach);
    const Bytes src = random_bytes(random, hull);
    const std::byte* const first = src.data() + (reach < 0 ? -reach : 0);
    const cpu::ItemPacker packer(item, stride);
    for (const bool streamed : {false, true}) {
        Destination dst(random, item * count, dst_shift);
        std::int64_t packed = count;
        if (streamed) {
            packed = cpu::pack_streamed(packer, dst.data(), first, count);
            cpu::finish_streaming();
            ASSERT_LE(packed, count);
        } else {
            cpu::pack_items(packer, dst.data(), first, count);
        }
        for (std::int64_t i = 0; i < packed; ++i) std::memcpy(dst.expected() + i * item, first + i * stride, static_cast<std::size_t>(item));
        ASSERT_TRUE(dst.is_right()) << count << " items of " << item << " bytes at stride " << stride << ", shifted by " << dst_shift
                                    << (streamed ? ", streamed" : "");
    }
}

TEST_P(Kernels, items_at_every_stride) {
    const InstructionSet set(GetParam());
    Random random(1);
    for (const std::int64_t item : {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 16, 20, 24, 31, 32, 33, 48, 50, 64, 65}) {
        for (const std::int64_t stride :
             {std::int64_t{0}, -item, 2 * item, -2 * item, item + 1, -item - 1, item + 4, 3 * item, -3 * item, std::int64_t{1}, std::int64_t{-1},
              std::int64_t{15}, std::int64_t{16}, std::int64_t{127}, std::int64_t{128}, std::int64_t{-129}, std::int64_t{1000}}) {
            for (std::int64_t count = 0; count * item < 3 * 64 + 20 || count < 5; count += count < 9 ? 1 : random.in(1, 7)) {
                check_packing(random, item, stride, count, random.one_in(3) ? 0 : random.in(0, 63));
                if (HasFatalFailure()) return;
            }
            check_packing(random, item, stride, random.in(100, 400), random.in(0, 63));
            if (HasFatalFailure()) return;
        }
    }
}

TEST_P(Kernels, every_alignment_of_packed_items) {
    const InstructionSet set(GetParam());
    Random random(2);
    for (const std::int64_t item : {1, 2, 3, 4, 6, 8, 12, 16, 24, 32}) {
        for (std::int64_t shift = 0; shift < 64; ++shift) {
            check_packing(random, item, -item, 64 + shift, shift);
            check_packing(random, item, item + 4, 64 + shift, shift);
            if (HasFatalFailure()) return;
        }
    }
}

TEST_P(Kernels, fills_of_every_item) {
    const InstructionSet set(GetParam());
    Random random(3);
    for (std::int64_t item = 1; item <= cpu::longest_fill_item; ++item) {
        for (int n = 0; n < 40; ++n) {
            const std::int64_t count = random.one_in(2) ? random.in(0, 40) : random.in(0, 3000);
            const std::int64_t shift = random.one_in(3) ? 0 : random.in(0, 63);
            const bool streamed = random.one_in(2);
            const Bytes value = random_bytes(random, item);
            Destination dst(random, item * count, shift);
            cpu::fill_items(dst.data(), value.data(), item, count, streamed);
            cpu::finish_streaming();
            for (std::int64_t i = 0; i < count; ++i) std::memcpy(dst.expected() + i * item, value.data(), static_cast<std::size_t>(item));
            ASSERT_TRUE(dst.is_right()) << count << " items of " << item << " bytes, shifted by " << shift << (streamed ? ", streamed" : "");
        }
    }
}

/// One buffer with guards for each plane.
void check_split(Random& random, int planes, std::int64_t word, std::int64_t count, bool streamed) {
    const Bytes src = random_bytes(random, planes * word * count);
    const std::int64_t shift = random.in(0, 63);
    const bool equal = random.one_in(2);
    std::vector<Destination> dst;
    std::byte* to[cpu::most_planes];
    for (int p = 0; p < planes; ++p)
        dst.emplace_back(random, word * count, equal ? shift : random.one_in(8) ? random.in(0, 63) : random.in(0, 63) / word * word);
    for (int p = 0; p < planes; ++p) to[p] = dst[static_cast<std::size_t>(p)].data();
    cpu::split_planes(to, planes, word, src.data(), count, streamed);
    cpu::finish_streaming();
    for (int p = 0; p < planes; ++p) {
        Destination& one = dst[static_cast<std::size_t>(p)];
        for (std::int64_t i = 0; i < count; ++i) std::memcpy(one.expected() + i * word, src.data() + (i * planes + p) * word, static_cast<std::size_t>(word));
        ASSERT_TRUE(one.is_right()) << "plane " << p << " of " << planes << ", " << count << " words of " << word << " bytes" << (streamed ? ", streamed" : "");
    }
}

void check_join(Random& random, int planes, std::int64_t word, std::int64_t count, bool streamed) {
    std::vector<Bytes> src;
    const std::byte* from[cpu::most_planes];
    for (int p = 0; p < planes; ++p) src.push_back(random_bytes(random, word * count));
    for (int p = 0; p < planes; ++p) from[p] = src[static_cast<std::size_t>(p)].data();
    Destination dst(random, planes * word * count, random.one_in(4) ? random.in(0, 63) : random.in(0, 63) / word * word);
    cpu::join_planes(dst.data(), from, planes, word, count, streamed);
    cpu::finish_streaming();
    for (std::int64_t i = 0; i < planes * count; ++i) {
        std::memcpy(dst.expected() + i * word, from[i % planes] + i / planes * word, static_cast<std::size_t>(word));
    }
    ASSERT_TRUE(dst.is_right()) << count << " pixels of " << planes << " words of " << word << " bytes" << (streamed ? ", streamed" : "");
}

TEST_P(Kernels, planes) {
    const InstructionSet set(GetParam());
    Random random(9);
    for (int planes = 2; planes <= cpu::most_planes; ++planes) {
        for (const std::int64_t word : {1, 2, 4, 8}) {
            ASSERT_TRUE(cpu::has_plane_kernels(planes, word));
            for (int n = 0; n < 200; ++n) {
                const std::int64_t count = random.one_in(2) ? random.in(0, 70) : random.in(0, 700);
                check_split(random, planes, word, count, random.one_in(2));
                if (HasFatalFailure()) return;
                check_join(random, planes, word, count, random.one_in(2));
                if (HasFatalFailure()) return;
            }
        }
    }
}

TEST(KernelsOfX86, fills_by_string) {
    Random random(8);
    for (const std::int64_t item : {1, 2, 4, 8}) {
        if (!cpu::has_fill_by_string(item)) GTEST_SKIP() << "this processor has no fast strings";
        for (int n = 0; n < 200; ++n) {
            const std::int64_t count = n == 0 ? (3 << 20) / item + 1 : random.in(0, 3000);  // the first in several pieces
            const Bytes value = random_bytes(random, item);
            Destination dst(random, item * count, random.in(0, 63));
            cpu::fill_by_string(dst.data(), value.data(), item, count);
            for (std::int64_t i = 0; i < count; ++i) std::memcpy(dst.expected() + i * item, value.data(), static_cast<std::size_t>(item));
            ASSERT_TRUE(dst.is_right()) << count << " items of " << item << " bytes";
        }
    }
    for (const std::int64_t item : {3, 6, 12, 16, 24}) EXPECT_FALSE(cpu::has_fill_by_string(item));
}

TEST_P(Kernels, rows_of_every_length) {
    const InstructionSet set(GetParam());
    Random random(4);
    for (int n = 0; n < 1500; ++n) {
        const std::int64_t bytes = random.one_in(2) ? random.in(0, 200) : random.in(0, 1500);
        const auto count = static_cast<int>(random.in(0, 9));
        const std::int64_t pitch = bytes + (random.one_in(2) ? 0 : random.in(0, 90));
        const Bytes src = random_bytes(random, bytes * count);
        Destination dst(random, pitch * count, random.one_in(3) ? 0 : random.in(0, 63));
        std::vector<cpu::StreamedRow> rows;
        for (int i = 0; i < count; ++i) {
            const std::byte* const from = src.data() + i * bytes;
            rows.push_back({dst.data() + i * pitch, from, random.one_in(2) ? from : nullptr});
            if (bytes > 0) std::memcpy(dst.expected() + i * pitch, from, static_cast<std::size_t>(bytes));
        }
        cpu::stream_rows(rows.data(), count, bytes);
        cpu::finish_streaming();
        ASSERT_TRUE(dst.is_right()) << count << " rows of " << bytes << " bytes at " << pitch;
    }
}

using cpu::NumberType;

template <NumberType to, NumberType from>
void check_conversion(Random& random) {
    cpu::VectorKernel* const kernel = cpu::vector_kernel(to, from);
    if (kernel == nullptr) return;
    constexpr auto dst_bytes = static_cast<std::int64_t>(sizeof(cpu::Raw<to>));
    constexpr auto src_bytes = static_cast<std::int64_t>(sizeof(cpu::Raw<from>));
    for (int n = 0; n < 400; ++n) {
        const std::int64_t count = random.one_in(4) ? random.in(0, 700) : random.in(0, 100);
        const std::int64_t shift = random.one_in(2) ? random.in(0, 63) / dst_bytes * dst_bytes : random.in(0, 63);
        const bool streamed = random.one_in(2);
        Bytes src = random_bytes(random, count * src_bytes);  // all bits at random: NaNs and subnormals are among them
        for (std::int64_t i = 0; i < count; ++i) {            // and infinities, NaNs without a quiet bit, halves between two results
            if (!random.one_in(3)) continue;
            for (std::int64_t b = 0; b < src_bytes - 2; ++b) src[static_cast<std::size_t>(i * src_bytes + b)] = std::byte{0};
            if (src_bytes >= 2 && random.one_in(2)) src[static_cast<std::size_t>(i * src_bytes + src_bytes - 1)] |= std::byte{0x7F};
        }
        Destination dst(random, count * dst_bytes, shift);
        kernel(dst.data(), src.data(), count, streamed);
        cpu::finish_streaming();
        for (std::int64_t i = 0; i < count; ++i) {
            cpu::store<to>(dst.expected() + i * dst_bytes, cpu::converted<to, from>(cpu::load<from>(src.data() + i * src_bytes)));
        }
        ASSERT_TRUE(dst.is_right()) << static_cast<int>(from) << " to " << static_cast<int>(to) << ", " << count << " numbers, shifted by " << shift;
    }
}

TEST_P(Kernels, conversions_are_the_portable_ones) {
    const InstructionSet set(GetParam());
    Random random(5);
    using enum NumberType;
    check_conversion<bfloat16, binary32>(random);
    check_conversion<binary16, binary32>(random);
    check_conversion<binary64, binary32>(random);
    check_conversion<binary32, bfloat16>(random);
    check_conversion<binary32, binary16>(random);
    check_conversion<binary32, binary64>(random);
    check_conversion<binary32, int8>(random);
    check_conversion<binary32, uint8>(random);
    check_conversion<binary32, int16>(random);
    check_conversion<binary32, uint16>(random);
    check_conversion<binary32, int32>(random);
}

TEST_P(Kernels, byte_orders) {
    const InstructionSet set(GetParam());
    Random random(6);
    for (const std::int64_t item : {2, 4, 8, 16}) {
        cpu::VectorKernel* const kernel = cpu::vector_swap_kernel(item);
        if (kernel == nullptr) continue;
        for (int n = 0; n < 400; ++n) {
            const std::int64_t count = random.in(0, 200);
            const bool in_place = random.one_in(3);
            const Bytes src = random_bytes(random, count * item);
            Destination dst(random, count * item, random.in(0, 63));
            if (in_place && count > 0) std::memcpy(dst.data(), src.data(), src.size());
            kernel(dst.data(), in_place ? dst.data() : src.data(), count, random.one_in(2));
            cpu::finish_streaming();
            for (std::int64_t i = 0; i < count; ++i) std::reverse_copy(src.data() + i * item, src.data() + (i + 1) * item, dst.expected() + i * item);
            ASSERT_TRUE(dst.is_right()) << count << " items of " << item << " bytes" << (in_place ? ", in place" : "");
        }
    }
}

INSTANTIATE_TEST_SUITE_P(sets, Kernels, ::testing::ValuesIn(instruction_sets()), [](const auto& test) { return instruction_set_name(test.param); });

}  // namespace
}  // namespace ndlease::testing
