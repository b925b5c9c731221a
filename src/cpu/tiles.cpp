// SPDX-License-Identifier: Apache-2.0
// The two sides are closest along different axes. Each tile is read in the source's order into one small buffer, transposed into another, and written from
// there in the destination's order. The buffers keep rows whose distance is a power of two from pushing each other out of the caches.
#include <algorithm>
#include <cstring>

#include "cpu/item.hpp"
#include "cpu/paths.hpp"
#include "cpu/positions.hpp"
#include "cpu/simd/transpose.hpp"
#include "cpu/tile_room.hpp"
#include "cpu/tile_shape.hpp"

namespace ndlease::cpu {
namespace {

constexpr std::int64_t line = 64;

/// Where the positions of a group lie on one side, in bytes from the first. `table` has room for as many offsets, and is used while this object is.
class Starts {
public:
    Starts(const AxisSet& axes, const AxisGroup& group, const std::int64_t* strides, std::int64_t* table) noexcept : rows_{nullptr, strides[group.axis[0]]} {
        if (group.rank == 1) return;
        std::int64_t extent = axes.extent[group.axis[0]];
        for (int i = 1; i < group.rank; ++i) {
            if (strides[group.axis[i]] != rows_.pitch * extent) {
                list(axes, group, strides, table);
                return;
            }
            extent *= axes.extent[group.axis[i]];
        }
    }
    Starts(const Starts&) = delete;
    Starts& operator=(const Starts&) = delete;

    [[nodiscard]] const RowStarts& rows() const noexcept { return rows_; }
    [[nodiscard]] bool is_regular() const noexcept { return rows_.offsets == nullptr; }

private:
    void list(const AxisSet& axes, const AxisGroup& group, const std::int64_t* strides, std::int64_t* table) noexcept {
        std::int64_t count = 1;
        table[0] = 0;
        for (int i = 0; i < group.rank; ++i) {
            const int axis = group.axis[i];
            const std::int64_t times = i + 1 < group.rank ? axes.extent[axis] : group.block;
            for (std::int64_t k = 1; k < times; ++k) {
                for (std::int64_t j = 0; j < count; ++j) table[k * count + j] = table[j] + k * strides[axis];
            }
            count *= times;
        }
        rows_.offsets = table;
    }

    RowStarts rows_;
};

/// Calls f with functions from a position to its offset, of both groups.
template <class F>
void with_offsets(const RowStarts& a, const RowStarts& b, F&& f) noexcept {
    const auto listed = [](const RowStarts& starts) { return [offsets = starts.offsets](std::int64_t i) { return offsets[i]; }; };
    const auto regular = [](const RowStarts& starts) { return [pitch = starts.pitch](std::int64_t i) { return i * pitch; }; };
    if (a.offsets == nullptr) {
        b.offsets == nullptr ? f(regular(a), regular(b)) : f(regular(a), listed(b));
    } else {
        b.offsets == nullptr ? f(listed(a), regular(b)) : f(listed(a), listed(b));
    }
}

/// One side's items that lie apart.
template <class Item>
void gather_items(Item item, std::byte* buffer, const std::byte* src, const RowStarts& d, std::int64_t d_count, const RowStarts& s,
                  std::int64_t s_count) noexcept {
    with_offsets(d, s, [&](auto d_offset, auto s_offset) {
        for (std::int64_t i = 0; i < d_count; ++i) {
            const std::byte* const row = src + d_offset(i);
            for (std::int64_t j = 0; j < s_count; ++j) item.move(buffer + (i * s_count + j) * item.size, row + s_offset(j));
        }
    });
}

template <class Item>
void scatter_items(Item item, std::byte* dst, const RowStarts& s, std::int64_t s_count, const RowStarts& d, std::int64_t d_count,
                   const std::byte* buffer) noexcept {
    with_offsets(s, d, [&](auto s_offset, auto d_offset) {
        for (std::int64_t j = 0; j < s_count; ++j) {
            std::byte* const row = dst + s_offset(j);
            for (std::int64_t i = 0; i < d_count; ++i) item.move(row + d_offset(i), buffer + (j * d_count + i) * item.size);
        }
    });
}

template <class Item>
void transpose_items(Item item, const MatrixPair& m, std::int64_t rows, std::int64_t columns) noexcept {
    for (std::int64_t i = 0; i < rows; ++i) move_items(item, m.dst + i * item.size, m.dst_pitch, m.src + i * m.src_pitch, item.size, columns);
}

/// The same from a buffer that may be read beyond an item: more bytes than an item move at once, and the next item overwrites those too many.
template <class Item, class Wider>
void transpose_wider(Item item, Wider wider, const MatrixPair& m, std::int64_t rows, std::int64_t columns) noexcept {
    for (std::int64_t j = 0; j < columns; ++j) {
        std::byte* const row = m.dst + j * m.dst_pitch;
        const std::byte* const column = m.src + j * item.size;
        for (std::int64_t i = 0; i < rows - 1; ++i) wider.move(row + i * item.size, column + i * m.src_pitch);
        item.move(row + (rows - 1) * item.size, column + (rows - 1) * m.src_pitch);
    }
}

/// `d` and `s` positions at an address on each side.
struct Tile {
    std::byte* dst = nullptr;
    const std::byte* src = nullptr;
    std::int64_t d = 0, s = 0;
};

class Tiles {
public:
    Tiles(const AxisSet& axes, const TileShape& shape, std::int64_t item_bytes, bool stream, TileRoom* room) noexcept
        : room_(room),
          d_src_(axes, shape.d, axes.src_stride, room->table(0)),
          d_dst_(axes, shape.d, axes.dst_stride, room->table(1)),
          s_src_(axes, shape.s, axes.src_stride, room->table(2)),
          s_dst_(axes, shape.s, axes.dst_stride, room->table(3)),
          item_bytes_(item_bytes),
          stream_(stream),
          d_is_run_(shape.d_is_run),
          s_is_run_(shape.s_is_run) {
        // Between two neighbours along the source lie the tiles of one row of the destination.
        constexpr std::int64_t kept = std::int64_t{256} << 10;  // bytes, a part of the second-level cache
        const bool starts_lines = shape.s.block * shape.s.inner * item_bytes % line == 0 && d_src_.is_regular() && d_src_.rows().pitch % line == 0;
        begins_cold_ = !starts_lines && axes.extent[shape.d.last()] * shape.d.inner * shape.s.positions() > kept / item_bytes;
        // A few rows, or rows within the caches that do not push each other out, need no buffer to be read from.
        constexpr std::int64_t few = 4;
        reads_in_place_ =
            s_is_run_ && d_src_.is_regular() && (shape.d.positions() <= few || shape.s.positions() <= few || (!stream && d_src_.rows().pitch % 4096 != 0));
    }

