// SPDX-License-Identifier: Apache-2.0
// Arrow structs built from the bytes of a file: a tree of schemas and arrays with any format, metadata, counts and offsets, over buffers of known size. Every
// element that an accepted View promises must lie in its buffer; a refusal must leave everything alone. The text of the tree comes first, metadata as raw
// bytes.
//
// A node: format (text to '\n'), flags byte (which wrong things to do), length, offset, null_count (two bytes each, signed), metadata bytes (a count and the
// bytes), children count; then its children.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/interop/arrow.hpp>

namespace {

namespace arrow = ndlease::arrow;

[[noreturn]] void fail(const char* what, const std::string& text) {
    std::fprintf(stderr, "%s: %s\n", what, text.c_str());
    std::abort();
}

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size) {}
    std::uint8_t byte() { return at_ == end_ ? std::uint8_t{0} : *at_++; }
    std::int64_t small() {
        const auto low = byte();
        return static_cast<std::int16_t>(low | byte() << 8);
    }
    std::string text() {
        const std::uint8_t* const stop = std::find(at_, end_, std::uint8_t{'\n'});
        std::string result(at_, stop);
        at_ = stop == end_ ? stop : stop + 1;
        result.erase(std::find(result.begin(), result.end(), '\0'), result.end());
        return result;
    }
    std::string bytes(std::size_t count) {
        count = std::min(count, static_cast<std::size_t>(end_ - at_));
        std::string result(at_, at_ + count);
        at_ += count;
        return result;
    }

private:
    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

/// Metadata say their own size: what is longer than these bytes no reader could notice, so it is not given to one.
bool is_inside(const std::string& metadata) {
    std::size_t at = 0;
    const auto count = [&](std::int32_t* out) {
        if (metadata.size() - at < 4) return false;
        std::memcpy(out, metadata.data() + at, 4);
        at += 4;
        return true;
    };
    std::int32_t pairs = 0;
    if (!count(&pairs)) return false;
    for (std::int64_t i = 0; i < 2 * static_cast<std::int64_t>(pairs); ++i) {
        std::int32_t length = 0;
        if (!count(&length)) return false;
        if (length < 0) return true;  // refused there
        if (static_cast<std::size_t>(length) > metadata.size() - at) return length > (1 << 26);
        at += static_cast<std::size_t>(length);
    }
    return true;
}

struct Node {
    arrow::ArrowSchema schema = {};
    arrow::ArrowArray array = {};
    std::string format, metadata;
    std::vector<std::byte> data;
    std::vector<std::uint8_t> validity;
    const void* buffers[2] = {nullptr, nullptr};
    std::vector<std::unique_ptr<Node>> children;
    std::vector<arrow::ArrowSchema*> child_schemas;
    std::vector<arrow::ArrowArray*> child_arrays;
    int releases = 0;
};

constexpr std::int64_t largest_buffer = 1 << 12;

void release(arrow::ArrowArray* self) {
    auto& node = *static_cast<Node*>(self->private_data);
    ++node.releases;
    for (arrow::ArrowArray* child : node.child_arrays) {
        if (child != nullptr && child->release != nullptr && child != self) child->release(child);
    }
    self->release = nullptr;
}

/// Bytes of an item, as far as a buffer of the right size must be there; 0 where the format has none.
std::int64_t bits_of(const std::string& format) {
    if (format == "b") return 1;
    try {
        const arrow::ImportOptions options{.policy = ndlease::ReleasePolicy::wait(), .as_storage = true};
        arrow::ArrowSchema schema = {};
        arrow::ArrowArray array = {};
        const void* buffers[2] = {nullptr, nullptr};
        schema.format = format.c_str();
        schema.release = [](arrow::ArrowSchema*) {};
        array.n_buffers = 2;
        array.buffers = buffers;
        array.release = [](arrow::ArrowArray* a) { a->release = nullptr; };
        return 8 * arrow::import_array(schema, array, options).itemsize();
    } catch (const ndlease::Error&) {
        return 0;
    }
}

