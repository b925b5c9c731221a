// SPDX-License-Identifier: Apache-2.0
// A view and its format tree, built from the bytes of the input with pointers into arrays of this program's. What is taken must stay inside of the memory that
// was stated, come back the same, and be given back once; what is refused must leave the share where it was.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <ndlease/ndlease.h>
#include <ndlease/error.hpp>
#include <ndlease/interop/c_abi.hpp>

namespace {

using namespace ndlease;

[[noreturn]] void fail(const char* what, const std::string& text) {
    std::fprintf(stderr, "%s: %s\n", what, text.c_str());
    std::abort();
}

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
    template <class T>
    T next() {
        T value{};
        const std::size_t count = left_ < sizeof value ? left_ : sizeof value;
        if (count != 0) std::memcpy(&value, data_, count);
        data_ += count;
        left_ -= count;
        return value;
    }
    std::uint8_t byte() { return next<std::uint8_t>(); }
    /// Mostly small, sometimes anything.
    std::int64_t number() {
        const std::uint8_t how = byte();
        if (how < 200) return how % 16;
        if (how < 225) return -std::int64_t{byte()};
        if (how < 245) return std::int64_t{byte()} * 8;
        return next<std::int64_t>();
    }

private:
    const std::uint8_t* data_;
    std::size_t left_;
};

constexpr std::size_t node_count = 12;
constexpr std::int64_t extent_count = 72;
constexpr std::int64_t memory_bytes = 1 << 16;
constexpr std::array<const char*, 8> names = {"", "a", "b", "tag", "\xc3\xa4", nullptr, "ns", "25s"};

int shares = 0;
int status_of_acquire = NDL_OK;

int acquire(const ndl_view*, const ndl_stream*, std::uint32_t, ndl_error*) { return status_of_acquire; }
int used_on(const ndl_view*, const ndl_stream*, std::uint32_t, ndl_error*) { return NDL_OK; }
int retain(const ndl_view*, ndl_error*) {
    ++shares;
    return NDL_OK;
}
void release(ndl_view* view) {
    std::memset(view, 0, sizeof *view);
    --shares;
}
constexpr ndl_view_ops ops = {sizeof(ndl_view_ops), 0, acquire, used_on, retain, release, {}};

/// Nodes whose every pointer leads to another of these arrays, which are as long as the numbers may say.
struct World {
    std::array<ndl_format, node_count> nodes{};
    std::array<std::array<ndl_field, 8>, node_count> fields{};
    std::array<std::array<std::int64_t, extent_count>, node_count> extents{};
    std::array<std::int64_t, extent_count> shape{}, strides{}, suboffsets{};
    std::vector<std::byte> memory = std::vector<std::byte>(memory_bytes);
    ndl_view view{};

