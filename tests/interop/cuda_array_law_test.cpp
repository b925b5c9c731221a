// SPDX-License-Identifier: Apache-2.0
// The law for the CUDA array interface, in each version and as JSON. What a pointer is and what streams do is tested in tests/cuda/interop.
#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/interop/cuda_array_interface.hpp>

#include "interop/array_sayable.hpp"
#include "interop/random_view.hpp"

namespace ndlease {
namespace {

using namespace cuda_array_interface;
using testing::Random;
using testing::RandomViews;

constexpr int views_per_case = 100;
constexpr int cases = 1000;
// Nothing here touches the memory. A device that no machine has: then nothing is waited for at the end of a lease either.
constexpr Device device = Device::cuda(60);

struct Seen {
    int passed = 0, refused = 0, records = 0, empty = 0, strided = 0;
};

void expect_same(const View& again, const View& view, int version) {
    const bool points = view.size() > 0 || version < 2;
    EXPECT_EQ(again.data(), points ? view.data() : nullptr) << to_string(view);
    EXPECT_EQ(again.layout(), view.layout()) << to_string(view);
    EXPECT_EQ(again.format(), testing::as_said(view.format())) << to_string(view) << " came back as " << to_string(again);
    EXPECT_EQ(again.is_read_only(), view.is_read_only()) << to_string(view);
    EXPECT_EQ(again.device(), view.device());
}

template <class Through>
void expect_law(Through through) {
    std::vector<std::byte> memory(1 << 17);
    RandomViews views(memory.data(), static_cast<std::int64_t>(memory.size()), device);
    Seen seen;
    testing::for_random_cases(
        cases,
        [&](Random& random) {
            for (int i = 0; i < views_per_case && !::testing::Test::HasFailure(); ++i) {
                const View view = views.next(random);
                const std::int64_t holders = view.lease().holders();
                const bool can_say = testing::sayable(view.format());
                const int version = static_cast<int>(random.in(0, 3));
                int released = 0;
                try {
                    auto exported = std::make_shared<Exported>(export_interface(view, {.version = version}));
                    EXPECT_TRUE(can_say) << "not refused: " << to_string(view);
                    EXPECT_EQ(view.lease().holders(), holders + (view.lease() ? 1 : 0));
                    const CudaArrayInterface dict = through(exported->dict());
                    EXPECT_EQ(dict.version, version);
                    EXPECT_EQ(dict.stream, std::nullopt);
                    View again = import_interface(dict, [&released, keep = std::move(exported)](const ReleaseInfo&) { ++released; },
                                                  {.device = device, .check_device = false, .policy = ReleasePolicy::wait()});
                    expect_same(again, view, version);
                    EXPECT_EQ(released, 0);
                    ++seen.passed;
                    seen.records += view.format().is_record() ? 1 : 0;
                    seen.empty += view.layout().is_empty() ? 1 : 0;
                    seen.strided += view.is_contiguous() ? 0 : 1;
                    again = View();
                    EXPECT_EQ(released, 1);
                } catch (const Error& error) {
                    EXPECT_FALSE(can_say) << to_string(view) << ": " << error.what();
                    EXPECT_EQ(error.code(), errc::not_expressible) << error.what();
                    EXPECT_EQ(released, 0);
                    ++seen.refused;
                }
                EXPECT_EQ(view.lease().holders(), holders) << to_string(view);
            }
        },
        views_per_case);
    EXPECT_EQ(views.outstanding(), 0);
    if (::testing::Test::HasFailure() || seen.passed + seen.refused < cases * views_per_case) return;
    for (const int count : {seen.passed, seen.refused, seen.records, seen.empty, seen.strided}) EXPECT_GT(count, 1000);
}

TEST(CudaArrayLaw, dict) {
    expect_law([](const CudaArrayInterface& dict) { return dict; });
}

TEST(CudaArrayLaw, dict_as_json) {
    expect_law([](const CudaArrayInterface& dict) {
        const std::string text = to_json(dict);
        CudaArrayInterface again = from_json(text);
        EXPECT_EQ(to_json(again), text);
        return again;
    });
}

TEST(CudaArrayLaw, kinds_without_a_name_in_numpy_are_refused_by_theirs) {
    std::byte item[16];
    for (const Format& format : {Format::number(Kind::bfloat, 16), Format::number(Kind::float8_e5m2, 8), Format::number(Kind::integer, 128),
                                 Format::number(Kind::float4_e2m1fn, 4), Format::number(Kind::complex, 32), Format::pointer()}) {
        const View view = View::lend(item, device, format, Layout());
        try {
            static_cast<void>(export_interface(view));
            ADD_FAILURE() << to_string(view) << " is not refused";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), errc::not_expressible);
            EXPECT_NE(std::string(error.what()).find(to_string(format.kind())), std::string::npos) << error.what();
        }
    }
}

}  // namespace
}  // namespace ndlease
