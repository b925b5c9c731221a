// SPDX-License-Identifier: Apache-2.0
#include "interop/arrow_plan.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <ndlease/error.hpp>

namespace ndlease::arrow {
namespace {

constexpr std::int64_t max_list_size = std::numeric_limits<std::int32_t>::max();

[[noreturn]] void refuse(const View& view, const std::string& why, std::int64_t axis = -1) {
    throw Error(errc::not_expressible, "Arrow cannot say " + to_string(view) + ": " + why, axis);
}

/// As import makes them: one item of rank 0 that is all bits.
bool is_packed_bits(const View& view) {
    const Format& format = view.format();
    return view.rank() == 0 && format.is_subarray() && format.element().kind() == Kind::bit_field && format.element().bits() == 1;
}

/// The axes after the first, slowest first; those of extent 1 come last, as nobody steps along them.
Dims physical_order(const View& view) {
    Dims order;
    for (int axis = 1; axis < view.rank(); ++axis) order.push_back(axis);
    const auto key = [&](std::int64_t axis) {
        const int i = static_cast<int>(axis);
        return view.shape()[i] == 1 ? std::int64_t{-1} : view.strides()[i];
    };
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return key(a) > key(b); });
    return order;
}

Tensor plan_tensor(const View& view, const ExportOptions& options) {
    Tensor tensor;
    const int rank = view.rank() - 1;
    Dims order;
    for (int axis = 1; axis <= rank; ++axis) order.push_back(axis);
    if (!view.is_contiguous()) {
        order = physical_order(view);
        Dims axes{0};
        for (const std::int64_t axis : order) axes.push_back(axis);
        std::vector<int> permutation(axes.begin(), axes.end());
        if (!view.permute(permutation).is_contiguous()) refuse(view, "its elements do not lie without gaps, first axis slowest");
        tensor.permutation.assign(rank, 0);
        for (int i = 0; i < rank; ++i) tensor.permutation[static_cast<int>(order[i]) - 1] = i;
    }
    for (const std::int64_t axis : order) {
        tensor.shape.push_back(view.shape()[static_cast<int>(axis)]);
        if (!options.dim_names.empty()) tensor.dim_names.push_back(options.dim_names[static_cast<std::size_t>(axis) - 1]);
    }
    return tensor;
}

std::int64_t elements_of(const View& view, const Tensor& tensor) {
    std::int64_t product = 1;
    for (const std::int64_t extent : tensor.shape) {
        if (!mul_fits(product, extent, &product) || product > max_list_size) refuse(view, "a tensor has at most 2147483647 elements");
    }
    return product;
}

void check_options(const View& view, const ExportOptions& options) {
    for (const auto& [key, value] : options.metadata) {
        if (std::string_view(key).starts_with("ARROW:") || key == format_key) {
            throw Error(errc::invalid_argument, "Arrow metadata: the key '" + key + "' is written by export alone");
        }
    }
    if (options.name.find('\0') != std::string::npos) throw Error(errc::invalid_argument, "Arrow schema: the name has a NUL in it");
    if (options.dim_names.empty()) return;
    if (options.nesting != Nesting::tensor || static_cast<int>(options.dim_names.size()) != view.rank() - 1) {
        throw Error(errc::invalid_argument, std::to_string(options.dim_names.size()) + " dim_names: they are a tensor's, one for each of " +
                                                std::to_string(std::max(view.rank() - 1, 0)) + " axes after the first");
    }
}

}  // namespace

ExportPlan plan_export(const View& view, const ExportOptions& options) {
    check_options(view, options);
    ExportPlan plan;
    Dims shape = view.shape();
    if (is_packed_bits(view)) {
        if (options.nesting == Nesting::tensor) refuse(view, "bits go as lists");
        plan.item.format = "b";
        shape = view.format().shape();
    } else {
        if (view.layout().is_indirect()) refuse(view, "indirect axes");
        plan.item = write_item(view.format(), options.opaque_items);
        if (view.rank() == 0) refuse(view, "its arrays have at least one axis; expand(0) makes one");
    }
    plan.length = shape[0];
    if (options.nesting == Nesting::tensor && shape.size() > 1) {
        plan.tensor = plan_tensor(view, options);
        plan.list_sizes.push_back(elements_of(view, *plan.tensor));
        return plan;
    }
    if (view.rank() > 0 && !view.is_contiguous()) refuse(view, "its elements do not lie without gaps in C order");
    for (int axis = 1; axis < shape.size(); ++axis) {
        if (shape[axis] > max_list_size) refuse(view, "a list has at most 2147483647 elements", axis);
        plan.list_sizes.push_back(shape[axis]);
    }
    return plan;
}

}  // namespace ndlease::arrow