    /// Moves a tile once the one after it is known, so that its rows may be asked for in time.
    void add(const Tile& tile) noexcept {
        if (waiting_.d > 0) move(waiting_, tile);
        waiting_ = tile;
    }
    void finish() noexcept {
        if (waiting_.d > 0) move(waiting_, {});
    }

private:
    void move(const Tile& tile, const Tile& next) noexcept {
        const std::int64_t read = tile.s * item_bytes_;
        const std::int64_t written = tile.d * item_bytes_;
        const RowsAhead ahead = stream_ && !reads_in_place_ ? rows_of(next) : RowsAhead{};
        const bool is_written_whole = is_one_written_run(written) && written % line != 0;
        std::byte* const out = room_->out();
        if (stream_ && d_is_run_ && !is_written_whole) claim_row_ends(tile.dst, s_dst_.rows(), tile.s, written);
        if (reads_in_place_) {
            transpose({out, written, tile.src, d_src_.rows().pitch}, tile.d, tile.s);
        } else if (!s_is_run_) {
            with_item(item_bytes_, [&](auto item) { gather_items(item, room_->in(), tile.src, d_src_.rows(), tile.d, s_src_.rows(), tile.s); });
            transpose_buffered({out, written, room_->in(), read}, tile.d, tile.s);
        } else {
            move_bands(tile, read, written);
        }
        if (!d_is_run_) {
            with_item(item_bytes_, [&](auto item) { scatter_items(item, tile.dst, s_dst_.rows(), tile.s, d_dst_.rows(), tile.d, out); });
        } else if (is_written_whole) {
            scatter_rows(tile.dst, {}, out, 0, 1, tile.s * written, stream_, ahead);
        } else {
            scatter_rows(tile.dst, s_dst_.rows(), out, written, tile.s, written, stream_, ahead);
        }
    }

    /// Some rows at a time: the buffer that they pass through stays in the first-level cache.
    [[nodiscard]] std::int64_t band() const noexcept { return std::max<std::int64_t>(2 * line / item_bytes_, 1); }

    void move_bands(const Tile& tile, std::int64_t read, std::int64_t written) noexcept {
        std::byte* const in = room_->in();
        const bool is_run = is_one_read_run(read);
        for (std::int64_t begin = 0; begin < tile.d; begin += band()) {
            const std::int64_t rows = std::min(band(), tile.d - begin);
            if (is_run) {
                gather_rows(in, 0, tile.src + begin * read, {}, 1, rows * read);
            } else {
                gather_rows(in, read, tile.src, d_src_.rows().from(begin), rows, read);
            }
            transpose_buffered({room_->out() + begin * item_bytes_, written, in, read}, rows, tile.s);
        }
    }

    void transpose(const MatrixPair& pair, std::int64_t rows, std::int64_t columns) const noexcept {
        if (is_transposable(item_bytes_)) {
            transpose_words(item_bytes_, pair, rows, columns);
        } else {
            with_item(item_bytes_, [&](auto item) { transpose_items(item, pair, rows, columns); });
        }
    }

