// SPDX-License-Identifier: Apache-2.0
// cuFFT's plan-many parameters, by a transform that walks the addresses which its documentation gives, against transforms of the Views' own elements;
// and what is refused, against all parameters there are.
#include <algorithm>
#include <complex>
#include <cstdint>
#include <numbers>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/cufft.hpp>

#include "interop/strided_views.hpp"
#include "view/refusal.hpp"

namespace ndlease {
namespace {

using testing::each_index;
using testing::element;
using testing::StridedViews;
using Complex = std::complex<double>;
using cufft::Batches;
using cufft::PlanMany;

enum class Data { complex, real_to_complex, complex_to_real };

/// A small array of any rank, dense in C order.
struct Array {
    Dims shape;
    std::vector<Complex> items;
    Complex& at(const Dims& index) {
        std::int64_t offset = 0;
        for (int axis = 0; axis < shape.size(); ++axis) offset = offset * shape[axis] + index[axis];
        return items[static_cast<std::size_t>(offset)];
    }
};
Array make_array(const Dims& shape) {
    std::int64_t size = 1;
    for (const std::int64_t extent : shape) size *= extent;
    return {shape, std::vector<Complex>(static_cast<std::size_t>(size))};
}

/// The transform by its definition.
Array transform(Array from, int sign) {
    Array to = make_array(from.shape);
    each_index(from.shape, [&](const Dims& k) {
        Complex sum = 0;
        each_index(from.shape, [&](const Dims& x) {
            double turns = 0;
            for (int axis = 0; axis < from.shape.size(); ++axis)
                turns += static_cast<double>(k[axis] * x[axis] % from.shape[axis]) / static_cast<double>(from.shape[axis]);
            sum += from.at(x) * std::polar(1.0, sign * 2 * std::numbers::pi * turns);
        });
        to.at(k) = sum;
    });
    return to;
}

/// Reads the input of logical shape n through `get`, transforms it, and gives the results to `put`; the last axis is halved on the complex side.
template <class Get, class Put>
void transform_through(const Dims& n, Data data, Get get, Put put) {
    Array array = make_array(n);
    const int last = n.size() - 1;
    each_index(n, [&](const Dims& index) {
        if (data == Data::complex_to_real && index[last] > n[last] / 2) {
            Dims mirrored = index;
            for (int axis = 0; axis <= last; ++axis) mirrored[axis] = (n[axis] - index[axis]) % n[axis];
            array.at(index) = std::conj(get(mirrored));
        } else {
            array.at(index) = get(index);
        }
    });
    Array result = transform(std::move(array), data == Data::complex_to_real ? 1 : -1);
    each_index(n, [&](const Dims& index) {
        if (data != Data::real_to_complex || index[last] <= n[last] / 2) put(index, result.at(index));
    });
}

template <class T>
Complex load(const void* address) {
    return Complex(*static_cast<const T*>(address));
}
Complex load_item(const void* address, bool complex) { return complex ? load<Complex>(address) : load<double>(address); }
void store_item(void* address, bool complex, Complex value) {
    if (complex) {
        *static_cast<Complex*>(address) = value;
    } else {
        *static_cast<double*>(address) = value.real();
    }
}

/// What executing the plan does.
void execute(const PlanMany& plan, Data data) {
    const Dims n(std::vector<std::int64_t>(plan.n, plan.n + plan.rank));
    const bool in_complex = data != Data::real_to_complex;
    const bool out_complex = data != Data::complex_to_real;
    for (int axis = 0; axis < plan.rank; ++axis) {
        const bool halved = axis == plan.rank - 1;
        ASSERT_GE(plan.inembed[axis], halved && data == Data::complex_to_real ? n[axis] / 2 + 1 : n[axis]);
        ASSERT_GE(plan.onembed[axis], halved && data == Data::real_to_complex ? n[axis] / 2 + 1 : n[axis]);
    }
    ASSERT_TRUE(plan.istride >= 1 && plan.ostride >= 1 && plan.idist >= 1 && plan.odist >= 1 && plan.batch >= 1);
    const auto position = [&](const Dims& x, const long long* embed, long long stride) {
        std::int64_t offset = 0;
        for (int axis = 0; axis < plan.rank; ++axis) offset = (axis == 0 ? 0 : offset * embed[axis]) + x[axis];
        return offset * stride;
    };
    cufft::for_each_execution(plan, [&](const void* in, void* out) {
        for (long long b = 0; b < plan.batch; ++b) {
            const auto get = [&](const Dims& x) {
                const std::int64_t offset = b * plan.idist + position(x, plan.inembed, plan.istride);
                return load_item(static_cast<const char*>(in) + offset * (in_complex ? 16 : 8), in_complex);
            };
            const auto put = [&](const Dims& x, Complex value) {
                const std::int64_t offset = b * plan.odist + position(x, plan.onembed, plan.ostride);
                store_item(static_cast<char*>(out) + offset * (out_complex ? 16 : 8), out_complex, value);
            };
            transform_through(n, data, get, put);
        }
    });
}

/// The same from the Views' own elements; returned in the order of each_index over out.
std::vector<Complex> expected(const View& out, const View& in, const std::vector<int>& axes, Data data) {
    const View& logical = data == Data::complex_to_real ? out : in;
    Dims n;
    Dims others = logical.shape();
    for (const int axis : axes) {
        n.push_back(logical.shape()[axis]);
        others[axis] = 1;
    }
    Array results = make_array(out.shape());
    each_index(others, [&](const Dims& base) {
        const auto whole = [&](const Dims& x) {
            Dims index = base;
            for (std::size_t i = 0; i < axes.size(); ++i) index[axes[i]] = x[static_cast<int>(i)];
            return index;
        };
        transform_through(
            n, data, [&](const Dims& x) { return load_item(&element<char>(in, whole(x)), data != Data::real_to_complex); },
            [&](const Dims& x, Complex value) { results.at(whole(x)) = data == Data::complex_to_real ? Complex(value.real()) : value; });
    });
    return results.items;
}

/// Whether embeds and a stride stand for these axes (element strides and extents, outermost first), found by trying all.
bool nests(const std::vector<std::int64_t>& strides, const std::vector<std::int64_t>& extents) {
    const std::size_t rank = strides.size();
    std::int64_t largest = 1;
    for (const std::int64_t stride : strides) largest = std::max(largest, stride);
    for (std::int64_t stride = 1; stride <= largest; ++stride) {
        if (extents[rank - 1] > 1 && stride != strides[rank - 1]) continue;
        std::vector<std::int64_t> reached{stride};  // what the axis outside of those looked at could step by
        for (std::size_t i = rank - 1; i > 0; --i) {
            std::vector<std::int64_t> next;
            for (const std::int64_t inner : reached) {
                for (std::int64_t embed = extents[i]; inner * embed <= largest; ++embed) {
                    if (extents[i - 1] <= 1 || inner * embed == strides[i - 1]) next.push_back(inner * embed);
                }
            }
            reached = std::move(next);
        }
        if (!reached.empty()) return true;
    }
    return false;
}

bool expressible(const View& out, const View& in, std::vector<int> axes, Data data) {
    const auto side = [&](const View& view) {
        std::vector<std::int64_t> strides;
        std::vector<std::int64_t> extents;
        for (const int axis : axes) {
            strides.push_back(view.strides()[axis] / view.itemsize());
            extents.push_back(view.shape()[axis]);
        }
        return nests(strides, extents);
    };
    // Batches: all starts, in the order of the result's addresses, are evenly spaced on both sides.
    Dims others = in.shape();
    for (const int axis : axes) others[axis] = 1;
    std::vector<std::pair<std::int64_t, std::int64_t>> starts;
    each_index(others, [&](const Dims& index) { starts.emplace_back(out.layout().offset_of(index), in.layout().offset_of(index)); });
    std::sort(starts.begin(), starts.end());
    for (std::size_t i = 1; i < starts.size(); ++i) {
        const std::int64_t step_out = starts[i].first - starts[i - 1].first;
        const std::int64_t step_in = starts[i].second - starts[i - 1].second;
        if (step_out < 1 || step_in < 1 || step_out != starts[1].first - starts[0].first || step_in != starts[1].second - starts[0].second) return false;
    }
    // Axes of extent 1 change nothing; the others in any order, but for the halved one.
    const int last = axes.back();
    std::erase_if(axes, [&](int axis) { return in.shape()[axis] == 1 && out.shape()[axis] == 1 && (data == Data::complex || axis != last); });
    if (axes.empty()) return true;
    const auto end = data == Data::complex ? axes.end() : axes.end() - 1;
    std::sort(axes.begin(), end);
    do {
        if (side(in) && side(out)) return true;
    } while (std::next_permutation(axes.begin(), end));
    return false;
}

void random_transforms(Data data, unsigned seed, int cases) {
    StridedViews make_in(seed, data == Data::real_to_complex ? 8 : 16);
    StridedViews make_out(seed + 100, data == Data::complex_to_real ? 8 : 16);
    const Format in_format = data == Data::real_to_complex ? Format::of<double>() : Format::of<Complex>();
    const Format out_format = data == Data::complex_to_real ? Format::of<double>() : Format::of<Complex>();
    int accepted = 0;
    int refused = 0;
    int looped = 0;
    for (int number = 0; number < cases; ++number) {
        const int rank = static_cast<int>(make_in.pick(1, 4));
        std::vector<int> axes(static_cast<std::size_t>(rank));
        for (int i = 0; i < rank; ++i) axes[static_cast<std::size_t>(i)] = i;
        std::shuffle(axes.begin(), axes.end(), make_in.random());
        axes.resize(static_cast<std::size_t>(make_in.pick(1, std::min(rank, 3))));
        const Dims shape = make_in.shape(rank, 4);
        Dims in_shape = shape;
        Dims out_shape = shape;
        if (data == Data::real_to_complex) out_shape[axes.back()] = shape[axes.back()] / 2 + 1;
        if (data == Data::complex_to_real) in_shape[axes.back()] = shape[axes.back()] / 2 + 1;
        const View in = make_in.view(in_format, in_shape);
        // Half of the time the result is laid out like the input.
        const View out = data == Data::complex && make_out.chance(50) ? make_out.view(out_format, out_shape,
                                                                                      [&] {
                                                                                          Dims strides = in.strides();
                                                                                          for (std::int64_t& stride : strides) stride /= 16;
                                                                                          return strides;
                                                                                      }())
                                                                      : make_out.view(out_format, out_shape);
        std::string trace = "// case " + std::to_string(number) + ", in: " + to_string(in) + "  out: " + to_string(out) + "  axes:";
        for (const int axis : axes) trace += ' ' + std::to_string(axis);
        SCOPED_TRACE(trace);
        each_index(in_shape, [&](const Dims& index) {
            const Complex value(static_cast<double>(make_in.pick(-9, 9)), static_cast<double>(make_in.pick(-9, 9)));
            store_item(&element<char>(in, index), data != Data::real_to_complex, value);
        });
        std::optional<PlanMany> plan;
        try {
            plan = cufft::plan_many(out, in, axes);
            EXPECT_TRUE(expressible(out, in, axes, data));
            EXPECT_TRUE(plan->loop_extents.empty());
            ++accepted;
        } catch (const Error& error) {
            ++refused;
            if (error.code() == errc::overlap) {
                EXPECT_NE(internal_overlap(out.layout(), out.itemsize()), Overlap::no) << error.what();
            } else {
                EXPECT_EQ(error.code(), errc::bad_layout);
                EXPECT_GE(error.index(), 0);
                EXPECT_FALSE(expressible(out, in, axes, data)) << error.what();
                try {
                    plan = cufft::plan_many(out, in, axes, Batches::several);
                    ++looped;
                } catch (const Error& again) {
                    EXPECT_EQ(again.code(), errc::bad_layout);
                }
            }
        }
        if (plan) {
            const std::vector<Complex> wanted = expected(out, in, axes, data);
            execute(*plan, data);
            std::size_t i = 0;
            double wrong = 0;
            each_index(out_shape, [&](const Dims& index) {
                wrong = std::max(wrong, std::abs(load_item(&element<char>(out, index), data != Data::complex_to_real) - wanted[i++]));
            });
            EXPECT_LT(wrong, 1e-9);
        }
        if (::testing::Test::HasFailure()) return;
    }
    EXPECT_GT(accepted, cases / 10);
    EXPECT_GT(refused, cases / 10);
    EXPECT_GT(looped, cases / 50);
}

TEST(Cufft, complex_transforms_of_random_views) { random_transforms(Data::complex, 1, 2500); }
TEST(Cufft, real_to_complex_transforms_of_random_views) { random_transforms(Data::real_to_complex, 2, 2500); }
TEST(Cufft, complex_to_real_transforms_of_random_views) { random_transforms(Data::complex_to_real, 3, 2500); }

class CufftPlans : public ::testing::Test {
protected:
    View complex(Layout layout, std::int64_t first = 0) { return View::lend(data_.data() + first, Device::cpu(), Format::of<Complex>(), std::move(layout)); }
    View real(Layout layout, std::int64_t first = 0) { return View::lend(data_.data() + first, Device::cpu(), Format::of<double>(), std::move(layout)); }
    std::vector<Complex> data_ = std::vector<Complex>(4096);
};

TEST_F(CufftPlans, columns_of_a_matrix_are_a_batch_of_strided_transforms) {
    const View view = complex(Layout::c_order({8, 5}, 16));
    const PlanMany plan = cufft::plan_many(view, view, {0});
    EXPECT_EQ(plan.rank, 1);
    EXPECT_EQ(plan.n[0], 8);
    EXPECT_EQ(plan.istride, 5);
    EXPECT_EQ(plan.idist, 1);
    EXPECT_EQ(plan.batch, 5);
    EXPECT_EQ(static_cast<int>(plan.type), 0x69);
}

TEST_F(CufftPlans, real_rows_padded_for_a_transform_in_place) {
    // rows of 6 in the place of 4 complex numbers
    const View in = real(Layout({3, 6}, {64, 8}));
    const PlanMany plan = cufft::plan_many(complex(Layout({3, 4}, {64, 16})), in, {1});
    EXPECT_EQ(plan.in, plan.out);
    EXPECT_EQ(plan.idist, 8);
    EXPECT_EQ(plan.odist, 4);
    expect_refused([&] { (void)cufft::plan_many(complex(Layout({3, 4}, {64, 16}), 1), in, {1}); }, errc::overlap, "in-place");
    expect_refused([&] { (void)cufft::plan_many(complex(Layout({3, 4}, {80, 16})), in, {1}); }, errc::overlap, "in-place");
    expect_refused([&] { (void)cufft::plan_many(complex(Layout({3, 4}, {48, 16})), real(Layout({3, 6}, {48, 8})), {1}); }, errc::overlap, "share memory");
}

TEST_F(CufftPlans, refusals_name_axis_and_reason) {
    const View in = complex(Layout::c_order({4, 6}, 16));
    const View out = complex(Layout::c_order({4, 6}, 16), 100);
    expect_refused([&] { (void)cufft::plan_many(out, in, {}); }, errc::invalid_argument, "1 to 3 axes");
    expect_refused([&] { (void)cufft::plan_many(out, in, {1, -1}); }, errc::invalid_argument, "named twice");
    expect_refused([&] { (void)cufft::plan_many(out, in, {2}); }, errc::out_of_range, "axis 2");
    expect_refused([&] { (void)cufft::plan_many(out.slice(1, 0, 5), in, {0}); }, errc::bad_layout, "axis 1 has extents 6 and 5");
    expect_refused([&] { (void)cufft::plan_many(out.index(0, 0), in, {0}); }, errc::bad_layout, "ranks 2 and 1");
    expect_refused([&] { (void)cufft::plan_many(out, in.flip(1), {1}); }, errc::bad_layout, "axis 1 has a stride of -1");
    expect_refused([&] { (void)cufft::plan_many(out.read_only(), in, {1}); }, errc::read_only, "");
    expect_refused(
        [&] {
            (void)cufft::plan_many(real(Layout::c_order({4, 6}, 8), 200), real(Layout::c_order({4, 6}, 8)), {1});
        },
        errc::not_expressible, "no transform");
    expect_refused(
        [&] {
            (void)cufft::plan_many(complex(Layout::c_order({4, 6}, 16), 100), real(Layout::c_order({4, 6}, 8)), {1});
        },
        errc::bad_layout, "n/2+1");
    expect_refused([&] { (void)cufft::plan_many(out.slice(0, 0, 0), in.slice(0, 0, 0), {1}); }, errc::bad_layout, "without elements");
    expect_refused([&] { (void)cufft::plan_many(in.slice(0, 1, 4), in.slice(0, 0, 3), {1}); }, errc::overlap, "in-place");
    expect_refused([&] { (void)cufft::plan_many(out, in.transpose(), {0}); }, errc::bad_layout, "extents");
    const View cube = complex(Layout::c_order({3, 4, 5}, 16), 1000);
    expect_refused([&] { (void)cufft::plan_many(cube, complex(Layout::c_order({3, 4, 5}, 16)), {1}); }, errc::bad_layout, "axis 0 cannot be joined");
    EXPECT_EQ(cufft::plan_many(cube, complex(Layout::c_order({3, 4, 5}, 16)), {1}, Batches::several).loop_extents, Dims({3}));
}

}  // namespace
}  // namespace ndlease