    explicit World(Bytes& in) {
        for (std::size_t i = 0; i < node_count; ++i) {
            ndl_format& node = nodes[i];
            const std::uint8_t how = in.byte();
            node.struct_size = how == 255 ? in.byte() : sizeof node;
            node.kind = how % 40 - 1;
            node.itemsize = in.number();
            node.alignment = std::int64_t{1} << (in.byte() % 5U);
            if (how == 254) node.alignment = in.number();
            node.bits = in.byte() % 3 == 0 ? in.number() : std::int64_t{8} << (in.byte() % 6U);
            node.byte_order = in.byte() % 4;
            node.unit = names[in.byte() % names.size()];
            const std::uint8_t parts = in.byte();
            if (parts % 2 == 1 || node.kind == NDL_SUBARRAY) {
                node.rank = static_cast<std::int32_t>(in.number());
                node.shape = parts >= 250 ? nullptr : extents[i].data();
                if (node.rank > extent_count) node.rank = extent_count;
                for (int axis = 0; axis < 4; ++axis) extents[i][static_cast<std::size_t>(axis)] = in.number();
            }
            if (parts % 4 >= 2 || node.kind == NDL_SUBARRAY) node.element = target(in, i);
            if (parts % 8 >= 4 || node.kind == NDL_RECORD) {
                node.fields = parts >= 250 ? nullptr : fields[i].data();
                node.field_count = in.byte() % 9;
                if (parts == 249) node.field_count = -1 - in.byte();
                for (ndl_field& field : fields[i]) field = {names[in.byte() % names.size()], in.number(), target(in, i), 0};
            }
        }
        const std::uint8_t how = in.byte();
        view.struct_size = how == 255 ? in.byte() : sizeof view;
        view.abi_version = how == 254 ? in.next<std::uint32_t>() : NDL_ABI_VERSION;
        view.flags = how % 2 + (how == 253 ? 2 : 0);
        view.device = {how == 252 ? in.next<std::int32_t>() : NDL_CPU, how == 251 ? in.next<std::int32_t>() : 0};
        view.format = how == 250 ? nullptr : nodes.data();
        view.rank = static_cast<std::int32_t>(in.number());
        if (view.rank > extent_count) view.rank = extent_count;
        view.shape = how == 249 ? nullptr : shape.data();
        view.strides = how % 4 == 3 ? nullptr : strides.data();
        view.suboffsets = how % 16 == 5 ? suboffsets.data() : nullptr;
        for (int axis = 0; axis < view.rank && axis < 10; ++axis) {
            const auto at = static_cast<std::size_t>(axis);
            shape[at] = in.number();
            strides[at] = in.number();
            suboffsets[at] = in.number() - 8;
        }
        view.allocation = memory.data();
        view.allocation_bytes = memory_bytes;
        view.data = how == 248 ? nullptr : memory.data() + in.next<std::uint16_t>();
        view.ops = &ops;
        view.owner = this;
        status_of_acquire = how == 247 ? NDL_DEVICE : NDL_OK;
    }

    /// Later nodes mostly, so that trees are not all circles.
    const ndl_format* target(Bytes& in, std::size_t from) {
        const std::uint8_t how = in.byte();
        if (how >= 250) return nullptr;
        return &nodes[how >= 245 || from + 1 >= node_count ? how % node_count : from + 1 + how % (node_count - from - 1)];
    }
};

void check_inside(const View& view, const World& world) {
    if (view.layout().is_indirect() || view.layout().is_empty() || view.itemsize() == 0) return;
    const ByteExtent extent = view.layout().byte_extent(view.itemsize());
    const auto* const first = static_cast<const std::byte*>(view.data()) + extent.lower;
    if (first < world.memory.data() || first + (extent.upper - extent.lower) > world.memory.data() + world.memory.size()) {
        fail("a view outside of its memory", to_string(view));
    }
    volatile std::byte ends = *first;
    ends = first[extent.upper - extent.lower - 1];
    static_cast<void>(ends);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes in(data, size);
    World world(in);
    shares = 1;
    ndl_view part = {};
    if (ndl_view_transpose(&world.view, &part, nullptr) == NDL_OK) ndl_view_release(&part);
    if (shares != 1) fail("a part keeps a share", std::to_string(shares));
    const ndl_view before = world.view;
    try {
        const View view = c_abi::import_view(world.view);
        if (world.view.struct_size != 0) fail("taken and still there", to_string(view));
        check_inside(view, world);
        ndl_view exported = c_abi::export_view(view);
        const View again = c_abi::import_view(exported);
        const bool same = again.data() == view.data() && again.format() == view.format() && again.shape() == view.shape() &&
                          again.strides() == view.strides() && again.is_read_only() == view.is_read_only() && again.lease() == view.lease();
        if (!same) fail("comes back differently", to_string(view));
    } catch (const Error& error) {
        if (std::memcmp(&before, &world.view, sizeof before) != 0) fail("refused and changed", error.what());
        if (shares != 1) fail("refused and kept", error.what());
        return 0;
    }
    if (shares != 0) fail("not given back once", std::to_string(shares));
    return 0;
}
