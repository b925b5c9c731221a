// SPDX-License-Identifier: Apache-2.0
// The parser proper: a loop over the items with a stack of open braces, so that nesting costs no C++ stack.
#include "format/read.hpp"

#include <algorithm>
#include <iterator>

#include <ndlease/error.hpp>

#include "format/code.hpp"
#include "format/scan.hpp"

namespace ndlease::detail {
namespace {

/// Shape and count before a type, or before one '&'.
struct Repeat {
    Dims shape;
    std::int64_t count = -1;  // -1: none written

    /// The extents when the count is a repetition: shape outside, count inside; a count of 1 repeats nothing.
    [[nodiscard]] Dims extents() const {
        Dims all = shape;
        if (count < 0 || count == 1) return all;
        if (all.size() == max_rank) throw Error(errc::bad_format, "expected at most " + std::to_string(max_rank) + " extents, found a count behind as many");
        all.push_back(count);
        return all;
    }
};

struct Prefix {
    Repeat own;
    std::vector<Repeat> pointers;  // one per '&', outermost first: what repeats that pointer
    bool any = false;
};

enum class Brace : std::uint8_t { top, record, function };

struct Open {
    Brace brace = Brace::top;
    Prefix prefix;
    std::size_t start = 0;  // byte of the item that the brace belongs to
    std::size_t first_field = 0;
    std::int64_t offset = 0;
    std::int64_t alignment = 1;  // the strictest of the items read under '@'
    std::size_t items = 0;
    bool after_bits = false;   // the last item was a bit field
    bool after_arrow = false;  // of a function: the result's type is due, or done
    bool has_result = false;
};

class Reader {
public:
    explicit Reader(const ReadRequest& request) : request_(request), abi_(*request.abi), in_(request.text) {
        constexpr std::size_t usual = 8;  // one allocation each for most strings
        open_.reserve(4);
        fields_.reserve(usual);
        name_starts_.reserve(usual);
        open_.emplace_back();
    }

    Reading run() {
        try {
            while (next_item()) continue;
        } catch (const Error& error) {
            if (error.index() >= 0) throw;
            throw Error(error.code(), "byte " + std::to_string(start_) + ": " + error.what(), static_cast<std::int64_t>(start_));
        }
        return finish();
    }

private:
    bool next_item() {
        in_.skip_space();
        start_ = in_.position();
        if (in_.at_end()) {
            if (open_.size() > 1) in_.fail("an item or '}' that closes the brace of byte " + std::to_string(open_.back().start));
            return false;
        }
        if (in_.next() == '}') {
            close();
            return true;
        }
        if (open_.back().brace == Brace::function && arrow()) return true;
        Prefix prefix = read_prefix();
        if (in_.next() == 'T' && in_.next(1) == '{') {
            open(Brace::record, std::move(prefix));
        } else if (in_.next() == 'X' && in_.next(1) == '{') {
            open(Brace::function, std::move(prefix));
        } else {
            code(prefix);
        }
        return true;
    }

    bool arrow() {
        Open& function = open_.back();
        if (in_.next() == '-' && in_.next(1) == '>') {
            if (function.after_arrow) in_.fail("one '->' in a function");
            function.after_arrow = true;
            in_.advance(2);
            return true;
        }
        if (function.has_result) in_.fail("'}' after a function's result");
        function.has_result = function.after_arrow;
        return false;
    }

    Prefix read_prefix() {
        Prefix prefix;
        for (;; prefix.any = true) {
            const char c = in_.next();
            if (is_order_character(c)) {
                mode_ = Mode(c);
                in_.advance();
            } else if (c == '(') {
                in_.advance();
                in_.shape(prefix.own.shape);
            } else if (c >= '0' && c <= '9') {
                if (prefix.own.count >= 0) in_.fail("one count for an item");
                prefix.own.count = in_.count();
                continue;  // white space may not follow a count
            } else if (c == '&') {
                if (prefix.pointers.size() + open_.size() > static_cast<std::size_t>(max_format_depth)) in_.fail(depth_limit());
                in_.advance();
                prefix.pointers.push_back(std::exchange(prefix.own, Repeat()));
            } else {
                return prefix;
            }
            in_.skip_space();
        }
    }

