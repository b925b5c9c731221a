// SPDX-License-Identifier: Apache-2.0
// TypedView: element access with the type and rank known at compile time; const-correct; converts to any mdspan.
#pragma once

#include <array>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include <ndlease/export.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/view.hpp>

/// Functions that device code may call too.
#if defined(__CUDACC__)
#define NDLEASE_HOST_DEVICE __host__ __device__
#else
#define NDLEASE_HOST_DEVICE
#endif

namespace ndlease {

namespace detail {

/// The checks of View::typed that do not depend on T; `user` is where the elements are accessed. Throws Error as it does.
NDLEASE_API void check_typed(const View& view, const Format& wanted, int rank, bool writes, std::int64_t alignment, Device user = Device::cpu());

/// What an mdspan type asks of a view. Lengths are the rank.
struct MdspanDemands {
    const std::size_t* static_extents;  ///< SIZE_MAX: any
    std::uint64_t largest_index;
    bool unique_strides;  ///< it takes strides and says that no two indices then mean the same element
    bool signed_index;
};

/// Turns byte strides into element strides, with those of axes that never move replaced by ones that every mdspan takes.
/// Throws Error as TypedView::to_mdspan does.
NDLEASE_API void mdspan_strides(int rank, const std::int64_t* extents, const std::int64_t* stride_bytes, std::int64_t itemsize, const MdspanDemands& demands,
                                std::int64_t* strides);

/// Throws that a mapping made from extents has another stride.
[[noreturn]] NDLEASE_API void throw_mdspan_stride(int axis, std::int64_t stride, std::int64_t wanted);

/// Throws Error{errc::overflow}: more elements lie before element (0,...,0) than the mapping's offset counts.
[[noreturn]] NDLEASE_API void throw_mdspan_offset(std::int64_t before, std::uint64_t most);

/// What a strided mapping is made from besides its extents: an array type of its own library (std::array, cuda::std::array).
template <class Mapping>
using MappingStrides = std::remove_cvref_t<decltype(std::declval<const Mapping&>().strides())>;

template <class Mapping>
concept TakesStrides = requires(MappingStrides<Mapping> strides) {
    Mapping(std::declval<const typename Mapping::extents_type&>(), strides);
};

/// A strided mapping that also takes where element (0,...,0) is, so that strides may run backwards (CCCL's layout_stride_relaxed).
template <class Mapping>
concept TakesOffset = requires(MappingStrides<Mapping> strides, typename Mapping::offset_type offset) {
    requires std::integral<typename Mapping::offset_type>;
    Mapping(std::declval<const typename Mapping::extents_type&>(), strides, offset);
};
template <class Mapping>
[[nodiscard]] constexpr bool has_signed_strides() {
    if constexpr (TakesOffset<Mapping>) {
        return std::is_signed_v<typename Mapping::offset_type>;
    } else {
        return std::is_signed_v<typename Mapping::extents_type::index_type>;
    }
}

}  // namespace detail

/// Any mdspan: std, cuda::std, Kokkos, or one of your own. Its mapping takes extents and strides (as layout_stride does), or
/// extents alone (layout_left, layout_right), and then answers for the strides that it has.
template <class M>
concept Mdspan = requires {
    typename M::element_type;
    typename M::data_handle_type;
    typename M::extents_type::index_type;
    typename M::mapping_type;
    { M::extents_type::rank() } -> std::convertible_to<std::size_t>;
    requires std::constructible_from<M, typename M::data_handle_type, typename M::mapping_type>;
};

/// An Mdspan that could show a TypedView<T, N>: rank and element type fit, const can only be added.
template <class M, class T, int N>
concept MdspanOf = Mdspan<M> &&(M::extents_type::rank() == static_cast<std::size_t>(N)) &&
                   std::convertible_to<T*, typename M::data_handle_type>&& std::same_as<std::remove_const_t<typename M::element_type>, std::remove_const_t<T>>;

/// A pointer, N extents and N byte strides, as plain values. It borrows: it holds no share of the lease, so keep the View (or
/// another owner of the memory) for as long as it is used. Trivially copyable; kernels take it by value.
template <class T, int N>
class TypedView {
    static_assert(N >= 0 && N <= max_rank, "ndlease: a rank is 0 to 64");
    static_assert(std::is_object_v<T> && !std::is_volatile_v<T>, "ndlease: T is an object type, const or not");

public:
    using element_type = T;
    using value_type = std::remove_const_t<T>;

