// SPDX-License-Identifier: Apache-2.0
// What the dicts of the two array interfaces can hold and must not.
#include <limits>

#include <ndlease/interop/array_interface.hpp>
#include <ndlease/interop/cuda_array_interface.hpp>

#include "interop/array_bad_input.hpp"

namespace ndlease {
namespace {

using array_interface::ArrayInterface;
using cuda_array_interface::CudaArrayInterface;
using testing::BadClass;
using testing::huge;
using testing::one_of;
using testing::Random;

constexpr std::int64_t least_number = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t largest_number = std::numeric_limits<std::int64_t>::max();
alignas(64) std::byte memory[4096];

std::uintptr_t address(const void* data) { return reinterpret_cast<std::uintptr_t>(data); }

template <class Dict>
void fill(Random& random, Dict& dict) {
    const int itemsize = one_of(random, {2, 4, 8});
    dict.typestr = one_of<const char*>(random, {"<", ">", "="}) + std::string(1, one_of(random, {'i', 'u', 'f'})) + std::to_string(itemsize);
    Dims strides;
    std::int64_t stride = itemsize;
    for (std::int64_t axes = random.in(1, 4); axes > 0; --axes) {
        dict.shape.push_back(random.in(2, 3));
        strides.push_back(stride);
        stride *= 4;
    }
    if (random.one_in(2)) dict.strides = strides;
    dict.data = address(memory);
}

int axis_of(Random& random, const Dims& shape) { return static_cast<int>(random.in(0, shape.size() - 1)); }

/// What both dicts refuse alike.
template <class Dict>
std::vector<BadClass<Dict>> common_classes() {
    return {
        {"a mask", errc::not_supported, [](Random&, Dict& d) { d.has_mask = true; }},
        {"typestr is empty or unknown", errc::bad_format,
         [](Random& r, Dict& d) {
             d.typestr = one_of<const char*>(r, {"", "<", "<q8", "f", "<f", "<f3", "<i16", "<c4", "<f8 ", "<f8x", "bfloat16", "<E2", "\xff"});
         }},
        {"typestr without an order that matters", errc::bad_format,
         [](Random& r, Dict& d) {
             d.typestr = one_of<const char*>(r, {"|i4", "|f8", "|c16", "|U3", "|M8[ns]"});
         }},
        {"typestr with a count without end", errc::bad_format,
         [](Random& r, Dict& d) {
             d.typestr = "|V" + std::string(static_cast<std::size_t>(r.in(20, 2000)), one_of(r, {'9', '8', '1'}));
         }},
        {"strides of another rank", errc::bad_layout,
         [](Random& r, Dict& d) { d.strides = Dims(d.shape.size() + static_cast<int>(r.one_in(2) ? r.in(1, 5) : -1), 8); }},
        {"negative extent", errc::bad_layout, [](Random& r, Dict& d) { d.shape[axis_of(r, d.shape)] = r.one_in(2) ? -1 : r.in(least_number + 1, -1); }},
        {"more elements than 63 bits", errc::overflow,
         [](Random& r, Dict& d) {
             d.shape = {huge(r), huge(r)};
             d.strides = r.one_in(2) ? std::optional(Dims{1, 1}) : std::nullopt;
         }},
        {"more bytes than 63 bits", errc::overflow,
         [](Random& r, Dict& d) {
             d.shape = {r.in(largest_number / 2 + 1, largest_number)};
             d.strides = std::nullopt;
         }},
        {"a distance of more than 63 bits", errc::overflow,
         [](Random& r, Dict& d) {
             d.shape = {r.in(3, 100)};
             d.strides = Dims{r.one_in(3)   ? least_number
                              : r.one_in(2) ? r.in(largest_number / 2 + 1, largest_number)
                                            : r.in(least_number, -(largest_number / 2) - 1)};
         }},
        {"distances that add up to more than 63 bits", errc::overflow,
         [](Random& r, Dict& d) {
             d.shape = {2, 2};
             const std::int64_t far = largest_number / 4 * 3 - r.in(0, 1000);
             d.strides = Dims{far, r.one_in(2) ? far : -far};
         }},
        {"NULL with elements", errc::invalid_argument, [](Random&, Dict& d) { d.data = std::uintptr_t{0}; }},
        {"elements behind the last address", errc::out_of_bounds,
         [](Random& r, Dict& d) { d.data = std::numeric_limits<std::uintptr_t>::max() - static_cast<std::uintptr_t>(r.in(0, 2)); }},
        {"elements before the first address", errc::out_of_bounds,
         [](Random& r, Dict& d) {
             d.data = static_cast<std::uintptr_t>(r.in(1, 1000));
             d.strides = Dims(d.shape.size(), -r.in(10000, 1 << 20));
         }},
        {"descr of another size", errc::bad_format,
         [](Random& r, Dict& d) {
             d.typestr = "|V" + std::to_string(r.in(13, 100));
             d.descr = "[('a', '<i4'), ('b', '<f8')]";
         }},
        {"descr with fields for a number", errc::bad_format,
         [](Random&, Dict& d) {
             d.typestr = "<i8";
             d.descr = "[('a', '<i4'), ('b', '<f4')]";
         }},
        {"descr that contradicts the typestr", errc::bad_format,
         [](Random& r, Dict& d) {
             d.typestr = "<i4";
             d.descr = one_of<const char*>(r, {"[('', '>i4')]", "[('', '<f4')]", "[('', '<i8')]", "[('', '|V4')]"});
         }},
        {"descr is no literal of fields", errc::bad_format,
         [](Random& r, Dict& d) {
             d.typestr = "|V8";
             d.descr = one_of<const char*>(
                 r, {"[", "open('x')", "[('a', '<i4'", "{'names': ['a']}", "3", "[('a',)]", "[('a', '<i4', (-1,))]", "[('a', '<i8', '<i8', 2)]", "None"});
         }},
        {"descr with one name twice", errc::bad_format,
         [](Random&, Dict& d) {
             d.typestr = "|V8";
             d.descr = "[('a', '<i4'), ('a', '<f4')]";
         }},
        {"descr nested without end", errc::bad_format,
         [](Random& r, Dict& d) {
             d.typestr = "|V8";
             for (std::int64_t n = r.in(300, 3000); n > 0; --n) d.descr += "[('a', ";
         }},
        {"descr whose size overflows", errc::bad_format,
         [](Random&, Dict& d) {
             d.typestr = "|V8";
             d.descr = "[('a', '<i8', (4294967296, 4294967296)), ('b', '<i8', (4294967296, 4294967296))]";
         }},
    };
}

struct Host {
    ArrayInterface dict;
    std::optional<View> buffer;
};

std::vector<BadClass<Host>> host_classes() {
    std::vector<BadClass<Host>> classes = {
        {"a version below 3", errc::not_supported, [](Random& r, Host& h) { h.dict.version = static_cast<int>(r.in(std::numeric_limits<int>::min(), 2)); }},
        {"no address and no buffer", errc::invalid_argument, [](Random&, Host& h) { h.dict.data = std::nullopt; }},
        {"an offset beside an address", errc::invalid_argument,
         [](Random& r, Host& h) { h.dict.offset = r.one_in(2) ? r.in(1, 1000) : r.in(least_number + 1, -1); }},
        {"a buffer beside an address", errc::invalid_argument,
         [](Random&, Host& h) { h.buffer = View::lend(memory, Device::cpu(), Format(), Layout::c_order({4096}, 1)); }},
    };
    for (const BadClass<ArrayInterface>& common : common_classes<ArrayInterface>()) {
        classes.push_back({common.name, common.expected, [spoil = common.spoil](Random& r, Host& h) { spoil(r, h.dict); }});
    }
    return classes;
}

TEST(ArrayDictBadInput, is_refused_by_its_name_and_takes_nothing) {
    testing::expect_refused(
        "array_interface", host_classes(), 20,
        [](Random& random) {
            Host host;
            fill(random, host.dict);
            return host;
        },
        [](Host& host, ReleaseCallback release) {
            array_interface::ImportOptions options;
            options.buffer = host.buffer;
            return import_interface(host.dict, std::move(release), options);
        });
}

/// Arrays in a buffer: there is no owner but the buffer's.
TEST(ArrayDictBadInput, in_a_buffer) {
    const auto bytes = [](std::int64_t n) { return View::lend(memory, Device::cpu(), Format(), Layout::c_order({n}, 1)); };
    const std::vector<BadClass<Host>> classes = {
        {"offset behind the buffer", errc::out_of_bounds, [](Random& r, Host& h) { h.dict.offset = r.in(4097, largest_number); }},
        {"negative offset", errc::out_of_bounds, [](Random& r, Host& h) { h.dict.offset = r.in(least_number + 1, -1); }},
        {"array longer than the buffer", errc::out_of_bounds, [](Random& r, Host& h) { h.dict.offset = 4096 - r.in(0, 3); }},
        {"array before the buffer", errc::out_of_bounds,
         [](Random& r, Host& h) {
             h.dict.offset = 0;
             h.dict.strides = Dims(h.dict.shape.size(), -r.in(8, 100));
         }},
        {"a buffer of no bytes", errc::out_of_bounds, [&](Random&, Host& h) { h.buffer = bytes(0); }},
        {"a buffer with gaps", errc::bad_layout, [&](Random& r, Host& h) { h.buffer = bytes(4096).slice(0, {}, {}, r.in(2, 9)); }},
        {"a buffer of a device", errc::device, [](Random&, Host& h) { h.buffer = View::lend(memory, Device::cuda(0), Format(), Layout::c_order({4096}, 1)); }},
        {"an owner beside the buffer", errc::invalid_argument, [](Random&, Host& h) { h.dict.read_only = true; }},
    };
    testing::expect_refused(
        "array_interface with a buffer", classes, 8,
        [&](Random& random) {
            Host host;
            fill(random, host.dict);
            host.dict.data = std::nullopt;
            host.dict.offset = random.in(0, 2000);
            host.buffer = bytes(4096);
            return host;
        },
        [](Host& host, ReleaseCallback release) {
            array_interface::ImportOptions options;
            options.buffer = host.buffer;
            View view = import_interface(host.dict, host.dict.read_only ? std::move(release) : ReleaseCallback(), options);
            release(ReleaseInfo());  // stands for the owner's
            return view;
        });
}

std::vector<BadClass<CudaArrayInterface>> cuda_classes() {
    using Dict = CudaArrayInterface;
    std::vector<BadClass<Dict>> classes = {
        {"an unknown version", errc::not_supported, [](Random& r, Dict& d) { d.version = static_cast<int>(r.one_in(2) ? r.in(4, 1 << 30) : r.in(-1000, -1)); }},
        {"stream 0", errc::invalid_argument, [](Random&, Dict& d) { d.stream = 0; }},
        {"a negative stream", errc::invalid_argument, [](Random& r, Dict& d) { d.stream = r.one_in(2) ? -1 : r.in(least_number + 1, -1); }},
        {"a stream before version 3", errc::invalid_argument,
         [](Random& r, Dict& d) {
             d.version = static_cast<int>(r.in(0, 2));
             d.stream = r.in(1, 2);
         }},
    };
    for (BadClass<Dict>& common : common_classes<Dict>()) classes.push_back(std::move(common));
    return classes;
}

TEST(CudaDictBadInput, is_refused_by_its_name_and_takes_nothing) {
    testing::expect_refused(
        "cuda_array_interface", cuda_classes(), 20,
        [](Random& random) {
            CudaArrayInterface dict;
            fill(random, dict);
            return dict;
        },
        [](CudaArrayInterface& dict, ReleaseCallback release) {
            return import_interface(dict, std::move(release), {.device = Device::cuda(60), .check_device = false, .policy = ReleasePolicy::wait()});
        });
}

}  // namespace
}  // namespace ndlease