    void open(Brace brace, Prefix&& prefix) {
        if (open_.size() > static_cast<std::size_t>(max_format_depth)) in_.fail(depth_limit());
        in_.advance(2);
        open_.push_back({.brace = brace, .prefix = std::move(prefix), .start = start_, .first_field = fields_.size()});
    }

    void close() {
        Open done = std::move(open_.back());
        if (done.brace == Brace::top) in_.fail("an item");
        if (done.after_arrow && !done.has_result) in_.fail("a function's result after '->'");
        in_.advance();
        open_.pop_back();
        const auto first = fields_.begin() + static_cast<std::ptrdiff_t>(done.first_field);
        if (done.brace == Brace::function) {
            fields_.erase(first, fields_.end());
            name_starts_.resize(done.first_field);
            place(done.prefix, address(Kind::function), abi_.pointer_.align, false);
            return;
        }
        check_names(done.first_field);
        std::vector<Field> fields(std::make_move_iterator(first), std::make_move_iterator(fields_.end()));
        fields_.erase(first, fields_.end());
        name_starts_.resize(done.first_field);
        start_ = done.start;
        const std::int64_t size = end_of(done);
        place(done.prefix, make_record(std::move(fields), size, promised(done.alignment)), done.alignment, false);
    }

    void code(const Prefix& prefix) {
        const bool complex = in_.next() == 'Z';
        const std::size_t position = in_.position() + (complex ? 1 : 0);
        const char c = in_.next(complex ? 1 : 0);
        ScalarSpec spec{};
        switch (look_up_code(c, complex, mode_, abi_, &spec)) {
            case CodeResult::ok: break;
            case CodeResult::unknown:
                if (complex) in_.fail_at(position, "e, f, d or g after 'Z'");
                in_.fail(prefix.any ? "a type after its prefix" : "a type code");
            case CodeResult::no_standard_size: in_.fail_at(position, std::string("a code with a standard size under '") + mode_.character() + "'");
        }
        const std::int64_t alignment = spec.alignment;
        spec.alignment = promised(alignment);
        in_.advance(complex ? 2 : 1);
        if (!is_length_code(c)) {
            place(prefix, make_scalar(spec), alignment, false);
            return;
        }
        if (c == 't') check_bits(prefix, position);
        if (c == 'x' && prefix.own.count < 0 && in_.next() != ':') reading_.bare_padding = true;
        Prefix rest = prefix;
        const std::int64_t length = rest.own.count >= 0 ? rest.own.count : 1;
        rest.own.count = -1;
        if (c == 't') {
            spec.itemsize = length / 8 + (length % 8 != 0 ? 1 : 0);
            spec.bits = length;
        } else {
            spec.itemsize = checked_mul(length, spec.itemsize, "length of text");
            spec.bits = bits_of_bytes(spec.itemsize);
        }
        place(rest, make_scalar(spec), alignment, c == 'x' && rest.pointers.empty());
        open_.back().after_bits = c == 't' && rest.pointers.empty();
    }

    void check_bits(const Prefix& prefix, std::size_t position) const {
        if (!request_.bits_allowed) in_.fail_at(position, "a type whose size the string tells, as no itemsize is stated");
        if (prefix.own.count == 0) in_.fail_at(position, "a bit field of at least 1 bit");
        if (open_.back().after_bits && prefix.pointers.empty()) {
            in_.fail_at(position, "a type that begins a new byte, as nothing defines how neighbouring bit fields share bytes");
        }
        const std::int64_t bits = prefix.own.count >= 0 ? prefix.own.count : 1;
        if (!prefix.own.shape.empty() && bits % 8 != 0) in_.fail_at(position, "whole bytes, as nothing defines how an array of bit fields is packed");
    }

