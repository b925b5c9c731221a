// SPDX-License-Identifier: Apache-2.0
#include "interop/arrow_leaves.hpp"

#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>

#include "format/descr.hpp"
#include "interop/arrow_item.hpp"
#include "interop/arrow_level.hpp"
#include "interop/arrow_tensor.hpp"

namespace ndlease::arrow {
namespace {

/// The axes that one fixed-size list adds.
struct List {
    std::int64_t size;
    Dims shape;        // physical; of a plain list its size
    Dims permutation;  // empty: none
};

std::int64_t list_size(const Level& level) {
    const std::string_view format = level.schema.format;
    const std::string_view digits = format.substr(3);  // after "+w:"
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (digits.empty() || digits[0] == '-' || end != digits.data() + digits.size() || error != std::errc() || size > std::numeric_limits<std::int32_t>::max()) {
        level.path.fail(errc::bad_format, "format '" + std::string(format) + "': a list size of 0 to 2147483647 was expected after '+w:'", 3);
    }
    return size;
}

List read_list(const Level& level) {
    const std::int64_t size = list_size(level);
    const KnownMetadata metadata = read_metadata(level.schema.metadata);
    if (metadata.extension_name != tensor_extension) return {size, Dims{size}, {}};
    Tensor tensor = read_tensor(metadata.extension_metadata.value_or(std::string_view()), size);
    return {size, std::move(tensor.shape), std::move(tensor.permutation)};
}

class Walk {
public:
    Walk(const LeafRules& rules, std::int64_t rows) : rules_(rules), rows_(rows) {}

    // Recursion is bounded by max_nesting.
    void visit(const Level& level, const std::string& name) {
        if (level.path.depth >= max_nesting) {
            throw Error(errc::out_of_range, "Arrow array: nested deeper than " + std::to_string(max_nesting), level.path.depth);
        }
        if (++visited_ > 2 * max_columns) throw Error(errc::out_of_range, "Arrow array: more than " + std::to_string(max_columns) + " columns");
        check_level(level);
        const std::string_view format = level.schema.format;
        if (format == "+s") {
            visit_struct(level, name);
        } else if (format.starts_with("+w:")) {
            visit_list(level, name);
        } else {
            visit_leaf(level, name);
        }
    }
    std::vector<Leaf> take() { return std::move(leaves_); }

private:
    void visit_child(const Level& parent, std::int64_t i, std::int64_t first, std::int64_t count, const std::string& name) {
        const Path path{&parent.path, i, parent.path.depth + 1};
        const ArrowSchema* const schema = parent.schema.children[i];
        const ArrowArray* const array = parent.array.children[i];
        if (schema == nullptr) path.fail(errc::invalid_argument, "its schema is NULL");
        if (array == nullptr) path.fail(errc::invalid_argument, "it is NULL");
        visit({*schema, *array, first, count, path}, name);
    }

    void visit_struct(const Level& level, const std::string& name) {
        if (!rules_.structs) level.path.fail(errc::not_expressible, "a struct array has a column for each child: import_columns gives a View of each");
        const std::int64_t children = level.schema.n_children;
        if (children < 0) level.path.fail(errc::invalid_argument, "its schema's n_children is " + std::to_string(children));
        if (children > max_columns) level.path.fail(errc::out_of_range, std::to_string(children) + " columns; at most 65536 are read");
        check_counts(level, 1, children);
        check_nulls(level, rules_.device, rules_.is_pending);
        for (std::int64_t i = 0; i < children; ++i) {
            const ArrowSchema* const child = level.schema.children[i];
            const char* const child_name = child != nullptr && child->release != nullptr && child->name != nullptr ? child->name : "";
            visit_child(level, i, level.begin(), level.count, name.empty() ? child_name : name + '.' + child_name);
        }
    }

    void visit_list(const Level& level, const std::string& name) {
        check_counts(level, 1, 1);
        check_nulls(level, rules_.device, rules_.is_pending);
        lists_.push_back(read_list(level));
        const std::int64_t size = lists_.back().size;
        std::int64_t first = 0;
        std::int64_t end = 0;
        if (!mul_fits(level.begin(), size, &first) || !mul_fits(level.begin() + level.count, size, &end)) {
            level.path.fail(errc::overflow, "the elements of " + std::to_string(level.count) + " lists from number " + std::to_string(level.begin()) +
                                                " on, of size " + std::to_string(size) + ", do not fit in 63 bits");
        }
        visit_child(level, 0, first, end - first, name);
        lists_.pop_back();
    }

