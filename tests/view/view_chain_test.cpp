// SPDX-License-Identifier: Apache-2.0
// Random chains of operations against a list of element addresses. Every element must be where the definition of the operation puts
// it and inside the allocation; where a View refuses, no strides may reach the wanted elements.
// Repeat one: NDLEASE_TEST_SEED=<seed printed> NDLEASE_TEST_CHAINS=1 ndlease_view_test --gtest_filter='ViewChain.*'
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/view.hpp>

#include "view/element_map.hpp"

namespace ndlease {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

template <class... Values>
Index joined(const Index& head, Values... tail) {
    Index result = head;
    (result.push_back(tail), ...);
    return result;
}

class Chain {
public:
    explicit Chain(std::uint64_t seed) : random_(seed) {}

    void run() {
        begin();
        const int length = pick(1, 6);
        for (int k = 0; k < length && !::testing::Test::HasFailure(); ++k) step();
    }

    [[nodiscard]] const std::string& log() const { return log_; }
    static std::map<std::string, int> done;  // how often each operation was accepted

private:
    int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
    std::optional<std::int64_t> pick_bound(std::int64_t extent) {
        if (pick(0, 3) == 0) return std::nullopt;
        return pick(static_cast<int>(-extent) - 2, static_cast<int>(extent) + 2);
    }
    [[nodiscard]] int rank() const { return static_cast<int>(map_.shape.size()); }
    [[nodiscard]] std::int64_t extent(int axis) const { return map_.shape[static_cast<std::size_t>(axis)]; }

    Format pick_format() {
        const Format f4 = Format::number(Kind::floating, 32);
        const Format c8 = Format::number(Kind::complex, 64);
        const Format u2 = Format::number(Kind::unsigned_integer, 16);
        const FieldSpec inner[] = {{"x", u2, 0}, {"y", Format::subarray(u2, std::vector<std::int64_t>{3}), 2}};
        const FieldSpec outer[] = {
            {"a", f4, 4}, {"b", Format::record(inner), 8}, {"c.d", c8, 16}, {"m", Format::subarray(f4, std::vector<std::int64_t>{1, 2}), 0}};
        switch (pick(0, 5)) {
            case 0: return f4;
            case 1: return c8;
            case 2: return Format();
            case 3: return Format::subarray(u2, std::vector<std::int64_t>{2, 3});
            case 4: return Format::subarray(Format::record(inner), std::vector<std::int64_t>{2});
            default: return Format::record(outer, 24);
        }
    }

    void begin() {
        Index shape;
        const int axes = pick(0, 4);
        for (int k = 0; k < axes; ++k) shape.push_back(pick(0, 11) == 0 ? 0 : pick(1, 4));
        const Format format = pick_format();
        const Layout layout = Layout::c_order(shape, format.itemsize());
        bytes_ = product(shape) * format.itemsize();
        memory_.resize(static_cast<std::size_t>(bytes_) + 1);
        view_ = View::lend(memory_.data(), Device::cpu(), format, layout, {.allocation = {memory_.data(), bytes_}});
        map_.shape = shape;
        for (std::int64_t i = 0; i < product(shape); ++i) map_.address.push_back(memory_.data() + i * format.itemsize());
        log_ = to_string(view_);
    }

    /// `wanted` is empty where the definition gives no such array.
    template <class Operation>
    void expect(const std::string& what, const std::optional<ElementMap>& wanted, Operation&& operation) {
        log_ += " | " + what;
        try {
            View result = operation();
            ASSERT_TRUE(wanted.has_value()) << "should have been refused";
            ASSERT_EQ(Index(result.shape().begin(), result.shape().end()), wanted->shape);
            const ElementMap got = elements_of(result);
            ASSERT_EQ(got.address, wanted->address);
            for (const char* p : got.address) {
                ASSERT_GE(p, memory_.data());
                ASSERT_LE(p + result.itemsize(), memory_.data() + bytes_);
            }
            ASSERT_TRUE(result.is_read_only() || !view_.is_read_only()) << "became writable";
            const std::set<const char*> distinct(got.address.begin(), got.address.end());
            ASSERT_TRUE(result.is_read_only() || distinct.size() == got.address.size()) << "elements repeat and may be written";
            view_ = std::move(result);
            map_ = *wanted;
            ++done[what.substr(0, what.find('('))];
        } catch (const Error& e) {
            log_ += " (refused)";
            ASSERT_FALSE(wanted.has_value() && has_strides(*wanted)) << "refused without need: " << e.what();
        }
    }