    /// Puts an item with everything that its prefix says behind the items of the innermost brace.
    void place(const Prefix& prefix, Format format, std::int64_t alignment, bool may_be_gap) {
        if (const Dims extents = prefix.own.extents(); !extents.empty()) format = make_subarray(format, extents.span());
        for (auto repeat = prefix.pointers.rbegin(); repeat != prefix.pointers.rend(); ++repeat) {
            alignment = abi_.pointer_.align;
            format = make_pointer(format, address_order(), abi_.pointer_.size, promised(alignment));
            if (const Dims extents = repeat->extents(); !extents.empty()) format = make_subarray(format, extents.span());
        }
        Open& parent = open_.back();
        ++parent.items;
        parent.after_bits = false;
        if (mode_.aligns()) {
            if (request_.padding != Padding::none) parent.offset = align_up(parent.offset, alignment);
            parent.alignment = std::max(parent.alignment, alignment);
        }
        const std::size_t name_start = in_.position();
        const bool named = in_.next() == ':';
        const std::string_view name = named ? in_.name() : std::string_view();
        const std::int64_t offset = parent.offset;
        parent.offset = checked_add(offset, format.itemsize(), "size of a format");
        if (may_be_gap && !named) {
            reading_.spells_padding = true;
            return;
        }
        if (open_.size() == 1) reading_.compound = innermost(format).is_record();
        fields_.emplace_back(std::string(name), offset, std::move(format));
        name_starts_.push_back(name_start);
    }

    Reading finish() {
        const Open& top = open_.back();
        check_names(0);
        reading_.size = end_of(top);
        reading_.fields = std::move(fields_);
        reading_.compound = reading_.compound || top.items > 1;
        // An array of such items keeps no more than what also divides the item's size.
        std::int64_t alignment = request_.padding == Padding::natural ? top.alignment : 1;
        while (reading_.size % alignment != 0) alignment /= 2;
        reading_.alignment = alignment;
        return std::move(reading_);
    }

    void check_names(std::size_t first_field) const {
        const std::span<const Field> fields(fields_.begin() + static_cast<std::ptrdiff_t>(first_field), fields_.end());
        const std::ptrdiff_t repeated = find_repeated_name(fields);
        if (repeated < 0) return;
        const std::size_t position = name_starts_[first_field + static_cast<std::size_t>(repeated)];
        throw Error(errc::bad_format,
                    "byte " + std::to_string(position) + ": expected a name of its own, found '" + fields[static_cast<std::size_t>(repeated)].name() +
                        "' once more in the same record",
                    static_cast<std::int64_t>(position));
    }

    [[nodiscard]] std::int64_t end_of(const Open& open) const {
        const bool tail = request_.padding == Padding::natural && mode_.aligns();
        return tail ? align_up(open.offset, open.alignment) : open.offset;
    }

    /// What an item's own node promises: without C's padding nothing keeps it aligned.
    [[nodiscard]] std::int64_t promised(std::int64_t alignment) const { return request_.padding == Padding::natural && mode_.aligns() ? alignment : 1; }

    [[nodiscard]] Format address(Kind kind) const {
        return make_scalar({kind, address_order(), 8 * std::int64_t{abi_.pointer_.size}, abi_.pointer_.size, promised(abi_.pointer_.align)});
    }

    [[nodiscard]] ByteOrder address_order() const { return abi_.little_endian ? ByteOrder::little : ByteOrder::big; }

    [[nodiscard]] static const Format& innermost(const Format& format) { return format.is_subarray() ? innermost(format.element()) : format; }

    [[nodiscard]] static std::string depth_limit() { return "at most " + std::to_string(max_format_depth) + " levels of nesting"; }

    const ReadRequest& request_;
    const Abi& abi_;
    Scanner in_;
    Mode mode_{'@'};
    std::size_t start_ = 0;  // where the item begins that is being read
    std::vector<Open> open_;
    std::vector<Field> fields_;  // of all open braces, outermost first
    std::vector<std::size_t> name_starts_;
    Reading reading_;
};

}  // namespace

Reading read(const ReadRequest& request) { return Reader(request).run(); }

}  // namespace ndlease::detail