    /// Nothing: every extent 0 (rank 0: no element to read).
    TypedView() = default;
    /// Of memory that the caller knows to hold it. View::typed() is the checked way.
    NDLEASE_HOST_DEVICE TypedView(T* data, const std::int64_t* extents, const std::int64_t* strides_bytes) noexcept : data_(data) {
        for (int axis = 0; axis < N; ++axis) {
            extents_[axis] = extents[axis];
            strides_[axis] = strides_bytes[axis];
        }
    }
    /// const may be added.
    template <class U>
    requires(std::same_as<const U, T> && !std::same_as<U, T>) NDLEASE_HOST_DEVICE TypedView(const TypedView<U, N>& other)
    noexcept : data_(other.data_handle()) {
        for (int axis = 0; axis < N; ++axis) {
            extents_[axis] = other.extent(axis);
            strides_[axis] = other.stride_bytes(axis);
        }
    }

    [[nodiscard]] NDLEASE_HOST_DEVICE static constexpr int rank() noexcept { return N; }
    [[nodiscard]] NDLEASE_HOST_DEVICE constexpr T* data_handle() const noexcept { return data_; }  ///< element (0,...,0)
    [[nodiscard]] NDLEASE_HOST_DEVICE constexpr std::int64_t extent(int axis) const noexcept {
        assert(axis >= 0 && axis < N);
        return extents_[axis];
    }
    [[nodiscard]] NDLEASE_HOST_DEVICE constexpr std::int64_t stride_bytes(int axis) const noexcept {
        assert(axis >= 0 && axis < N);
        return strides_[axis];
    }
    /// The number of elements.
    [[nodiscard]] NDLEASE_HOST_DEVICE constexpr std::int64_t size() const noexcept {
        std::uint64_t count = 1;  // unsigned: beside an extent of 0 the others' product need not fit
        for (int axis = 0; axis < N; ++axis) count *= static_cast<std::uint64_t>(extents_[axis]);
        return static_cast<std::int64_t>(count);
    }

    /// The element of N indices, each in [0, extent): asserted in debug builds, not checked else.
    template <class... Indices>
    requires(sizeof...(Indices) == static_cast<std::size_t>(N) && (std::convertible_to<Indices, std::int64_t> && ...)) [[nodiscard]] NDLEASE_HOST_DEVICE T&
    operator()(Indices... indices) const noexcept {
        const std::int64_t list[places] = {static_cast<std::int64_t>(indices)...};
        return at(list);
    }
    [[nodiscard]] T& operator[](const std::array<std::int64_t, static_cast<std::size_t>(N)>& indices) const noexcept { return at(indices.data()); }