    void step() {
        switch (pick(0, 17)) {
            case 0: return index();
            case 1: return slice();
            case 2: return permute();
            case 3: return flip();
            case 4: return squeeze();
            case 5: return expand();
            case 6: return broadcast();
            case 7:
            case 8: return reshape();
            case 9: return split();
            case 10: return merge();
            case 11: return diagonal();
            case 12: return window();
            case 13: return field();
            case 14: return complex_part();
            case 15: return as_bytes();
            case 16: return reinterpret();
            default: return expression();
        }
    }

    ElementMap without_axis(int axis, std::int64_t at) const {
        Index shape = map_.shape;
        shape.erase(shape.begin() + axis);
        return map_.map(shape, [&](Index i) {
            i.insert(i.begin() + axis, at);
            return i;
        });
    }

    void index() {
        if (rank() == 0) return;
        const int axis = pick(0, rank() - 1);
        const std::int64_t i = pick(static_cast<int>(-extent(axis)) - 1, static_cast<int>(extent(axis)));
        const std::int64_t at = i < 0 ? i + extent(axis) : i;
        std::optional<ElementMap> wanted;
        if (at >= 0 && at < extent(axis)) wanted = without_axis(axis, at);
        const int named = pick(0, 1) == 0 ? axis : axis - rank();
        expect("index(" + std::to_string(named) + "," + std::to_string(i) + ")", wanted, [&] { return view_.index(named, i); });
    }

    ElementMap taking(const ElementMap& from, std::size_t axis, const Index& positions) const {
        Index shape = from.shape;
        shape[axis] = static_cast<std::int64_t>(positions.size());
        return from.map(shape, [&](Index i) {
            i[axis] = positions[static_cast<std::size_t>(i[axis])];
            return i;
        });
    }

    void slice() {
        if (rank() == 0) return;
        const int axis = pick(0, rank() - 1);
        const auto start = pick_bound(extent(axis));
        const auto stop = pick_bound(extent(axis));
        const int step = pick(0, 1) == 0 ? pick(1, 3) : -pick(1, 3);
        const auto text = [](std::optional<std::int64_t> b) { return b ? std::to_string(*b) : std::string(); };
        expect("slice(" + std::to_string(axis) + "," + text(start) + ":" + text(stop) + ":" + std::to_string(step) + ")",
               taking(map_, static_cast<std::size_t>(axis), slice_positions(extent(axis), start, stop, step)),
               [&] { return view_.slice(axis, start, stop, step); });
    }

    void permute() {
        std::vector<int> axes;
        for (int k = 0; k < rank(); ++k) axes.push_back(k);
        std::shuffle(axes.begin(), axes.end(), random_);
        Index shape;
        for (const int a : axes) shape.push_back(extent(a));
        std::string text;
        for (const int a : axes) text += std::to_string(a) + ",";
        expect("permute(" + text + ")",
               map_.map(shape,
                        [&](const Index& i) {
                            Index source(i.size());
                            for (std::size_t k = 0; k < i.size(); ++k) source[static_cast<std::size_t>(axes[k])] = i[k];
                            return source;
                        }),
               [&] { return view_.permute(axes); });
    }

    void flip() {
        if (rank() == 0) return;
        const auto axis = static_cast<std::size_t>(pick(0, rank() - 1));
        expect("flip(" + std::to_string(axis) + ")",
               map_.map(map_.shape,
                        [&](Index i) {
                            i[axis] = map_.shape[axis] - 1 - i[axis];
                            return i;
                        }),
               [&] { return view_.flip(static_cast<int>(axis)); });
    }

    void squeeze() {
        if (rank() > 0 && pick(0, 1) == 0) {
            const int axis = pick(0, rank() - 1);
            std::optional<ElementMap> wanted;
            if (extent(axis) == 1) wanted = without_axis(axis, 0);
            expect("squeeze(" + std::to_string(axis) + ")", wanted, [&] { return view_.squeeze(axis); });
            return;
        }
        ElementMap wanted = map_;
        std::erase(wanted.shape, 1);
        expect("squeeze()", wanted, [&] { return view_.squeeze(); });
    }