std::unique_ptr<Node> build(Input& in, int depth) {
    auto node = std::make_unique<Node>();
    node->format = in.text();
    const std::uint8_t flags = in.byte();
    arrow::ArrowArray& array = node->array;
    array.length = in.small();
    array.offset = in.small();
    array.null_count = in.small();
    if ((flags & 1U) != 0) array.length *= std::int64_t{1} << 40;
    if ((flags & 2U) != 0) array.offset *= std::int64_t{1} << 47;
    node->metadata = in.bytes(in.byte());
    const std::size_t children = depth < 70 ? in.byte() % 4 : 0;
    for (std::size_t i = 0; i < children; ++i) node->children.push_back(build(in, depth + 1));
    for (const auto& child : node->children) {
        node->child_schemas.push_back(&child->schema);
        node->child_arrays.push_back(&child->array);
    }
    if ((flags & 4U) != 0 && children > 0) {  // a circle
        node->child_schemas[0] = &node->schema;
        node->child_arrays[0] = &node->array;
    }
    // Buffers of the size that the specification asks for, exactly, so that the sanitizer sees one byte more.
    const std::int64_t bits = bits_of(node->format);
    const std::int64_t end =
        array.length >= 0 && array.offset >= 0 && array.length < largest_buffer && array.offset < largest_buffer ? array.length + array.offset : 0;
    if (bits * end <= 8 * largest_buffer * 16) node->data.resize(static_cast<std::size_t>((bits * end + 7) / 8));
    node->validity.resize(static_cast<std::size_t>((end + 7) / 8), static_cast<std::uint8_t>(flags * 37U | 0x81U));
    node->buffers[0] = (flags & 8U) != 0 && !node->validity.empty() ? node->validity.data() : nullptr;
    node->buffers[1] = node->data.empty() ? nullptr : node->data.data();
    const bool nested = !node->format.empty() && node->format[0] == '+';
    array.n_buffers = (nested ? 1 : 2) + ((flags & 16U) != 0 ? 1 : 0);
    array.n_children = static_cast<std::int64_t>(children) + ((flags & 32U) != 0 ? -1 : 0);
    array.buffers = node->buffers;
    array.children = node->child_arrays.empty() ? nullptr : node->child_arrays.data();
    array.release = &release;
    array.private_data = node.get();
    node->schema.format = node->format.c_str();
    node->schema.metadata = !node->metadata.empty() && is_inside(node->metadata) ? node->metadata.data() : nullptr;
    node->schema.n_children = static_cast<std::int64_t>(children);
    node->schema.children = node->child_schemas.empty() ? nullptr : node->child_schemas.data();
    node->schema.release = [](arrow::ArrowSchema*) {};
    return node;
}

void visit_buffers(const Node& node, std::vector<const std::vector<std::byte>*>& out) {
    out.push_back(&node.data);
    for (const auto& child : node.children) visit_buffers(*child, out);
}

void check(const Node& root, const ndlease::View& view) {
    const ndlease::ByteExtent extent = view.layout().byte_extent(view.itemsize());
    if (extent.lower == extent.upper) return;
    std::vector<const std::vector<std::byte>*> buffers;
    visit_buffers(root, buffers);
    const auto* const data = static_cast<const std::byte*>(view.data());
    const bool inside = std::any_of(buffers.begin(), buffers.end(), [&](const std::vector<std::byte>* buffer) {
        return !buffer->empty() && data + extent.lower >= buffer->data() && data + extent.upper <= buffer->data() + buffer->size();
    });
    if (!inside) fail("elements outside of every buffer", to_string(view));
    // And comes back from an export as it was, if Arrow can say it.
    try {
        const arrow::ExportOptions options{.nesting = arrow::Nesting::tensor, .opaque_items = true};
        arrow::ArrowSchema schema = arrow::export_schema(view, view.rank() == 0 ? arrow::ExportOptions{} : options);
        arrow::ArrowArray array = arrow::export_array(view, view.rank() == 0 ? arrow::ExportOptions{} : options);
        const ndlease::View back = arrow::import_array(schema, array, {.policy = ndlease::ReleasePolicy::wait()});
        schema.release(&schema);
        if (back.data() != view.data() || !(back.layout() == view.layout()) || !(back.format() == view.format()))
            fail("comes back differently", to_string(view));
    } catch (const ndlease::Error& error) {
        if (error.code() != ndlease::errc::not_expressible) fail("an export failed", error.what());
    }
}

void run(Node& root, bool columns, bool as_storage) {
    const arrow::ArrowArray before = root.array;
    const arrow::ImportOptions options{.policy = ndlease::ReleasePolicy::wait(), .as_storage = as_storage};
    bool taken = false;
    try {
        if (columns) {
            const std::vector<arrow::Column> views = arrow::import_columns(root.schema, root.array, options);
            taken = true;
            for (const arrow::Column& column : views) check(root, column.view);
        } else {
            const ndlease::View view = arrow::import_array(root.schema, root.array, options);
            taken = true;
            check(root, view);
        }
    } catch (const ndlease::Error& error) {
        if (taken) fail("an error after the import", error.what());
        if (std::memcmp(&before, &root.array, sizeof before) != 0 || root.releases != 0) fail("a refusal that takes", error.what());
        return;
    }
    if (root.releases != 1) fail("releases", std::to_string(root.releases));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 4096) return 0;
    for (const int way : {0, 1, 2}) {
        Input in(data, size);
        const std::unique_ptr<Node> root = build(in, 0);
        run(*root, way == 1, way == 2);
    }
    return 0;
}
