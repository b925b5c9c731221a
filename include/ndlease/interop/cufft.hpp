// SPDX-License-Identifier: Apache-2.0
// Views as cuFFT's advanced data layout: n, inembed, istride, idist and their like for a transform over any axes. No header of cuFFT is needed:
// `plan_many` computes numbers, and `make_plan` finds cuFFT's own function where the program includes <cufft.h>.
// Source: cuFFT 13.0 documentation, "Advanced Data Layout": element (x0,x1,x2) of transform b is at
// b*dist + ((x0*embed[1] + x1)*embed[2] + x2)*stride; as in FFTW, each embed is at least the extent that it embeds.
#pragma once

#include <cstdint>
#include <span>

#include <ndlease/dims.hpp>
#include <ndlease/export.hpp>
#include <ndlease/interop/elements.hpp>
#include <ndlease/view.hpp>

namespace ndlease::cufft {

/// cufftType's numbers.
enum class Type : int { c2c = 0x29, r2c = 0x2a, c2r = 0x2c, z2z = 0x69, d2z = 0x6a, z2d = 0x6c };

/// What cufftPlanMany is called with. Strides, distances and embeds are elements of their side.
struct PlanMany {
    static constexpr int most_axes = 3;
    Type type = Type::c2c;
    int rank = 1;
    long long n[most_axes] = {1, 1, 1};
    long long inembed[most_axes] = {1, 1, 1};
    long long istride = 1, idist = 1;
    long long onembed[most_axes] = {1, 1, 1};
    long long ostride = 1, odist = 1;
    long long batch = 1;
    const void* in = nullptr;  ///< element (0,...,0) of the first transform
    void* out = nullptr;
    /// Axes over which the plan is executed again and again, each time these bytes further (only with Batches::several). Most plans have none.
    Dims loop_extents, loop_in_bytes, loop_out_bytes;
};

enum class Batches : std::uint8_t {
    one,      ///< all other axes must join into one stride of transforms: one execution does it all
    several,  ///< the largest of them are the plan's batch; over the others the plan is executed in a loop (for_each_execution)
};

/// A transform over `axes` (1 to 3, from the end when negative) of every array along the other axes. The formats say the type: complex to complex, or
/// real to complex and back, where the last of `axes` has n/2+1 elements on the complex side. In place: the same View twice, or for real and complex data
/// the padded rows that cuFFT documents. The other axes are joined into one batch, in any order that fits both sides.
/// Orders nothing: hold an Access on each View, and see that the stream's device reaches them.
/// Throws Error: errc::invalid_argument (no axes, more than 3, one named twice), errc::out_of_range (an axis), errc::bad_layout (shapes do not match; no
/// elements; strides that do not nest, index() is the axis, a copy by contiguous() will do), errc::not_expressible (formats), errc::read_only, errc::overlap.
[[nodiscard]] NDLEASE_API PlanMany plan_many(const View& out, const View& in, std::span<const int> axes, Batches batches = Batches::one);
[[nodiscard]] inline PlanMany plan_many(const View& out, const View& in, std::initializer_list<int> axes, Batches batches = Batches::one) {
    return plan_many(out, in, std::span<const int>(axes.begin(), axes.size()), batches);
}

/// Calls cufftMakePlanMany64 for a plan that cufftCreate made, and returns its cufftResult; `work_bytes` as there. Needs <cufft.h>: make_plan<cufftType>(...).
template <class CufftType>
auto make_plan(int handle, const PlanMany& p, std::size_t* work_bytes) {
    PlanMany copy = p;  // cuFFT takes pointers to non-const
    return cufftMakePlanMany64(handle, copy.rank, copy.n, copy.inembed, copy.istride, copy.idist, copy.onembed, copy.ostride, copy.odist,
                               static_cast<CufftType>(copy.type), copy.batch, work_bytes);
}

/// Calls execute(in, out) with the addresses of each execution: once, unless the plan has loops.
template <class Execute>
void for_each_execution(const PlanMany& p, Execute&& execute) {
    Dims index(p.loop_extents.size(), 0);
    for (;;) {
        std::int64_t in = 0;
        std::int64_t out = 0;
        for (int i = 0; i < index.size(); ++i) {
            in += index[i] * p.loop_in_bytes[i];
            out += index[i] * p.loop_out_bytes[i];
        }
        execute(static_cast<const void*>(static_cast<const char*>(p.in) + in), static_cast<void*>(static_cast<char*>(p.out) + out));
        int axis = index.size() - 1;
        while (axis >= 0 && ++index[axis] == p.loop_extents[axis]) index[axis--] = 0;
        if (axis < 0) return;
    }
}

}  // namespace ndlease::cufft