    void expand() {
        const int axis = pick(0, rank());
        ElementMap wanted = map_;
        wanted.shape.insert(wanted.shape.begin() + axis, 1);
        const int named = pick(0, 1) == 0 ? axis : axis - rank() - 1;
        expect("expand(" + std::to_string(named) + ")", wanted, [&] { return view_.expand(named); });
    }

    void broadcast() {
        Index to = map_.shape;
        bool possible = true;
        for (std::int64_t& e : to) {
            if (pick(0, 2) != 0) continue;
            const std::int64_t wanted = pick(0, 3);
            possible = possible && (e == 1 || e == wanted);
            e = wanted;
        }
        const int added = pick(0, 2);
        for (int k = 0; k < added; ++k) to.insert(to.begin(), pick(0, 3));
        if (product(to) > 2000) return;
        std::optional<ElementMap> wanted;
        if (possible) {
            wanted = map_.map(to, [&](const Index& i) {
                Index source(i.begin() + added, i.end());
                for (std::size_t k = 0; k < source.size(); ++k) source[k] = map_.shape[k] == 1 ? 0 : source[k];
                return source;
            });
        }
        expect("broadcast" + to_string(Dims(to)), wanted, [&] { return view_.broadcast_to(to); });
    }

    Index pick_factors(std::int64_t size) {
        Index result;
        if (size == 0) {
            for (int k = pick(0, 2); k > 0; --k) result.push_back(pick(0, 3));
            result.insert(result.begin() + pick(0, static_cast<int>(result.size())), 0);
            return result;
        }
        while (size > 1) {
            std::int64_t factor = 2;
            while (size % factor != 0) ++factor;
            if (pick(0, 2) == 0) factor = size;
            result.push_back(factor);
            size /= factor;
        }
        for (int k = pick(0, 1); k > 0; --k) result.push_back(1);
        std::shuffle(result.begin(), result.end(), random_);
        return result;
    }

    void reshape() {
        const Index to = pick_factors(product(map_.shape));
        const Order order = pick(0, 2) == 0 ? Order::f : Order::c;
        ElementMap wanted{to, {}};
        if (order == Order::c) {
            wanted.address = map_.address;
        } else {
            // Reading and placing in F order is reading and placing in C order with both shapes reversed.
            const auto reversed = [](const ElementMap& m) {
                return m.map(Index(m.shape.rbegin(), m.shape.rend()), [](const Index& i) { return Index(i.rbegin(), i.rend()); });
            };
            wanted = reversed(ElementMap{Index(to.rbegin(), to.rend()), reversed(map_).address});
        }
        Index asked = to;
        if (!asked.empty() && product(to) != 0 && pick(0, 2) == 0) asked[static_cast<std::size_t>(pick(0, static_cast<int>(asked.size()) - 1))] = -1;
        expect("reshape(" + to_string(Dims(asked)) + (order == Order::c ? ",C)" : ",F)"), wanted, [&] { return view_.reshape(asked, order); });
    }

    void split() {
        if (rank() == 0) return;
        const int axis = pick(0, rank() - 1);
        const Index parts = pick_factors(extent(axis));
        ElementMap wanted = map_;
        wanted.shape.erase(wanted.shape.begin() + axis);
        wanted.shape.insert(wanted.shape.begin() + axis, parts.begin(), parts.end());
        expect("split(" + std::to_string(axis) + "," + to_string(Dims(parts)) + ")", wanted, [&] { return view_.split(axis, parts); });
    }

    void merge() {
        if (rank() < 2) return;
        const int first = pick(0, rank() - 2);
        const int last = pick(first, rank() - 1);
        ElementMap wanted = map_;
        std::int64_t merged = 1;
        for (int k = first; k <= last; ++k) merged *= extent(k);
        wanted.shape.erase(wanted.shape.begin() + first, wanted.shape.begin() + last + 1);
        wanted.shape.insert(wanted.shape.begin() + first, merged);
        expect("merge(" + std::to_string(first) + "," + std::to_string(last) + ")", wanted, [&] { return view_.merge(first, last); });
    }