    /// The same elements as an mdspan, implicitly or by name. Throws Error: errc::bad_layout, naming the axis, where a byte stride
    /// is no multiple of sizeof(T), a static extent differs, or the mapping has other strides (or, like layout_stride, takes
    /// only positive ones by which no element is met twice); errc::overflow where index_type is too narrow. A mapping that takes an offset as well
    /// (cuda::layout_stride_relaxed) is given the lowest address and strides of any sign.
    template <MdspanOf<T, N> M>
    [[nodiscard]] M to_mdspan() const {
        using Extents = typename M::extents_type;
        using Mapping = typename M::mapping_type;
        using Index = typename Extents::index_type;
        constexpr bool takes_strides = detail::TakesStrides<Mapping> || detail::TakesOffset<Mapping>;
        static_assert(takes_strides || std::constructible_from<Mapping, const Extents&>,
                      "ndlease: this mdspan's mapping is made neither from extents and strides nor from extents alone");

        return [this]<std::size_t... Axis>(std::index_sequence<Axis...>)->M {
            const std::size_t static_extents[places] = {static_cast<std::size_t>(Extents::static_extent(Axis))...};
            std::int64_t strides[places] = {};
            detail::mdspan_strides(N, extents_, strides_, static_cast<std::int64_t>(sizeof(T)),
                                   {static_extents, static_cast<std::uint64_t>(std::numeric_limits<Index>::max()), takes_strides && Mapping::is_always_unique(),
                                    detail::has_signed_strides<Mapping>()},
                                   strides);
            const Extents extents(static_cast<Index>(extents_[Axis])...);
            if constexpr (detail::TakesOffset<Mapping>) {
                using Offset = typename Mapping::offset_type;
                std::int64_t before = 0;  // elements before element (0,...,0): data points to the first of all, as such mappings want it
                for (int axis = 0; axis < N; ++axis) {
                    if (size() > 0 && strides[axis] < 0) before -= (extents_[axis] - 1) * strides[axis];
                }
                if (static_cast<std::uint64_t>(before) > static_cast<std::uint64_t>(std::numeric_limits<Offset>::max())) {
                    detail::throw_mdspan_offset(before, static_cast<std::uint64_t>(std::numeric_limits<Offset>::max()));
                }
                const detail::MappingStrides<Mapping> list(static_cast<Offset>(strides[Axis])...);
                return M(before == 0 ? data_ : data_ - before, Mapping(extents, list, static_cast<Offset>(before)));
            } else if constexpr (takes_strides) {
                detail::MappingStrides<Mapping> list{};
                ((list[Axis] = static_cast<Index>(strides[Axis])), ...);
                return M(data_, Mapping(extents, list));
            } else {
                const Mapping mapping(extents);
                if constexpr (N > 0) {
                    if (size() > 0) {
                        const auto check = [&](std::size_t axis) {
                            const auto has = static_cast<std::int64_t>(mapping.stride(axis));
                            if (extents_[axis] > 1 && has != strides[axis]) detail::throw_mdspan_stride(static_cast<int>(axis), strides[axis], has);
                        };
                        (check(Axis), ...);
                    }
                }
                return M(data_, mapping);
            }
        }
        (std::make_index_sequence<static_cast<std::size_t>(N)>{});
    }
    template <MdspanOf<T, N> M>
    [[nodiscard]] operator M() const {  // NOLINT(google-explicit-constructor): the same elements, seen as the reader's type
        return to_mdspan<M>();
    }

private:
    /// Arrays of length 0 do not exist.
    static constexpr int places = N == 0 ? 1 : N;

    [[nodiscard]] NDLEASE_HOST_DEVICE T& at(const std::int64_t* indices) const noexcept {
        using Byte = std::conditional_t<std::is_const_v<T>, const char, char>;
        std::int64_t offset = 0;
        for (int axis = 0; axis < N; ++axis) {
            assert(indices[axis] >= 0 && indices[axis] < extents_[axis]);
            offset += indices[axis] * strides_[axis];
        }
        return *reinterpret_cast<T*>(reinterpret_cast<Byte*>(data_) + offset);
    }

    T* data_ = nullptr;
    std::int64_t extents_[places] = {};
    std::int64_t strides_[places] = {};  // bytes
};

/// Element access on the host, or by value in kernels' arguments where the memory is reachable from the CPU as well. It borrows,
/// see TypedView. Throws Error: errc::not_expressible (the format is not T's, naming both), errc::bad_layout (another rank,
/// suboffsets, an address or a stride that is not aligned for T), errc::read_only (T is not const), errc::device (the CPU does not
/// reach the memory).
template <class T, int N>
TypedView<T, N> View::typed() const {
    detail::check_typed(*this, Format::of<std::remove_const_t<T>>(), N, !std::is_const_v<T>, static_cast<std::int64_t>(alignof(T)));
    // check_typed has seen to it that nobody writes through this when the view is read-only.
    return {static_cast<T*>(const_cast<void*>(data())), shape().data(), strides().data()};
}

}  // namespace ndlease
