// SPDX-License-Identifier: Apache-2.0
// The code of docs/protocols/array_interface.md and cuda_array_interface.md, compiled and run; the last tests find every line of the pages' blocks in this
// file.
#include <gtest/gtest.h>

#include <string>

#include <ndlease/format_types.hpp>
#include <ndlease/interop/array_interface.hpp>
#include <ndlease/interop/cuda_array_interface.hpp>
#include <ndlease/memory.hpp>

#include "shown_code.hpp"

namespace ndlease {
namespace {

TEST(ArrayPages, array_interface) {
    using namespace array_interface;
    // clang-format off
    // A View as the dict, and as JSON: what json.loads gives is what NumPy takes, once its arrays are tuples.
    View table = allocate(Format::of<float>(), {2, 3});
    ArrayInterface dict = export_interface(table);  // owns nothing: keep `table`
    std::string json = to_json(dict);

    // The dict of somebody else, with the object that it came from as the owner.
    View same = import_interface(from_json(json), [owner = table](const ReleaseInfo&) {});

    // A View as the structure of a capsule without a name; the capsule's destructor calls free_struct.
    PyArrayInterface* block = export_struct(table);
    View again = import_struct(*block, [block](const ReleaseInfo&) { free_struct(block); });
    // clang-format on
    for (const View& view : {same, again}) {
        EXPECT_EQ(view.data(), table.data());
        EXPECT_EQ(view.layout(), table.layout());
        EXPECT_EQ(view.format(), table.format());
    }
    EXPECT_EQ(table.lease().holders(), 3);
    same = View();
    again = View();
    EXPECT_EQ(table.lease().holders(), 1);
}

TEST(ArrayPages, cuda_array_interface) {
    if (cuda_device_count() == 0) GTEST_SKIP() << cuda_absence();
    using namespace cuda_array_interface;
    const Stream stream = Stream::make(Device::cuda(0));
    const View object = allocate(Format::of<float>(), {480, 640}, Order::c, device_memory(Device::cuda(0)));
    {
        const Exported theirs = export_interface(object, {.stream = stream.ref()});
        const std::string json = to_json(theirs.dict());
        // clang-format off
        // A producer's dict, with the object that it came from as the owner. Whoever uses the View comes after the work on the dict's stream.
        View image = import_interface(from_json(json), [object](const ReleaseInfo&) {});

        // A View on its way to a consumer: pending work comes before `stream`, and what the consumer enqueues there comes before the release.
        Exported shown = export_interface(image, {.stream = stream.ref()});
        std::string text = to_json(shown.dict());
        // clang-format on
        EXPECT_EQ(text, json);
        EXPECT_EQ(image.device(), Device::cuda(0));
    }
    static_cast<void>(stream.synchronize());
}

TEST(ArrayPages, array_interface_shows_the_code_above) {
    testing::expect_shown_code(NDLEASE_PROTOCOL_PAGES "/array_interface.md", NDLEASE_TEST_SOURCES "/array_pages_test.cpp", 8);
}
TEST(ArrayPages, cuda_array_interface_shows_the_code_above) {
    testing::expect_shown_code(NDLEASE_PROTOCOL_PAGES "/cuda_array_interface.md", NDLEASE_TEST_SOURCES "/array_pages_test.cpp", 5);
}

}  // namespace
}  // namespace ndlease
