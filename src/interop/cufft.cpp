// SPDX-License-Identifier: Apache-2.0
#include <ndlease/interop/cufft.hpp>

#include <algorithm>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>

namespace ndlease::cufft {
namespace {

struct Side {
    const View& view;
    Dims strides;  // elements
    const char* name;
};

/// One side's numbers for the transform's axes in some order.
struct Nest {
    bool fits = false;
    int culprit = -1;  // axis of the View
    std::string why;
    long long embed[PlanMany::most_axes] = {1, 1, 1};
    long long stride = 1;
};

Type type_of(const Format& out, const Format& in) {
    const Format c64 = Format::number(Kind::complex, 64);
    const Format c128 = Format::number(Kind::complex, 128);
    const Format f32 = Format::of<float>();
    const Format f64 = Format::of<double>();
    const auto is = [&](const Format& from, const Format& to) { return in == from && out == to; };
    if (is(c64, c64)) return Type::c2c;
    if (is(f32, c64)) return Type::r2c;
    if (is(c64, f32)) return Type::c2r;
    if (is(c128, c128)) return Type::z2z;
    if (is(f64, c128)) return Type::d2z;
    if (is(c128, f64)) return Type::z2d;
    throw Error(errc::not_expressible, "cuFFT has no transform of " + in.to_string() + " to " + out.to_string());
}

bool is_real_to_complex(Type type) { return type == Type::r2c || type == Type::d2z; }
bool is_complex_to_real(Type type) { return type == Type::c2r || type == Type::z2d; }

Nest nest(const Side& side, const int* axes, int rank) {
    Nest result;
    const auto extent = [&](int i) { return side.view.shape()[axes[i]]; };
    const auto refuse = [&](int i, const std::string& why) {
        result.culprit = axes[i];
        result.why =
            std::string(side.name) + ": axis " + std::to_string(axes[i]) + " has a stride of " + std::to_string(side.strides[axes[i]]) + " elements; " + why;
        return result;
    };
    std::int64_t inner = 1;
    if (extent(rank - 1) > 1) {
        inner = side.strides[axes[rank - 1]];
        if (inner < 1) return refuse(rank - 1, "cuFFT takes positive ones alone");
    }
    result.stride = inner;
    for (int i = rank - 1; i >= 0; --i) result.embed[i] = extent(i);
    for (int i = rank - 1; i > 0; --i) {
        const std::int64_t outer = side.strides[axes[i - 1]];
        if (outer < 1) return refuse(i - 1, "cuFFT takes positive ones alone");
        if (outer % inner != 0) return refuse(i - 1, "cuFFT needs a multiple of the next axis's " + std::to_string(inner));
        if (outer / inner < extent(i))
            return refuse(i - 1, "cuFFT needs at least the " + std::to_string(extent(i)) + " times " + std::to_string(inner) + " of the next axis");
        result.embed[i] = outer / inner;
        inner = outer;
    }
    result.fits = true;
    return result;
}

/// The wanted axes, checked, in the caller's order.
int take_axes(const View& view, std::span<const int> axes, int* taken) {
    if (axes.empty() || axes.size() > PlanMany::most_axes) {
        throw Error(errc::invalid_argument, "a transform goes over 1 to 3 axes, not " + std::to_string(axes.size()));
    }
    int count = 0;
    for (const int axis : axes) {
        const int checked = view.layout().checked_axis(axis);
        if (std::find(taken, taken + count, checked) != taken + count)
            throw Error(errc::invalid_argument, "axis " + std::to_string(axis) + " is named twice", axis);
        taken[count++] = checked;
    }
    return count;
}

/// Leaves out axes of extent 1, whose transform changes nothing; at least one stays, and with real data the halved one.
int drop_ones(const View& logical, bool last_stays, int* axes, int rank) {
    int kept = 0;
    for (int i = 0; i < rank; ++i) {
        const bool is_last = i == rank - 1;
        if (logical.shape()[axes[i]] != 1 || (is_last && (last_stays || kept == 0))) axes[kept++] = axes[i];
    }
    return kept;
}

void check_shapes(const View& out, const View& in, Type type, int halved) {
    if (out.rank() != in.rank()) {
        throw Error(errc::bad_layout, "the sides have ranks " + std::to_string(in.rank()) + " and " + std::to_string(out.rank()) + "; they must be the same");
    }
    for (int axis = 0; axis < in.rank(); ++axis) {
        std::int64_t from = in.shape()[axis];
        std::int64_t to = out.shape()[axis];
        if (axis == halved && is_real_to_complex(type)) from = from / 2 + 1;
        if (axis == halved && is_complex_to_real(type)) to = to / 2 + 1;
        if (from != to) {
            throw Error(errc::bad_layout,
                        "axis " + std::to_string(axis) + " has extents " + std::to_string(in.shape()[axis]) + " and " + std::to_string(out.shape()[axis]) +
                            (axis == halved ? "; the complex side has n/2+1" : "; they must be the same"),
                        axis);
        }
    }
    if (in.layout().is_empty() || out.layout().is_empty()) throw Error(errc::bad_layout, "cuFFT transforms no arrays without elements");
}

/// Whether the sides may lie in the same memory: the very same elements, or real rows padded to hold their complex ones.
bool is_in_place(const View& out, const View& in, Type type, int halved) {
    if (out.data() != in.data()) return false;
    if (!is_real_to_complex(type) && !is_complex_to_real(type)) return out.layout() == in.layout();
    for (int axis = 0; axis < in.rank(); ++axis) {
        const bool moves = in.shape()[axis] > 1 || out.shape()[axis] > 1;
        if (!moves) continue;
        if (axis == halved) {
            if (in.shape()[axis] > 1 && in.strides()[axis] != in.itemsize()) return false;
            if (out.shape()[axis] > 1 && out.strides()[axis] != out.itemsize()) return false;
        } else if (in.strides()[axis] != out.strides()[axis]) {
            return false;
        }
    }
    return true;
}

void check_memory(const View& out, const View& in, Type type, int halved) {
    (void)out.mutable_data();
    if (internal_overlap(out.layout(), out.itemsize()) != Overlap::no)
        throw Error(errc::overlap, "elements of the result share memory: " + to_string(out.layout()));
    if (is_in_place(out, in, type, halved)) {
        // The complex rows of real data are longer: neighbours must not begin inside of them, which the result's own check has seen for one direction.
        if (is_complex_to_real(type) && internal_overlap(in.layout(), in.itemsize()) != Overlap::no)
            throw Error(errc::overlap, "elements of the input share memory");
        return;
    }
    if (mutual_overlap(reinterpret_cast<std::uintptr_t>(out.data()), out.layout(), out.itemsize(), reinterpret_cast<std::uintptr_t>(in.data()), in.layout(),
                       in.itemsize()) != Overlap::no) {
        throw Error(errc::overlap, "the sides share memory, and not as an in-place transform does: the same View, or real rows padded to 2*(n/2+1)");
    }
}

/// Finds an order of the axes in which both sides nest. The halved axis stays last.
void nest_both(PlanMany& plan, const Side& in, const Side& out, const View& logical, int* axes, int rank, bool last_stays) {
    int order[PlanMany::most_axes];
    std::copy(axes, axes + rank, order);
    int* const end = order + rank - (last_stays ? 1 : 0);
    for (int* to_place = order; to_place < end; ++to_place)
        std::iter_swap(to_place, std::min_element(to_place, end));  // permutations begin with the sorted one
    Nest best_in;
    Nest best_out;
    bool found = false;
    do {
        const Nest of_in = nest(in, order, rank);
        const Nest of_out = nest(out, order, rank);
        if (of_in.fits && of_out.fits) {
            plan.rank = rank;
            for (int i = 0; i < rank; ++i) plan.n[i] = logical.shape()[order[i]];
            std::copy(of_in.embed, of_in.embed + rank, plan.inembed);
            std::copy(of_out.embed, of_out.embed + rank, plan.onembed);
            plan.istride = of_in.stride;
            plan.ostride = of_out.stride;
            return;
        }
        if (!found || (of_in.fits != best_in.fits && of_in.fits)) {  // the nearest miss is told
            best_in = of_in;
            best_out = of_out;
            found = true;
        }
    } while (std::next_permutation(order, end));
    const Nest& culprit = best_in.fits ? best_out : best_in;
    throw Error(errc::bad_layout, culprit.why + "; contiguous() makes a copy that will do", culprit.culprit);
}

void fill_batch(PlanMany& plan, detail::SharedAxes& shared, Batches batches, std::int64_t out_itemsize, std::int64_t in_itemsize) {
    detail::join(shared, 2);
    plan.in = static_cast<const char*>(plan.in) + shared.start[1] * in_itemsize;
    plan.out = static_cast<char*>(plan.out) + shared.start[0] * out_itemsize;
    if (shared.count == 0) return;
    // The batch is the largest axis that cuFFT can say.
    int chosen = -1;
    for (int i = 0; i < shared.count; ++i) {
        if (shared.axes[i].stride[1] >= 1 && (chosen < 0 || shared.axes[i].extent > shared.axes[chosen].extent)) chosen = i;
    }
    if (batches == Batches::one) {
        if (shared.count > 1) {
            throw Error(errc::bad_layout,
                        "axis " + std::to_string(shared.axes[0].axis) +
                            " cannot be joined with the other axes into one distance between transforms on both sides; contiguous() makes a copy that will do, "
                            "Batches::several executes the plan more than once",
                        shared.axes[0].axis);
        }
        if (chosen < 0) {
            throw Error(errc::bad_layout,
                        "the input's axis " + std::to_string(shared.axes[0].axis) + " has a stride of " + std::to_string(shared.axes[0].stride[1]) +
                            " elements where the result runs forwards; cuFFT takes positive distances alone",
                        shared.axes[0].axis);
        }
    }
    for (int i = 0; i < shared.count; ++i) {
        const detail::SharedAxis& axis = shared.axes[i];
        if (i == chosen) {
            plan.batch = axis.extent;
            plan.odist = axis.stride[0];
            plan.idist = axis.stride[1];
        } else {
            plan.loop_extents.push_back(axis.extent);
            plan.loop_out_bytes.push_back(axis.stride[0] * out_itemsize);
            plan.loop_in_bytes.push_back(axis.stride[1] * in_itemsize);
        }
    }
}

}  // namespace

PlanMany plan_many(const View& out, const View& in, std::span<const int> axes, Batches batches) {
    PlanMany plan;
    plan.type = type_of(out.format(), in.format());
    (void)detail::cuda_number(in, "cuFFT");
    (void)detail::cuda_number(out, "cuFFT");
    int taken[PlanMany::most_axes] = {};
    int rank = take_axes(in, axes, taken);
    const bool real = is_real_to_complex(plan.type) || is_complex_to_real(plan.type);
    const int halved = real ? taken[rank - 1] : -1;
    check_shapes(out, in, plan.type, halved);
    const View& logical = is_complex_to_real(plan.type) ? out : in;
    const Side from{in, detail::element_strides(in, "cuFFT"), "the input"};
    const Side to{out, detail::element_strides(out, "cuFFT"), "the result"};

    detail::SharedAxes shared;
    for (int axis = 0; axis < in.rank(); ++axis) {
        if (std::find(taken, taken + rank, axis) == taken + rank) {
            shared.axes[shared.count++] = {axis, in.shape()[axis], {to.strides[axis], from.strides[axis], 0}};
        }
    }
    check_memory(out, in, plan.type, halved);
    rank = drop_ones(logical, real, taken, rank);
    nest_both(plan, from, to, logical, taken, rank, real);
    plan.in = in.data();
    plan.out = out.mutable_data();
    fill_batch(plan, shared, batches, out.itemsize(), in.itemsize());
    return plan;
}

}  // namespace ndlease::cufft
