// SPDX-License-Identifier: Apache-2.0
// What a View is in Arrow's terms; the schema and the array are both made of it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <ndlease/interop/arrow.hpp>

#include "interop/arrow_item.hpp"
#include "interop/arrow_tensor.hpp"

namespace ndlease::arrow {

struct ExportPlan {
    ItemType item;
    std::int64_t length = 0;
    std::vector<std::int64_t> list_sizes;  ///< outermost first; of a tensor the product of its shape
    std::optional<Tensor> tensor;
};

/// Throws as export_schema does.
[[nodiscard]] ExportPlan plan_export(const View& view, const ExportOptions& options);

}  // namespace ndlease::arrow
