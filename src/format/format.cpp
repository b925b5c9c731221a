// SPDX-License-Identifier: Apache-2.0
// The handle: counting, accessors, equality.
#include <ndlease/format.hpp>

#include <algorithm>

#include "format/node.hpp"

namespace ndlease {
namespace {

using detail::FormatNode;
using detail::PartsNode;

void retain(const FormatNode* node) noexcept {
    if (!node->interned) node->references.fetch_add(1, std::memory_order_relaxed);
}

void release(const FormatNode* node) noexcept {
    if (node->interned || node->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    // Recursion through the children ends at max_format_depth.
    if (node->has_parts) {
        delete static_cast<const PartsNode*>(node);
    } else {
        delete node;
    }
}

bool equal(const PartsNode& a, const PartsNode& b) noexcept {
    if (a.inner.has_value() != b.inner.has_value() || (a.inner && !(*a.inner == *b.inner))) return false;
    return a.unit == b.unit && a.shape == b.shape &&
           std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(),
                      [](const Field& x, const Field& y) { return x.offset() == y.offset() && x.name() == y.name() && x.format() == y.format(); });
}

}  // namespace

Format::Format() noexcept : node_(detail::byte_node()) {}
Format::Format(const Format& other) noexcept : node_(other.node_) { retain(node_); }
Format::Format(Format&& other) noexcept : node_(std::exchange(other.node_, detail::byte_node())) {}

Format& Format::operator=(const Format& other) noexcept {
    retain(other.node_);
    release(std::exchange(node_, other.node_));
    return *this;
}

Format& Format::operator=(Format&& other) noexcept {
    std::swap(node_, other.node_);
    return *this;
}

Format::~Format() { release(node_); }

Kind Format::kind() const noexcept { return node_->kind; }
std::int64_t Format::itemsize() const noexcept { return node_->itemsize; }
std::int64_t Format::alignment() const noexcept { return node_->alignment; }
std::int64_t Format::bits() const noexcept { return node_->bits; }
ByteOrder Format::byte_order() const noexcept { return node_->order; }
int Format::depth() const noexcept { return node_->depth; }
bool Format::is_native() const noexcept { return node_->native; }
bool Format::has_addresses() const noexcept { return node_->addresses; }

std::int64_t Format::length() const noexcept { return kind() >= Kind::character && kind() <= Kind::opaque ? itemsize() / detail::unit_size(kind()) : 1; }

std::string_view Format::unit() const noexcept {
    const PartsNode* const parts = detail::parts_of(node_);
    return parts != nullptr ? std::string_view(parts->unit) : std::string_view();
}

std::span<const Field> Format::fields() const noexcept {
    const PartsNode* const parts = detail::parts_of(node_);
    return parts != nullptr ? std::span<const Field>(parts->fields) : std::span<const Field>();
}

const Field* Format::find(std::string_view name) const noexcept {
    for (const Field& field : fields()) {
        if (field.name() == name) return &field;
    }
    return nullptr;
}

const Dims& Format::shape() const noexcept {
    alignas(Dims) static unsigned char storage[sizeof(Dims)];
    static const Dims* const none = new (storage) Dims();  // no destructor runs at exit, when Formats may still be in use
    const PartsNode* const parts = detail::parts_of(node_);
    return parts != nullptr ? parts->shape : *none;
}

const Format& Format::element() const noexcept { return is_subarray() ? *detail::parts_of(node_)->inner : *this; }

const Format* Format::target() const noexcept {
    if (kind() != Kind::pointer) return nullptr;
    const PartsNode* const parts = detail::parts_of(node_);
    return parts != nullptr ? &*parts->inner : nullptr;
}

bool operator==(const Format& a, const Format& b) noexcept {
    const FormatNode* const x = a.node();
    const FormatNode* const y = b.node();
    if (x == y) return true;
    if (x->kind != y->kind || x->order != y->order || x->bits != y->bits || x->itemsize != y->itemsize || x->depth != y->depth) return false;
    if (x->has_parts != y->has_parts) return false;
    return !x->has_parts || equal(*detail::parts_of(x), *detail::parts_of(y));
}

}  // namespace ndlease
