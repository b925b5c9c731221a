// SPDX-License-Identifier: Apache-2.0
// PyArrayInterface, the C structure behind __array_struct__.
#include <algorithm>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/array_interface.hpp>

#include "format/refusal.hpp"
#include "interop/array_item.hpp"
#include "interop/host_memory_rules.hpp"
#include "interop/imported_policy.hpp"

namespace ndlease::array_interface {
namespace {

constexpr const char* protocol = "__array_struct__";
// NumPy's own flag of an array that owns its memory; some exporters hand it on, and it means nothing here.
constexpr int owns_data = 0x4;
constexpr int known_flags = c_contiguous | f_contiguous | owns_data | aligned | not_swapped | writeable | has_descr;

static_assert(sizeof(std::intptr_t) == sizeof(std::int64_t), "extents of another width would have to be converted");

[[noreturn]] void fail(errc code, const std::string& why, std::int64_t index = -1) { throw Error(code, std::string(protocol) + ": " + why, index); }

std::string hex(unsigned value) {
    std::string digits;
    for (; value != 0 || digits.empty(); value /= 16) digits.insert(digits.begin(), "0123456789abcdef"[value % 16]);
    return "0x" + digits;
}

bool is_time(char kind) { return kind == 'M' || kind == 'm'; }

void check_head(const PyArrayInterface& block) {
    if (block.two != 2) fail(errc::invalid_argument, "two is " + std::to_string(block.two) + ": this is no PyArrayInterface");
    if (block.nd < 0 || block.nd > max_rank) fail(errc::out_of_range, "nd is " + std::to_string(block.nd) + "; it is 0 to " + std::to_string(max_rank));
    if ((block.flags & ~known_flags) != 0) {
        fail(errc::invalid_argument,
             "flags " + hex(static_cast<unsigned>(block.flags)) + " has bits that are not known: " + hex(static_cast<unsigned>(block.flags & ~known_flags)));
    }
    if (block.itemsize < 0) fail(errc::bad_format, "itemsize is " + std::to_string(block.itemsize));
    if (block.nd > 0 && block.shape == nullptr) fail(errc::invalid_argument, "shape is NULL with nd " + std::to_string(block.nd));
}

/// What typekind, itemsize and the byte order say without descr.
Format base_item(const PyArrayInterface& block) {
    const ByteOrder other = ByteOrder::native == ByteOrder::little ? ByteOrder::big : ByteOrder::little;
    const bool big = ((block.flags & not_swapped) != 0 ? ByteOrder::native : other) == ByteOrder::big;
    int count = block.itemsize;
    if (block.typekind == 't') fail(errc::bad_format, "typekind t: itemsize does not say how many bits an item has");
    if (block.typekind == 'U') {
        if (count % 4 != 0) fail(errc::bad_format, "typekind U: itemsize " + std::to_string(count) + " is no multiple of 4");
        count /= 4;
    }
    const bool orderless = std::string_view("SVO").find(block.typekind) != std::string_view::npos;
    try {
        return parse_typestr((orderless ? '|' : big ? '>' : '<') + std::string(1, block.typekind) + std::to_string(count));
    } catch (const Error& error) {
        const char kind = block.typekind;
        const std::string shown = kind >= ' ' && kind < 127 ? std::string(1, kind) : "byte " + std::to_string(static_cast<unsigned char>(kind));
        fail(error.code(), "typekind " + shown + " with itemsize " + std::to_string(block.itemsize) + ": there is no such item");
    }
}

Format item_of(const PyArrayInterface& block, std::string_view descr) {
    const Format base = base_item(block);
    if (descr.empty() && (block.flags & has_descr) != 0) fail(errc::bad_format, "the item is in descr: pass its text in the options");
    if (descr.empty() && block.typekind == 'V' && block.flags == 0 && block.descr != nullptr) {
        fail(errc::bad_format, "flags are 0 with a descr, as NumPy writes records: pass descr's text in the options, or use __array_interface__");
    }
    if (descr.empty() && is_time(block.typekind)) fail(errc::bad_format, std::string("typekind ") + block.typekind + ": the unit is not said");
    return detail::item_from(base, descr, is_time(block.typekind));
}

Layout layout_of(const PyArrayInterface& block, std::int64_t itemsize) {
    const auto rank = static_cast<std::size_t>(block.nd);
    const Dims shape(std::span<const std::int64_t>(block.shape, rank));
    Layout layout = block.strides == nullptr && rank > 0 ? Layout::c_order(shape.span(), itemsize) : Layout(shape.span(), {block.strides, rank});
    if ((block.flags & c_contiguous) != 0 && !layout.is_contiguous(Order::c, itemsize)) {
        fail(errc::bad_layout, "flags say C-contiguous, the layout " + to_string(layout) + " is not");
    }
    if ((block.flags & f_contiguous) != 0 && !layout.is_contiguous(Order::f, itemsize)) {
        fail(errc::bad_layout, "flags say Fortran-contiguous, the layout " + to_string(layout) + " is not");
    }
    return layout;
}

/// descr on its way into a block: given back unless the block takes it.
struct Descr {
    void* object = nullptr;
    void (*release)(void*) = nullptr;
    Descr(void* object_, void (*release_)(void*)) noexcept : object(object_), release(release_) {}
    Descr(Descr&& other) noexcept : object(std::exchange(other.object, nullptr)), release(other.release) {}
    Descr& operator=(Descr&&) = delete;
    ~Descr() {
        if (object != nullptr && release != nullptr) release(object);
    }
};

/// What lies in front of the structure in its allocation; shape and strides lie behind it.
struct Owner {
    View view;
    Descr descr;
};
constexpr std::size_t owner_bytes = (sizeof(Owner) + alignof(PyArrayInterface) - 1) / alignof(PyArrayInterface) * alignof(PyArrayInterface);
static_assert(alignof(Owner) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__ && alignof(PyArrayInterface) % alignof(std::intptr_t) == 0);

int flags_of(const View& view, const Format& as_read) {
    const Format& item = view.format();
    const bool in_place = detail::limit_to_place(as_read, view.data(), view.layout()).alignment() == as_read.alignment();
    const bool native = item.byte_order() == ByteOrder::none || item.byte_order() == ByteOrder::native;
    return (view.is_contiguous(Order::c) ? c_contiguous : 0) | (view.is_contiguous(Order::f) ? f_contiguous : 0) | (in_place ? aligned : 0) |
           (native ? not_swapped : 0) | (view.is_read_only() ? 0 : writeable);
}

char letter_of(const std::string& typestr) { return typestr[1]; }

/// Why typekind and itemsize do not say the item whole; NULL when they do.
const char* why_descr(const Format& item) {
    if (item.is_record()) return "its fields are in descr";
    if (item.kind() == Kind::ucs4) return "NumPy reads its itemsize as a count of characters unless there is a descr";
    if (is_time(item.kind() == Kind::datetime ? 'M' : item.kind() == Kind::timedelta ? 'm' : ' ')) return "its unit is in descr";
    return nullptr;
}

}  // namespace

View import_struct(const PyArrayInterface& block, ReleaseCallback release, const StructImportOptions& options) {
    check_head(block);
    Format item = item_of(block, options.descr);
    Layout layout = layout_of(block, item.itemsize());
    item = (block.flags & aligned) != 0 ? detail::limit_to_place(item, block.data, layout) : detail::limit_alignment(item, 1);
    const Device device = detail::imported_host_device(block.data, options.check_device, protocol);
    return View::lend(block.data, device, std::move(item), std::move(layout),
                      {.read_only = (block.flags & writeable) == 0, .policy = detail::imported_policy(options.policy, device), .release = std::move(release)});
}

PyArrayInterface* export_struct(const View& view, const StructExportOptions& options) {
    Descr descr(options.descr, options.release_descr);
    const Format& item = view.format();
    const detail::ItemText text = detail::item_text(item, protocol);
    if (item.kind() == Kind::bit_field) detail::refuse(item, protocol, "itemsize does not say how many bits an item has");
    if (item.itemsize() > std::numeric_limits<int>::max()) detail::refuse(item, protocol, "itemsize has 31 bits");
    if (const char* const why = why_descr(item); why != nullptr && descr.object == nullptr)
        detail::refuse(item, protocol, std::string("without a descr; ") + why);
    const Format as_read = detail::item_from(parse_typestr(text.typestr), item.is_record() ? std::string_view(text.descr) : std::string_view());
    detail::ready_for_host(view, protocol);

    const auto rank = static_cast<std::size_t>(view.rank());
    const bool with_descr = descr.object != nullptr;
    auto* const memory = static_cast<std::byte*>(::operator new(owner_bytes + sizeof(PyArrayInterface) + 2 * rank * sizeof(std::intptr_t)));
    auto* const owner = ::new (memory) Owner{view, std::move(descr)};
    auto* const block = ::new (memory + owner_bytes) PyArrayInterface;
    auto* const extents = reinterpret_cast<std::intptr_t*>(block + 1);
    std::copy(view.shape().begin(), view.shape().end(), extents);
    std::copy(view.strides().begin(), view.strides().end(), extents + rank);
    block->nd = view.rank();
    block->typekind = letter_of(text.typestr);
    block->itemsize = static_cast<int>(item.itemsize());
    block->flags = flags_of(view, as_read) | (with_descr ? has_descr : 0);
    block->shape = rank > 0 ? extents : nullptr;
    block->strides = rank > 0 ? extents + rank : nullptr;
    block->data = const_cast<void*>(view.data());
    block->descr = owner->descr.object;
    return block;
}

void free_struct(PyArrayInterface* block) noexcept {
    if (block == nullptr) return;
    auto* const memory = reinterpret_cast<std::byte*>(block) - owner_bytes;
    reinterpret_cast<Owner*>(memory)->~Owner();
    ::operator delete(memory);
}

std::string describe_item(const Format& format) {
    const detail::ItemText text = detail::item_text(format, protocol);
    // NumPy would read a list as a record, of one field.
    return format.is_record() ? text.descr : '\'' + text.typestr + '\'';
}

}  // namespace ndlease::array_interface
