// SPDX-License-Identifier: Apache-2.0
#include "interop/random_view.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "copy/random_side.hpp"
#include "format/random_format.hpp"

namespace ndlease::testing {
namespace {

ByteOrder random_order(Random& random) { return random.one_in(3) ? ByteOrder::big : ByteOrder::little; }

Format plain_number(Random& random) {
    switch (random.in(0, 4)) {
        case 0: return Format::number(Kind::boolean, 8);
        case 1: return Format::number(Kind::integer, 8 << random.in(0, 3));
        case 2: return Format::number(Kind::unsigned_integer, 8 << random.in(0, 3));
        case 3: return Format::number(Kind::floating, 16 << random.in(0, 2));
        default: return Format::number(Kind::complex, 64 << random.in(0, 1));
    }
}

/// Kinds that PEP 3118 has no code for.
Format rare_scalar(Random& random) {
    static constexpr Kind eight_bits[] = {Kind::float8_e3m4,     Kind::float8_e4m3, Kind::float8_e4m3b11fnuz, Kind::float8_e4m3fn,
                                          Kind::float8_e4m3fnuz, Kind::float8_e5m2, Kind::float8_e5m2fnuz,    Kind::float8_e8m0fnu};
    static constexpr const char* units[] = {"s", "ms", "us", "ns", "D", "25s", "", "h", "as"};
    switch (random.in(0, 8)) {
        case 0: return Format::number(eight_bits[random.in(0, 7)], 8);
        case 1: return Format::number(random.one_in(2) ? Kind::float6_e2m3fn : Kind::float6_e3m2fn, 6);
        case 2: return Format::number(Kind::float4_e2m1fn, 4);
        case 3: return Format::number(random.one_in(2) ? Kind::integer : Kind::unsigned_integer, static_cast<int>(random.in(1, 7)));
        case 4: return Format::number(random.one_in(2) ? Kind::integer : Kind::unsigned_integer, 128, random_order(random));
        case 5: return Format::number(random.one_in(2) ? Kind::bfloat : Kind::complex_bfloat, random.one_in(2) ? 16 : 32, random_order(random));
        case 6: return Format::number(Kind::complex_x87, 160);
        default: return Format::time(random.one_in(2) ? Kind::datetime : Kind::timedelta, units[random.in(0, 8)], random_order(random));
    }
}

Format rare_format(Random& random) {
    Format format;
    try {
        format = rare_scalar(random);
    } catch (const std::exception&) {
        format = Format::bit_field(random.in(1, 9));  // a width that the kind does not have
    }
    if (random.one_in(3)) return Format::subarray(format, std::vector<std::int64_t>(static_cast<std::size_t>(random.in(1, 2)), random.in(0, 5)));
    if (random.one_in(5)) return Format::record(std::vector<FieldSpec>{{"a", plain_number(random), -1}, {"b", format, -1}});
    return format;
}

Numbers permuted_contiguous(Random& random, const Numbers& shape, std::int64_t itemsize) {
    std::vector<std::size_t> order(shape.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(i) - 1))]);
    Numbers strides(shape.size());
    for (const std::size_t axis : order) {
        strides[axis] = itemsize;
        itemsize *= std::max<std::int64_t>(shape[axis], 1);
    }
    return strides;
}

Numbers random_strides(Random& random, const Numbers& shape, std::int64_t itemsize) {
    const auto copy = [](const Layout& layout) { return Numbers(layout.strides().begin(), layout.strides().end()); };
    switch (random.in(0, 7)) {
        case 0:
        case 1:
        case 2: return copy(Layout::c_order(shape, itemsize));
        case 3: return copy(Layout::f_order(shape, itemsize));
        case 4: return permuted_contiguous(random, shape, itemsize);
        case 5: return wild_strides(random, shape, itemsize);
        default: return nested_strides(random, shape, itemsize);
    }
}

bool has_no_elements(const Numbers& shape) { return std::find(shape.begin(), shape.end(), 0) != shape.end(); }

/// Where an axis is never stepped along, its stride may be anything.
void put_junk(Random& random, const Numbers& shape, Numbers* strides) {
    const bool no_elements = has_no_elements(shape);
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if ((shape[i] != 1 && !no_elements) || random.one_in(2)) continue;
        const auto bits = static_cast<std::int64_t>(random.bits());
        (*strides)[i] = random.one_in(8) ? std::numeric_limits<std::int64_t>::min() : random.one_in(2) ? bits : bits % 100;
    }
}

}  // namespace

struct RandomViews::Place {
    Layout layout;
    std::byte* data = nullptr;
    ByteExtent extent;  // what `data` itself leads to
};

