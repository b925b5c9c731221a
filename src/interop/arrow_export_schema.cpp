// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <utility>

#include <ndlease/interop/arrow.hpp>

#include "interop/arrow_plan.hpp"
#include "interop/arrow_release.hpp"

namespace ndlease::arrow {
namespace {

/// What one schema points to. A child lies in its parent's, and owns its own: it may be moved out.
struct SchemaParts {
    std::string format;
    std::string name;
    std::string metadata;
    ArrowSchema child = {};
    ArrowSchema* children[1] = {nullptr};
};

NDLEASE_CALLED_BY_PEERS void release_schema(ArrowSchema* self) noexcept {
    const std::unique_ptr<SchemaParts> parts(static_cast<SchemaParts*>(self->private_data));
    self->release = nullptr;
    if (parts->child.release != nullptr) parts->child.release(&parts->child);
}

/// `child` is taken over, also on failure.
ArrowSchema make_schema(std::string format, std::string name, const KeyValues& metadata, ArrowSchema child = {}) {
    std::unique_ptr<SchemaParts> parts;
    try {
        parts = std::make_unique<SchemaParts>();
        parts->metadata = write_metadata(metadata);
    } catch (...) {
        if (child.release != nullptr) child.release(&child);
        throw;
    }
    parts->format = std::move(format);
    parts->name = std::move(name);
    const bool has_child = child.release != nullptr;
    parts->child = child;
    parts->children[0] = &parts->child;
    ArrowSchema schema = {};
    schema.format = parts->format.c_str();
    schema.name = parts->name.c_str();
    schema.metadata = parts->metadata.empty() ? nullptr : parts->metadata.data();
    schema.flags = flag_nullable;  // as Arrow's own types say it by default, with which this one is to be equal; there are no nulls
    schema.n_children = has_child ? 1 : 0;
    schema.children = has_child ? parts->children : nullptr;
    schema.release = release_schema;
    schema.private_data = parts.release();
    return schema;
}

void append(KeyValues& to, const KeyValues& from) { to.insert(to.end(), from.begin(), from.end()); }

}  // namespace

ArrowSchema export_schema(const View& view, const ExportOptions& options) {
    const ExportPlan plan = plan_export(view, options);
    const std::size_t lists = plan.list_sizes.size();
    // From the item outwards; the outermost has what the caller names.
    const auto name_at = [&](std::size_t depth) { return depth == 0 ? options.name : std::string("item"); };
    KeyValues metadata = plan.item.metadata;
    if (lists == 0) append(metadata, options.metadata);
    ArrowSchema schema = make_schema(plan.item.format, name_at(lists), metadata);
    for (std::size_t depth = lists; depth-- > 0;) {
        std::string format, name;
        try {
            format = "+w:" + std::to_string(plan.list_sizes[depth]);
            name = name_at(depth);
            metadata.clear();
            if (plan.tensor) {
                metadata = {{std::string(extension_name_key), std::string(tensor_extension)},
                            {std::string(extension_metadata_key), write_tensor(*plan.tensor)}};
            }
            if (depth == 0) append(metadata, options.metadata);
        } catch (...) {
            schema.release(&schema);
            throw;
        }
        schema = make_schema(std::move(format), std::move(name), metadata, schema);
    }
    return schema;
}

}  // namespace ndlease::arrow