    void diagonal() {
        if (rank() < 2) return;
        const int axis1 = pick(0, rank() - 1);
        const int axis2 = (axis1 + pick(1, rank() - 1)) % rank();
        const std::int64_t offset = pick(-4, 4);
        Index shape;
        for (int k = 0; k < rank(); ++k) {
            if (k != axis1 && k != axis2) shape.push_back(extent(k));
        }
        Index rows;
        for (std::int64_t r = 0; r < extent(axis1); ++r) {
            if (r + offset >= 0 && r + offset < extent(axis2)) rows.push_back(r);
        }
        const ElementMap wanted = map_.map(joined(shape, static_cast<std::int64_t>(rows.size())), [&](const Index& i) {
            Index source;
            std::size_t next = 0;
            for (int k = 0; k < rank(); ++k) {
                const std::int64_t row = rows[static_cast<std::size_t>(i.back())];
                source.push_back(k == axis1 ? row : k == axis2 ? row + offset : i[next]);
                if (k != axis1 && k != axis2) ++next;
            }
            return source;
        });
        expect("diagonal(" + std::to_string(offset) + "," + std::to_string(axis1) + "," + std::to_string(axis2) + ")", wanted,
               [&] { return view_.diagonal(offset, axis1, axis2); });
    }

    void window() {
        if (rank() == 0) return;
        const auto axis = static_cast<std::size_t>(pick(0, rank() - 1));
        const std::int64_t length = pick(0, 4);
        const std::int64_t step = pick(1, 3);
        std::optional<ElementMap> wanted;
        if (length >= 1 && length <= map_.shape[axis]) {
            Index shape = joined(map_.shape, length);
            shape[axis] = 0;
            for (std::int64_t start = 0; start + length <= map_.shape[axis]; start += step) ++shape[axis];
            wanted = map_.map(shape, [&](const Index& i) {
                Index source(i.begin(), i.end() - 1);
                source[axis] = i[axis] * step + i.back();
                return source;
            });
        }
        expect("sliding_window(" + std::to_string(axis) + "," + std::to_string(length) + "," + std::to_string(step) + ")", wanted,
               [&] { return view_.sliding_window(static_cast<int>(axis), length, step); });
    }

    /// Every element replaced by a block of `shape` items of `itemsize` bytes that starts `offset` bytes into it.
    [[nodiscard]] ElementMap blocks(std::int64_t offset, const Index& shape, std::int64_t itemsize) const {
        ElementMap wanted = map_;
        wanted.address.clear();
        wanted.shape.insert(wanted.shape.end(), shape.begin(), shape.end());
        for (const char* p : map_.address) {
            for (std::int64_t k = 0; k < product(shape); ++k) wanted.address.push_back(p + offset + k * itemsize);
        }
        return wanted;
    }

    void field() {
        const Format& format = view_.format();
        if (format.is_subarray() && !format.element().is_record()) {
            const Index shape(format.shape().begin(), format.shape().end());
            expect("expand_subarray()", blocks(0, shape, format.element().itemsize()), [&] { return view_.expand_subarray(); });
        } else if (format.is_subarray()) {  // (2)T{H:x: (3)H:y:}: two axes come at the end
            ElementMap wanted = blocks(0, {2}, 8);
            const ElementMap before = std::exchange(map_, wanted);
            wanted = blocks(2, {3}, 2);
            map_ = before;
            expect("field(y)", wanted, [&] { return view_.field("y"); });
        } else if (format.find("c.d") != nullptr) {
            switch (pick(0, 4)) {
                case 0: return expect("field(a)", blocks(4, {}, 4), [&] { return view_.field("a"); });
                case 1: return expect("field(b.x)", blocks(8, {}, 2), [&] { return view_.field("b.x"); });
                case 2: return expect("field(b.y)", blocks(10, {3}, 2), [&] { return view_.field("b.y"); });
                case 3: return expect("field(c.d)", blocks(16, {}, 8), [&] { return view_.field("c.d"); });
                default: return expect("field(m)", blocks(0, {1, 2}, 4), [&] { return view_.field("m"); });
            }
        }
    }

    void complex_part() {
        if (!view_.format().is_complex()) return;
        expect("real()", blocks(0, {}, 4), [&] { return pick(0, 1) == 0 ? view_.real() : view_.imag().as_strided(view_.shape(), view_.strides(), -4); });
    }

    void as_bytes() {
        if (product(map_.shape) > 500) return;
        expect("as_bytes()", blocks(0, {view_.itemsize()}, 1), [&] { return view_.as_bytes(); });
    }

