// SPDX-License-Identifier: Apache-2.0
// A Format as C structures. Shapes, names and units stay where the Format has them: it must outlive the tree.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include <ndlease/ndl_view.h>
#include <ndlease/format.hpp>

namespace ndlease::c_abi {

/// Looks the format over, so that the tree can then be written into one block. Nodes that the Format shares are shared in the tree.
class TreePlan {
public:
    /// Throws Error{errc::not_expressible} for a name with a NUL byte.
    explicit TreePlan(const Format& format);
    TreePlan(const TreePlan&) = delete;  // it points into itself
    TreePlan& operator=(const TreePlan&) = delete;
    /// Of the block; a multiple of its alignment.
    [[nodiscard]] std::size_t bytes() const noexcept { return nodes_ * sizeof(ndl_format) + fields_ * sizeof(ndl_field); }
    /// `block`: bytes() bytes, aligned to pointers. Returns the root, which lies first.
    const ndl_format* write(void* block) const;

private:
    struct Part {
        const Format* format;
        std::size_t first_field;
    };
    void add(const Format& format);
    [[nodiscard]] const ndl_format* at(const ndl_format* nodes, const Format& format) const { return nodes + place_.at(format.node()); }

    Format root_;
    std::size_t nodes_ = 0, fields_ = 0;
    // Empty where the root has no parts.
    std::unordered_map<const detail::FormatNode*, std::size_t> place_;
    std::vector<Part> parts_;
};

}  // namespace ndlease::c_abi
