// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/c_abi.hpp>

#include <new>
#include <string>

#include "interop/c_abi_tree.hpp"

namespace ndlease::c_abi {
namespace {

bool is_time(const Format& format) { return format.kind() == Kind::datetime || format.kind() == Kind::timedelta; }

ndl_format numbers_of(const Format& format) {
    ndl_format node{};
    node.struct_size = sizeof node;
    node.kind = static_cast<std::int32_t>(format.kind());
    node.itemsize = format.itemsize();
    node.alignment = format.alignment();
    node.bits = format.bits();
    node.byte_order = static_cast<std::int32_t>(format.byte_order());
    if (is_time(format)) node.unit = format.unit().empty() ? "" : format.unit().data();  // the whole of a std::string: it ends with NUL
    return node;
}

void check_name(const std::string& name) {
    if (name.find('\0') == std::string::npos) return;
    throw Error(errc::not_expressible, "the name of field '" + std::string(name.c_str()) + "' goes on behind a NUL byte, which C's strings cannot");
}

}  // namespace

TreePlan::TreePlan(const Format& format) : root_(format) {
    if (format.is_scalar() && format.target() == nullptr) {
        nodes_ = 1;
    } else {
        add(root_);
    }
}

void TreePlan::add(const Format& format) {
    if (!place_.emplace(format.node(), nodes_).second) return;
    ++nodes_;
    parts_.push_back({&format, fields_});
    fields_ += format.fields().size();
    for (const Field& field : format.fields()) {
        check_name(field.name());
        add(field.format());
    }
    if (format.is_subarray()) add(format.element());
    if (format.target() != nullptr) add(*format.target());
}

const ndl_format* TreePlan::write(void* block) const {
    auto* const nodes = static_cast<ndl_format*>(block);
    if (parts_.empty()) return ::new (nodes) ndl_format(numbers_of(root_));
    auto* const fields = reinterpret_cast<ndl_field*>(nodes + nodes_);
    for (std::size_t i = 0; i < nodes_; ++i) {
        const Format& format = *parts_[i].format;
        ndl_format& node = *::new (nodes + i) ndl_format(numbers_of(format));
        if (format.is_subarray()) {
            node.rank = format.shape().size();
            node.shape = format.shape().data();
            node.element = at(nodes, format.element());
        }
        if (format.target() != nullptr) node.element = at(nodes, *format.target());
        if (format.fields().empty()) continue;
        ndl_field* next = fields + parts_[i].first_field;
        node.fields = next;
        node.field_count = static_cast<std::int64_t>(format.fields().size());
        for (const Field& field : format.fields()) ::new (next++) ndl_field{field.name().c_str(), field.offset(), at(nodes, field.format()), 0};
    }
    return nodes;
}

namespace {

/// The Format that a tree was made from lies before it.
constexpr std::size_t format_bytes = (sizeof(Format) + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) * alignof(std::max_align_t);

}  // namespace

OwnedFormat export_format(const Format& format) {
    const TreePlan plan(format);
    void* const block = ::operator new(format_bytes + plan.bytes());
    ::new (block) Format(format);
    return OwnedFormat(plan.write(static_cast<std::byte*>(block) + format_bytes));
}

void FormatDeleter::operator()(const ndl_format* format) const noexcept {
    if (format == nullptr) return;
    void* const block = reinterpret_cast<std::byte*>(const_cast<ndl_format*>(format)) - format_bytes;
    static_cast<Format*>(block)->~Format();
    ::operator delete(block);
}

}  // namespace ndlease::c_abi