    void reinterpret() {
        const std::int64_t from = view_.itemsize();
        const std::int64_t to = std::int64_t{1} << pick(0, 3);
        std::optional<ElementMap> wanted;
        if (from == to) {
            wanted = map_;
        } else if (rank() > 0 && from > 0 && map_.shape.back() * from % to == 0) {
            wanted = ElementMap{map_.shape, {}};
            const std::int64_t bytes = map_.shape.back() * from;
            wanted->shape.back() = bytes / to;
            for_each_index(wanted->shape, [&](Index i) {
                const std::int64_t first = i.back() * to;
                const auto byte = [&](std::int64_t b) {
                    i.back() = b / from;
                    return map_.at(i) + b % from;
                };
                const char* start = byte(first);
                for (std::int64_t b = 0; b < to && wanted; ++b) {
                    if (byte(first + b) != start + b) start = nullptr;
                    if (start == nullptr) break;
                }
                wanted->address.push_back(start);
            });
            if (std::count(wanted->address.begin(), wanted->address.end(), nullptr) != 0) wanted.reset();
        }
        expect("reinterpret(" + std::to_string(to) + ")", wanted, [&] { return view_.reinterpret(Format::opaque(to)); });
    }

    void expression() {
        IndexExpression terms;
        ElementMap wanted = map_;
        std::size_t axis = 0;
        std::string text;
        const int ellipsis_at = pick(0, 2 * rank() + 1);
        bool ellipsis_used = false;
        for (int k = 0; k < rank(); ++k) {
            if (pick(0, 4) == 0) {
                terms.emplace_back(IndexNewAxis());
                wanted.shape.insert(wanted.shape.begin() + static_cast<std::ptrdiff_t>(axis++), 1);
                text += "None,";
            }
            if (k == ellipsis_at && !ellipsis_used) {
                const int skipped = pick(0, rank() - k);
                // The ellipsis stands for what is left over, so the terms after it must use the rest up.
                terms.emplace_back(IndexEllipsis());
                text += "...,";
                ellipsis_used = true;
                k += skipped;
                axis += static_cast<std::size_t>(skipped);
                if (k >= rank()) break;
            }
            const std::int64_t e = wanted.shape[axis];
            if (e > 0 && pick(0, 1) == 0) {
                const std::int64_t i = pick(static_cast<int>(-e), static_cast<int>(e) - 1);
                terms.emplace_back(i);
                text += std::to_string(i) + ",";
                Index shape = wanted.shape;
                shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
                wanted = wanted.map(shape, [&](Index source) {
                    source.insert(source.begin() + static_cast<std::ptrdiff_t>(axis), i < 0 ? i + e : i);
                    return source;
                });
            } else {
                const IndexSlice s{pick_bound(e), pick_bound(e), pick(0, 1) == 0 ? std::optional<std::int64_t>() : -pick(1, 2)};
                terms.emplace_back(s);
                text += "slice,";
                wanted = taking(wanted, axis, slice_positions(e, s.start, s.stop, s.step.value_or(1)));
                ++axis;
            }
        }
        expect("expression(" + text + ")", wanted, [&] { return view_[terms]; });
    }

    std::mt19937_64 random_;
    std::vector<char> memory_;
    std::int64_t bytes_ = 0;
    View view_;
    ElementMap map_;
    std::string log_;
};

std::map<std::string, int> Chain::done;

TEST(ViewChain, every_element_is_where_the_definition_puts_it) {
    const std::uint64_t seed = from_environment("NDLEASE_TEST_SEED", 20'240'611);
    const std::uint64_t chains = from_environment("NDLEASE_TEST_CHAINS", 20'000);
    for (std::uint64_t k = 0; k < chains; ++k) {
        Chain chain(seed + k);
        chain.run();
        if (HasFailure()) FAIL() << "NDLEASE_TEST_SEED=" << seed + k << " NDLEASE_TEST_CHAINS=1: " << chain.log();
    }
    std::cout << "seed " << seed << ", " << chains << " chains; accepted:";
    for (const auto& [name, count] : Chain::done) std::cout << ' ' << name << ' ' << count;
    std::cout << '\n';
    if (chains >= 20'000) {
        for (const char* name : {"index", "slice", "permute", "flip", "squeeze", "expand", "broadcast", "reshape", "split", "merge", "diagonal",
                                 "sliding_window", "field", "real", "as_bytes", "reinterpret", "expression", "expand_subarray"}) {
            EXPECT_GT(Chain::done[name], 100) << name << " was hardly tested";
        }
    }
}

}  // namespace
}  // namespace ndlease
