// SPDX-License-Identifier: Apache-2.0
// A PyArrayInterface and the fields of a Py_buffer, made from the bytes: what is accepted is what the structure said, may be read where it lies in memory of
// ours, and goes out and comes in again the same.
//   nd, typekind, itemsize, flags, flags of the structure's own pointers, nd * (shape, strides), then descr's or the format's text.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/interop/array_interface.hpp>
#include <ndlease/interop/buffer_request.hpp>

namespace {

using namespace ndlease;
namespace ai = ndlease::array_interface;
namespace pb = ndlease::py_buffer;

alignas(64) unsigned char memory[4096];

[[noreturn]] void fail(const char* what, const std::string& text) {
    std::fprintf(stderr, "%s: %s\n", what, text.c_str());
    std::abort();
}

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    std::uint8_t byte() {
        if (size_ == 0) return 0;
        --size_;
        return *data_++;
    }
    /// Mostly small, sometimes any.
    std::int64_t number() {
        const std::uint8_t kind = byte();
        if (kind < 200) return static_cast<std::int8_t>(kind - 8);
        std::uint64_t value = 0;
        for (int i = 0; i < 8; ++i) value = value << 8U | byte();
        return static_cast<std::int64_t>(kind < 240 ? value >> 40U : value);
    }
    std::string rest() { return {reinterpret_cast<const char*>(data_), size_}; }

private:
    const std::uint8_t* data_;
    std::size_t size_;
};

struct Case {
    int nd = 0;
    char typekind = 0;
    int itemsize = 0, flags = 0;
    std::uint8_t pointers = 0;
    std::vector<std::intptr_t> shape, strides, suboffsets;
    std::int64_t len = 0;
    std::string text;

    explicit Case(Bytes bytes) {
        nd = static_cast<std::int8_t>(bytes.byte());
        typekind = static_cast<char>(bytes.byte());
        itemsize = static_cast<int>(bytes.number());
        flags = bytes.byte();
        flags |= bytes.byte() << 8;
        pointers = bytes.byte();
        for (int axis = 0; axis < nd; ++axis) {
            shape.push_back(bytes.number());
            strides.push_back(bytes.number());
            suboffsets.push_back(-1);
        }
        len = itemsize;
        for (const std::intptr_t extent : shape) {
            if (!mul_fits(len, extent, &len)) len = 0;
        }
        text = bytes.rest();
    }
};

/// Reads what lies in memory of ours, first and last byte of each of the first elements; the sanitizer says when the View lies.
void read_elements(const View& view) {
    if (view.layout().is_indirect() || view.layout().is_empty() || view.itemsize() == 0) return;
    const ByteExtent extent = view.layout().byte_extent(view.itemsize());
    const auto* const data = static_cast<const unsigned char*>(view.data());
    if (data != memory + 2048 || extent.lower < -2048 || extent.upper > 2048) return;
    unsigned sum = 0;
    const View all = view.rank() == 0 ? view : view.slice(0, 0, 16);
    Dims index(all.rank(), 0);
    for (int step = 0; step < 64; ++step) {
        const unsigned char* const at = data + all.layout().offset_of(index.span());
        sum += at[0] + unsigned{at[view.itemsize() - 1]};
        int axis = all.rank() - 1;
        while (axis >= 0 && ++index[axis] == all.layout().extent(axis)) index[axis--] = 0;
        if (axis < 0) break;
    }
    if (sum == 1) std::puts("");  // used
}

void expect_same(const View& again, const View& view, const char* what) {
    if (again.data() != view.data() || !(again.layout() == view.layout()) || !(again.format() == view.format()) ||
        again.is_read_only() != view.is_read_only()) {
        fail(what, to_string(view) + " came back as " + to_string(again));
    }
}

void read_struct(Case& input) {
    ai::PyArrayInterface block;
    block.nd = input.nd;
    block.typekind = input.typekind;
    block.itemsize = input.itemsize;
    block.flags = input.flags & 0x0fff;
    block.shape = (input.pointers & 1U) != 0 ? nullptr : input.shape.data();
    block.strides = (input.pointers & 2U) != 0 ? nullptr : input.strides.data();
    block.data = (input.pointers & 4U) != 0 ? nullptr : memory + 2048;
    View view;
    bool released = false;
    try {
        view = ai::import_struct(block, [&released](const ReleaseInfo&) { released = true; }, {.descr = input.text, .check_device = false});
    } catch (const Error&) {
        if (released) fail("released by an import that failed", input.text);
        return;
    }
    if (view.rank() != input.nd) fail("another rank", to_string(view));
    read_elements(view);
    static int object = 0;
    ai::PyArrayInterface* out = nullptr;
    try {
        out = ai::export_struct(view, {.descr = &object});
    } catch (const Error& error) {
        if (error.code() != errc::not_expressible) fail("export failed", error.what());
    }
    if (out != nullptr) {
        const std::string descr = ai::describe_item(view.format());
        expect_same(ai::import_struct(*out, {}, {.descr = descr, .check_device = false}), view, "struct");
        ai::free_struct(out);
    }
    view = View();
    if (!released) fail("never released", input.text);
}

void read_fields(Case& input) {
    pb::BufferFields fields;
    fields.ndim = input.nd;
    fields.itemsize = input.itemsize;
    fields.len = (input.pointers & 8U) != 0 ? input.flags : input.len;
    fields.readonly = (input.pointers & 16U) != 0;
    fields.shape = (input.pointers & 1U) != 0 ? nullptr : input.shape.data();
    fields.strides = (input.pointers & 2U) != 0 ? nullptr : input.strides.data();
    fields.buf = (input.pointers & 4U) != 0 ? nullptr : memory + 2048;
    fields.suboffsets = (input.pointers & 32U) != 0 ? input.suboffsets.data() : nullptr;
    fields.format = (input.pointers & 64U) != 0 ? nullptr : input.text.c_str();
    View view;
    try {
        view = pb::import_fields(fields, {}, {.check_device = false});
    } catch (const Error&) {
        return;
    }
    read_elements(view);
    const pb::BufferExport shown(view);
    try {
        expect_same(pb::import_fields(shown.answer(view.is_read_only() ? pb::full_read_only : pb::full), {}, {.check_device = false}), view, "buffer");
    } catch (const Error& error) {
        if (error.code() != errc::not_expressible) fail("buffer export failed", error.what());
    }
    for (int flags = 0; flags < 0x200; flags += 7) {
        try {
            static_cast<void>(shown.answer(flags));
        } catch (const Error&) {
            continue;
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Case input(Bytes(data, size));
    read_struct(input);
    read_fields(input);
    return 0;
}
