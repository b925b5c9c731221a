// SPDX-License-Identifier: Apache-2.0
// Every pattern of the benchmark suite on one device: small ones copied and checked by the suite's oracle, large ones planned.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "cuda/copy/device_arena.hpp"
#include "patterns/oracle.hpp"
#include "patterns/pattern.hpp"

#include <ndlease/copy.hpp>
#include <ndlease/stream.hpp>

namespace ndlease::testing {
namespace {

using patterns::Change;
using patterns::Strided;
using ::testing::HasSubstr;

View view_of(const Strided& side, const Format& format, void* buffer) {
    return View::lend(static_cast<std::byte*>(buffer) + side.offset, Device::cuda(0), format, Layout(side.shape, side.strides), {});
}

CopyOptions options_of(const patterns::Copy& copy) {
    CopyOptions options;
    if (copy.change != Change::none) options.conversion = Conversion::cpp;
    return options;
}

class suite_copy : public ::testing::Test {
protected:
    void SetUp() override {
        if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
    }
};

TEST_F(suite_copy, of_every_small_pattern_is_right) {
    const Stream stream = Stream::make(Device::cuda(0));
    for (const std::int64_t bytes : {std::int64_t{64} << 10, std::int64_t{41'234}}) {
        for (const patterns::Pattern& pattern : patterns::suite()) {
            const patterns::Copy copy = pattern.make(bytes);
            std::vector<std::byte> src(static_cast<std::size_t>(copy.src.buffer_bytes()));
            std::vector<std::byte> dst(static_cast<std::size_t>(copy.dst.buffer_bytes()), patterns::poison);
            patterns::fill_random(src, copy, 7);
            DeviceArena src_memory(Device::cuda(0), src.size());
            DeviceArena dst_memory(Device::cuda(0), dst.size());
            src_memory.put(src);
            dst_memory.put(dst);
            const CopyPlan plan =
                CopyPlan::make(view_of(copy.dst, copy.dst_format, dst_memory.data()), view_of(copy.src, copy.src_format, src_memory.data()), options_of(copy));
            plan.run(stream);
            stream.synchronize();
            dst = dst_memory.get(dst.size());
            EXPECT_EQ(patterns::find_mismatch(copy, src, dst), "") << pattern.name << " of " << bytes << " bytes\n" << plan.describe();
            EXPECT_TRUE(src_memory.get(src.size()) == src) << pattern.name << ": the source was written";
            expect_no_violations(pattern.name);
        }
    }
}

// Plans ask no device: the addresses of 1 GiB are made up.
TEST_F(suite_copy, of_every_large_pattern_has_its_kernel) {
    const std::map<std::string, std::string> kernels = {
        {"contig", "runs"},  // beyond the cliff of memcpy nodes
        {"contig_misaligned", "runs"},
        {"pitched", "runs"},
        {"col_block", "runs"},
        {"head_permute", "words"},
        {"rows32of128", "words"},
        {"xyz_of_xyzw", "words"},
        {"t2d_f32", "tiles"},
        {"t2d_b16", "tiles"},
        {"t2d_u8", "tiles"},
        {"t2d_f64", "tiles"},
        {"t2d_c128", "tiles"},
        {"t2d_odd", "tiles"},
        {"t2d_skinny", "unit tiles"},
        {"rgb_to_planar", "strips"},
        {"planar_to_rgb", "strips"},
        {"nchw_to_nhwc", "tiles"},
        {"nhwc_to_nchw", "tiles"},
        {"nchw3_to_nhwc3", "strips"},
        {"nhwc3_to_nchw3", "strips"},
        {"t3d_210", "tiles"},
        {"t3d_120", "tiles"},
        {"t3d_021", "tiles"},
        {"t3d_210_c64", "tiles"},
        {"nd6_rev", "packed"},
        {"nd4_perm", "packed"},
        {"nd4_odd", "tiles"},
        {"bitperm", "packed"},
        {"small_tile_7", "packed"},
        {"small_tile_33", "tiles"},
        {"column", "words"},
        {"every2", "words"},
        {"every2row", "runs"},
        {"flip_last", "mirrored runs"},
        {"flip_first", "runs"},
        {"broadcast_row", "repeated runs"},
        {"broadcast_col", "filled runs"},
        {"broadcast_scalar", "filled runs"},
        {"diagonal", "words"},
        {"aos_gather", "words"},
        {"aos_scatter", "words"},
        {"halo_z1", "words"},
        {"halo_z3", "words"},
        {"item_contig_3", "runs"},
        {"item_contig_24", "runs"},
        {"item_flip_1", "mirrored runs"},
        {"item_flip_2", "mirrored runs"},
        {"item_flip_3", "words"},
        {"item_flip_8", "mirrored runs"},
        {"item_flip_12", "words"},
        {"item_flip_16", "mirrored runs"},
        {"item_flip_24", "words"},
        {"item_t2d_1", "tiles"},
        {"item_t2d_2", "tiles"},
        {"item_t2d_3", "triples"},
        {"item_t2d_6", "triples"},
        {"item_t2d_8", "tiles"},
        {"item_t2d_12", "triples"},
        {"item_t2d_16", "tiles"},
        {"item_t2d_24", "triples"},
    };
    for (const patterns::Pattern& pattern : patterns::suite()) {
        const auto expected = kernels.find(pattern.name);
        if (expected == kernels.end()) continue;
        const patterns::Copy copy = pattern.make(patterns::class_bytes("L"));
        const CopyPlan plan = CopyPlan::make(view_of(copy.dst, copy.dst_format, reinterpret_cast<void*>(std::uintptr_t{1} << 40)),
                                             view_of(copy.src, copy.src_format, reinterpret_cast<void*>(std::uintptr_t{1} << 41)), options_of(copy));
        EXPECT_THAT(plan.describe(), HasSubstr("kernel " + expected->second + ",")) << pattern.name;
    }
}

}  // namespace
}  // namespace ndlease::testing