RandomViews::RandomViews(const RandomViewOptions& options)
    : own_(block_bytes + 64), memory_(own_.data()), bytes_(block_bytes), device_(Device::cpu()), options_(options) {
    const auto over = reinterpret_cast<std::uintptr_t>(memory_) % 64;
    memory_ += over == 0 ? 0 : 64 - over;
    Random random(1);
    for (std::int64_t i = 0; i < bytes_; i += 8) {
        const std::uint64_t bits = random.bits();
        std::memcpy(memory_ + i, &bits, 8);
    }
}

RandomViews::RandomViews(void* memory, std::int64_t bytes, Device device, const RandomViewOptions& options)
    : memory_(static_cast<std::byte*>(memory)), bytes_(bytes), device_(device), options_(options) {}

View RandomViews::next(Random& random, LendOptions base) { return next(random, random_item_format(random, options_.most_itemsize), std::move(base)); }

View RandomViews::next(Random& random, const Format& format, LendOptions base) {
    const bool indirect = device_ == Device::cpu() && options_.indirect_one_in > 0 && random.one_in(options_.indirect_one_in);
    return lend(random, format, indirect ? place_indirect(random, format.itemsize()) : place_direct(random, format.itemsize()), std::move(base));
}

RandomViews::Place RandomViews::place_direct(Random& random, std::int64_t itemsize) const {
    ShapeLimits limits{0, options_.most_rank, 12, options_.most_elements};
    for (;;) {
        const Numbers shape = random_shape(random, limits);
        Numbers strides = random_strides(random, shape, itemsize);
        put_junk(random, shape, &strides);
        Place place{Layout(shape, strides), nullptr, {}};
        place.extent = place.layout.byte_extent(itemsize);
        const std::int64_t room = bytes_ - (place.extent.upper - place.extent.lower);
        if (room < 0) {  // too large for the block: fewer elements
            limits.most_elements = std::max<std::int64_t>(limits.most_elements / 2, 1);
            continue;
        }
        const std::int64_t alignment = random.one_in(3) ? 1 : 64;
        place.data = memory_ - place.extent.lower + random.in(0, room) / alignment * alignment;
        if (place.layout.is_empty() && random.one_in(2)) place.data = nullptr;
        return place;
    }
}

RandomViews::Place RandomViews::place_indirect(Random& random, std::int64_t itemsize) {
    const std::int64_t rows = random.in(1, 5);
    const std::int64_t columns = random.in(0, 5);
    const std::int64_t suboffset = random.in(0, 3) * 8;
    table_.assign(static_cast<std::size_t>(rows), nullptr);
    for (const std::byte*& row : table_) row = memory_ + random.in(0, bytes_ - columns * itemsize - suboffset);
    return {Layout(Numbers{rows, columns}, Numbers{sizeof(void*), itemsize}, Numbers{suboffset, -1}),
            reinterpret_cast<std::byte*>(table_.data()),
            {0, columns == 0 ? 0 : rows * static_cast<std::int64_t>(sizeof(void*))}};
}

View RandomViews::lend(Random& random, const Format& format, const Place& place, LendOptions&& options) {
    // Every address that the layout makes: the promise of the format holds for all or is not made.
    auto addresses = reinterpret_cast<std::uint64_t>(place.data);
    for (int axis = 0; axis < place.layout.rank(); ++axis) {
        if (place.layout.extent(axis) > 1) addresses |= static_cast<std::uint64_t>(place.layout.stride(axis));
    }
    const bool holds = addresses % static_cast<std::uint64_t>(format.alignment()) == 0 && !place.layout.is_indirect();
    const Format honest = holds ? format : format.with_alignment(1);

    options.read_only = random.one_in(3);
    options.allocation = {};
    if (place.layout.is_indirect() || (place.data != nullptr && random.one_in(3))) {
        const std::int64_t bytes = place.extent.upper - place.extent.lower;
        if (bytes > 0) options.allocation = {place.data + place.extent.lower, bytes};
    } else if (place.data != nullptr && random.one_in(2)) {
        options.allocation = {memory_, bytes_};
    }
    options.release = {};
    if (options_.borrowed_one_in == 0 || !random.one_in(options_.borrowed_one_in)) {
        options.release = [this](const ReleaseInfo&) noexcept { returned_.fetch_add(1, std::memory_order_acq_rel); };
    }
    const bool counted = static_cast<bool>(options.release);
    View view = View::lend(static_cast<void*>(place.data), device_, honest, place.layout, std::move(options));
    lent_ += counted ? 1 : 0;
    return view;
}

Format random_item_format(Random& random, std::int64_t most_itemsize) {
    for (;;) {
        Format format;
        switch (random.in(0, 7)) {
            case 0:
            case 1: format = plain_number(random); break;
            case 2: format = rare_format(random); break;
            case 3: format = RandomFormat(random.bits()).make(2, true); break;
            default: format = RandomFormat(random.bits()).make(random.one_in(2) ? 0 : 1, random.one_in(2)); break;
        }
        if (format.itemsize() <= most_itemsize) return format;
    }
}

}  // namespace ndlease::testing
