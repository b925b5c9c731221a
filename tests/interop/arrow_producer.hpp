// SPDX-License-Identifier: Apache-2.0
// Arrow structs as a producer makes them, written from the specification alone: any shape of tree, any wrong value, and a count of releases.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ndlease/interop/arrow.hpp>

namespace ndlease::testing {

/// Key-value metadata in the encoding of the specification: counts of 32 bits in native order.
inline std::string arrow_metadata(const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::string out;
    const auto add = [&out](std::size_t n) {
        const auto count = static_cast<std::int32_t>(n);
        out.append(reinterpret_cast<const char*>(&count), sizeof count);
    };
    add(pairs.size());
    for (const auto& [key, value] : pairs) {
        add(key.size());
        out += key;
        add(value.size());
        out += value;
    }
    return out;
}

inline std::string tensor_metadata(const std::string& json) {
    return arrow_metadata({{"ARROW:extension:name", "arrow.fixed_shape_tensor"}, {"ARROW:extension:metadata", json}});
}

/// A schema and an array of one node and its children. The structs stay where they are; consumers may move their bits away, children apart from parents.
class ArrowNode {
public:
    ArrowNode(std::string format, std::int64_t length, std::vector<const void*> buffers, std::vector<std::unique_ptr<ArrowNode>> children = {})
        : format_(std::move(format)), buffers_(std::move(buffers)), children_(std::move(children)) {
        for (const auto& child : children_) {
            child_schemas_.push_back(&child->schema);
            child_arrays_.push_back(&child->array);
        }
        schema.format = format_.c_str();
        schema.name = "";
        schema.flags = 2;
        schema.n_children = static_cast<std::int64_t>(children_.size());
        schema.children = child_schemas_.empty() ? nullptr : child_schemas_.data();
        schema.release = [](arrow::ArrowSchema* self) { self->release = nullptr; };
        array.length = length;
        array.n_buffers = static_cast<std::int64_t>(buffers_.size());
        array.n_children = schema.n_children;
        array.buffers = buffers_.empty() ? nullptr : buffers_.data();
        array.children = child_arrays_.empty() ? nullptr : child_arrays_.data();
        array.release = &release_array;
        array.private_data = &state_;
    }
    ArrowNode(const ArrowNode&) = delete;
    ArrowNode& operator=(const ArrowNode&) = delete;

    void set_metadata(std::string bytes) {
        metadata_ = std::move(bytes);
        schema.metadata = metadata_.data();
    }
    void set_format(std::string format) {
        format_ = std::move(format);
        schema.format = format_.c_str();
    }
    void set_name(std::string name) {
        name_ = std::move(name);
        schema.name = name_.c_str();
    }
    [[nodiscard]] ArrowNode& child(std::size_t i) { return *children_[i]; }
    /// How often its release ran.
    [[nodiscard]] int releases() const noexcept { return state_.releases; }

    arrow::ArrowSchema schema = {};
    arrow::ArrowArray array = {};

private:
    struct State {
        int releases = 0;
    };
    static void release_array(arrow::ArrowArray* self) {
        ++static_cast<State*>(self->private_data)->releases;
        for (std::int64_t i = 0; i < self->n_children; ++i) {
            arrow::ArrowArray* const child = self->children[i];
            if (child->release != nullptr) child->release(child);
        }
        self->release = nullptr;
    }

    std::string format_, name_, metadata_;
    std::vector<const void*> buffers_;
    std::vector<std::unique_ptr<ArrowNode>> children_;
    std::vector<arrow::ArrowSchema*> child_schemas_;
    std::vector<arrow::ArrowArray*> child_arrays_;
    State state_;
};

using NodePtr = std::unique_ptr<ArrowNode>;

inline NodePtr arrow_primitive(const std::string& format, std::int64_t length, const void* data, const void* validity = nullptr) {
    return std::make_unique<ArrowNode>(format, length, std::vector<const void*>{validity, data});
}
inline NodePtr arrow_list(std::int64_t size, std::int64_t length, NodePtr child) {
    std::vector<NodePtr> children;
    children.push_back(std::move(child));
    return std::make_unique<ArrowNode>("+w:" + std::to_string(size), length, std::vector<const void*>{nullptr}, std::move(children));
}
inline NodePtr arrow_struct(std::int64_t length, std::vector<NodePtr> children) {
    return std::make_unique<ArrowNode>("+s", length, std::vector<const void*>{nullptr}, std::move(children));
}

}  // namespace ndlease::testing