    void visit_leaf(const Level& level, const std::string& name) {
        const Format item = read_item(level.schema.format, read_metadata(level.schema.metadata), rules_.as_storage);
        check_counts(level, 2, 0);
        check_nulls(level, rules_.device, rules_.is_pending);
        if (static_cast<std::int64_t>(leaves_.size()) >= max_columns) {
            throw Error(errc::out_of_range, "Arrow array: more than " + std::to_string(max_columns) + " columns");
        }
        leaves_.push_back(level.schema.format == std::string_view("b") ? bits(level, item) : items(level, item));
        leaves_.back().name = name;
    }

    /// Axes with strides from the innermost list outwards.
    Leaf items(const Level& level, const Format& item) const {
        Dims shape{rows_};
        Dims strides{0};
        for (const List& list : lists_) {
            for (int i = 0; i < list.shape.size(); ++i) {
                shape.push_back(list.shape[list.permutation.empty() ? i : static_cast<int>(list.permutation[i])]);
                strides.push_back(0);
            }
        }
        std::int64_t step = item.itemsize();
        int axis = shape.size();
        for (auto list = lists_.rbegin(); list != lists_.rend(); ++list) {
            axis -= list->shape.size();
            Dims physical(list->shape.size(), 0);
            for (int i = list->shape.size() - 1; i >= 0; --i) {
                physical[i] = step;
                step = checked_mul(step, list->shape[i], "strides of an Arrow array");
            }
            for (int i = 0; i < list->shape.size(); ++i) strides[axis + i] = physical[list->permutation.empty() ? i : static_cast<int>(list->permutation[i])];
        }
        strides[0] = step;
        Leaf leaf{{}, item, Layout(shape.span(), strides.span()), nullptr, {}};
        const std::int64_t offset = checked_mul(level.begin(), item.itemsize(), "offset of an Arrow array in bytes");
        const std::int64_t bytes = checked_mul(level.array.offset + level.array.length, item.itemsize(), "bytes of an Arrow array");
        place(level, leaf, offset, bytes, checked_mul(level.count, item.itemsize(), "bytes of an Arrow array"));
        return leaf;
    }

    /// One item of all the bits.
    Leaf bits(const Level& level, const Format& bit) const {
        Dims shape{rows_};
        for (const List& list : lists_) {
            for (int i = 0; i < list.permutation.size(); ++i) {
                if (list.permutation[i] != i) level.path.fail(errc::not_expressible, "a permuted tensor of single bits");
            }
            for (const std::int64_t extent : list.shape) shape.push_back(extent);
        }
        if (level.begin() % 8 != 0 && level.count > 0) {
            level.path.fail(errc::not_expressible,
                            "its booleans are single bits, and the first one is bit " + std::to_string(level.begin() % 8) + " of a byte");
        }
        Leaf leaf{{}, Format::subarray(bit, shape.span()), Layout(), nullptr, {}};
        const std::int64_t end = level.array.offset + level.array.length;
        place(level, leaf, level.begin() / 8, end / 8 + (end % 8 != 0 ? 1 : 0), leaf.format.itemsize());
        return leaf;
    }

    /// Data pointer and allocation: `used` bytes from `offset` on, of a buffer of `bytes`.
    static void place(const Level& level, Leaf& leaf, std::int64_t offset, std::int64_t bytes, std::int64_t used) {
        const void* const buffer = level.array.buffers[1];
        if (buffer == nullptr) {
            if (used > 0) level.path.fail(errc::invalid_argument, "buffers[1] is NULL, and " + std::to_string(used) + " bytes are needed of it");
            return;
        }
        const auto address = reinterpret_cast<std::uintptr_t>(buffer);
        if (static_cast<std::uintptr_t>(bytes) > std::numeric_limits<std::uintptr_t>::max() - address) {
            level.path.fail(errc::out_of_bounds, "a buffer of " + std::to_string(bytes) + " bytes reaches outside of the address space");
        }
        leaf.data = static_cast<std::byte*>(const_cast<void*>(buffer)) + offset;
        if (bytes > 0) leaf.allocation = {buffer, bytes};
        // A promise of alignment that this address does not keep is not made.
        leaf.format = ndlease::detail::limit_alignment(
            leaf.format, ndlease::detail::power_of_two_in(static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(leaf.data) & 0xffffU)));
    }

    const LeafRules& rules_;
    const std::int64_t rows_;
    std::vector<List> lists_;  // that the level is in, outermost first
    std::vector<Leaf> leaves_;
    std::int64_t visited_ = 0;
};

}  // namespace

std::vector<Leaf> read_leaves(const ArrowSchema& schema, const ArrowArray& array, const LeafRules& rules) {
    const Path path;
    Walk walk(rules, array.length);
    const bool is_batch = schema.release != nullptr && schema.format != nullptr && std::string_view(schema.format) == "+s";
    const bool has_name = schema.release != nullptr && schema.name != nullptr && !is_batch;
    walk.visit({schema, array, 0, array.length, path}, has_name ? schema.name : "");
    return walk.take();
}

}  // namespace ndlease::arrow