    /// From the buffer, after which there is room.
    void transpose_buffered(const MatrixPair& pair, std::int64_t rows, std::int64_t columns) const noexcept {
        switch (item_bytes_) {
            case 3: transpose_wider(FixedItem<3>{}, FixedItem<4>{}, pair, rows, columns); break;
            case 6: transpose_wider(FixedItem<6>{}, FixedItem<8>{}, pair, rows, columns); break;
            case 12: transpose_wider(FixedItem<12>{}, FixedItem<16>{}, pair, rows, columns); break;
            default: transpose(pair, rows, columns); break;
        }
    }

    [[nodiscard]] bool is_one_read_run(std::int64_t read) const noexcept { return s_is_run_ && d_src_.is_regular() && d_src_.rows().pitch == read; }
    [[nodiscard]] bool is_one_written_run(std::int64_t written) const noexcept { return s_dst_.is_regular() && s_dst_.rows().pitch == written; }
    [[nodiscard]] RowsAhead rows_of(const Tile& tile) const noexcept {
        if (!s_is_run_) return {tile.src, d_src_.rows(), tile.d, line};  // items apart lie within a line
        const std::int64_t read = tile.s * item_bytes_;
        if (is_one_read_run(read)) return {tile.src, {nullptr, line}, (tile.d * read + line - 1) / line, 1};
        return {tile.src, d_src_.rows(), tile.d, read, begins_cold_};
    }

    Tile waiting_;
    TileRoom* room_;
    Starts d_src_, d_dst_, s_src_, s_dst_;
    std::int64_t item_bytes_;
    bool stream_;
    bool d_is_run_;
    bool s_is_run_;
    bool begins_cold_;
    bool reads_in_place_;
};

/// Positions of the first block along the destination, such that those after it start at a line; `block` where that cannot be.
std::int64_t first_block(const std::byte* dst, const AxisSet& axes, const AxisGroup& d, std::int64_t item) noexcept {
    const auto past = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(dst) % line);
    if (d.rank > 1 || past == 0 || past % item != 0 || d.block * item % line != 0) return d.block;
    for (int i = 0; i < axes.rank; ++i) {
        if (i != d.last() && axes.dst_stride[i] % line != 0) return d.block;
    }
    return std::max<std::int64_t>(d.block - past / item, 1);
}

}  // namespace

void copy_tiles(const backend::CopyJob& job) noexcept {
    const detail::CopyTask& task = job.task;
    const std::int64_t item = task.run_bytes;
    std::byte* dst = job.dst;
    const std::byte* src = job.src;
    AxisSet axes;
    for (int i = 0; i < task.shape.size(); ++i) axes.add(task, i);
    const int source_axis = task.source_axis;
    if (const std::int64_t src_step = task.src_strides[source_axis]; src_step < 0) {  // read it forwards
        const std::int64_t dst_step = task.dst_strides[source_axis];
        src += src_step * (task.shape[source_axis] - 1);
        dst += dst_step * (task.shape[source_axis] - 1);
        axes.src_stride[source_axis] = -src_step;
        axes.dst_stride[source_axis] = -dst_step;
    }
    std::int64_t bytes = item;
    for (const std::int64_t extent : task.shape) bytes *= extent;  // fits: the plan has counted them
    TileRoom room(bytes);
    const TileShape shape = tile_shape(axes, source_axis, item, {room.bytes(), room.positions()});
    Tiles tiles(axes, shape, item, job.past_caches, &room);

    AxisSet outer;
    for (int i = 0; i < axes.rank; ++i) {
        if (!shape.d.has(i) && !shape.s.has(i)) outer.add(task, i);
    }
    const int d_axis = shape.d.last();
    const int s_axis = shape.s.last();
    const std::int64_t d_first = first_block(dst, axes, shape.d, item);
    for_each_position(outer, [&](std::int64_t dst_offset, std::int64_t src_offset) {
        for (std::int64_t s = 0; s < axes.extent[s_axis]; s += shape.s.block) {
            const std::int64_t s_count = std::min(shape.s.block, axes.extent[s_axis] - s);
            // Along the destination's rows: a line that two tiles write is still at hand for the second.
            for (std::int64_t d = 0, d_count = d_first; d < axes.extent[d_axis]; d += d_count, d_count = shape.d.block) {
                d_count = std::min(d_count, axes.extent[d_axis] - d);
                tiles.add({dst + dst_offset + d * axes.dst_stride[d_axis] + s * axes.dst_stride[s_axis],
                           src + src_offset + d * axes.src_stride[d_axis] + s * axes.src_stride[s_axis], shape.d.inner * d_count, shape.s.inner * s_count});
            }
        }
    });
    tiles.finish();
}

}  // namespace ndlease::cpu
