// SPDX-License-Identifier: Apache-2.0
// The least that an mdspan is, for tests of conversions by concept: C++20 has none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace plain {

inline constexpr std::size_t dynamic = static_cast<std::size_t>(-1);

template <class Index, std::size_t... Static>
class extents {
public:
    using index_type = Index;
    using size_type = std::make_unsigned_t<Index>;
    static constexpr std::size_t rank() { return sizeof...(Static); }
    static constexpr std::size_t static_extent(std::size_t axis) { return std::array<std::size_t, sizeof...(Static)>{Static...}[axis]; }

    constexpr extents() = default;
    template <class... Indices>
    requires(sizeof...(Indices) == sizeof...(Static) && sizeof...(Indices) > 0) explicit constexpr extents(Indices... all)
        : values_{static_cast<Index>(all)...} {}
    [[nodiscard]] constexpr Index extent(std::size_t axis) const { return values_[axis]; }

private:
    std::array<Index, sizeof...(Static)> values_{};
};

/// Takes any strides; `Unique` is what it says about them.
template <bool Unique>
struct layout_strided {
    template <class Extents>
    class mapping {
    public:
        using extents_type = Extents;
        using index_type = typename Extents::index_type;
        using array = std::array<index_type, Extents::rank()>;
        constexpr mapping(const Extents& extents, const array& strides) : extents_(extents), strides_(strides) {}
        [[nodiscard]] constexpr const Extents& extents() const { return extents_; }
        [[nodiscard]] constexpr array strides() const { return strides_; }
        [[nodiscard]] constexpr index_type stride(std::size_t axis) const { return strides_[axis]; }
        static constexpr bool is_always_unique() { return Unique; }

    private:
        Extents extents_;
        array strides_;
    };
};
using layout_stride = layout_strided<true>;

/// Strides of any sign, and where element (0,...,0) is: what CCCL's layout_stride_relaxed is.
struct layout_relaxed {
    template <std::size_t Rank>
    class strides_of {
    public:
        template <class... Values>
        requires(sizeof...(Values) == Rank && Rank > 0) explicit constexpr strides_of(Values... values) : values_{static_cast<std::int64_t>(values)...} {}
        constexpr strides_of() = default;
        [[nodiscard]] constexpr std::int64_t stride(std::size_t axis) const { return values_[axis]; }

    private:
        std::array<std::int64_t, Rank == 0 ? 1 : Rank> values_{};
    };
    template <class Extents>
    class mapping {
    public:
        using extents_type = Extents;
        using index_type = typename Extents::index_type;
        using offset_type = std::int64_t;
        using strides_type = strides_of<Extents::rank()>;
        constexpr mapping(const Extents& extents, const strides_type& strides, offset_type offset = 0)
            : extents_(extents), strides_(strides), offset_(offset) {}
        [[nodiscard]] constexpr const Extents& extents() const { return extents_; }
        [[nodiscard]] constexpr const strides_type& strides() const { return strides_; }
        [[nodiscard]] constexpr offset_type stride(std::size_t axis) const { return strides_.stride(axis); }
        [[nodiscard]] constexpr offset_type offset() const { return offset_; }
        [[nodiscard]] constexpr bool is_strided() const { return offset_ == 0; }
        static constexpr bool is_always_unique() { return false; }
        /// The elements that it may reach, as an offset that is too small shows: negative.
        [[nodiscard]] constexpr std::int64_t lowest() const {
            std::int64_t low = offset_;
            for (std::size_t axis = 0; axis < Extents::rank(); ++axis) {
                if (stride(axis) < 0) low += (static_cast<std::int64_t>(extents_.extent(axis)) - 1) * stride(axis);
            }
            return low;
        }

    private:
        Extents extents_;
        strides_type strides_;
        offset_type offset_;
    };
};

template <bool FirstFastest>
struct layout_dense {
    template <class Extents>
    class mapping {
    public:
        using extents_type = Extents;
        using index_type = typename Extents::index_type;
        explicit constexpr mapping(const Extents& extents) : extents_(extents) {}
        [[nodiscard]] constexpr const Extents& extents() const { return extents_; }
        [[nodiscard]] constexpr index_type stride(std::size_t axis) const {
            index_type stride = 1;
            for (std::size_t i = 0; i < Extents::rank(); ++i) {
                if (FirstFastest ? i < axis : i > axis) stride = static_cast<index_type>(stride * extents_.extent(i));
            }
            return stride;
        }
        static constexpr bool is_always_unique() { return true; }

    private:
        Extents extents_;
    };
};
using layout_right = layout_dense<false>;
using layout_left = layout_dense<true>;

template <class T, class Extents, class Layout = layout_right>
class mdspan {
public:
    using element_type = T;
    using data_handle_type = T*;
    using extents_type = Extents;
    using mapping_type = typename Layout::template mapping<Extents>;
    using index_type = typename Extents::index_type;

    constexpr mdspan(T* data, const mapping_type& mapping) : data_(data), mapping_(mapping) {}
    [[nodiscard]] constexpr T* data_handle() const { return data_; }
    [[nodiscard]] constexpr const mapping_type& mapping() const { return mapping_; }
    [[nodiscard]] constexpr index_type extent(std::size_t axis) const { return mapping_.extents().extent(axis); }
    [[nodiscard]] constexpr index_type stride(std::size_t axis) const { return mapping_.stride(axis); }
    template <class... Indices>
    constexpr T& operator()(Indices... indices) const {
        const std::array<std::int64_t, sizeof...(Indices)> list{static_cast<std::int64_t>(indices)...};
        std::int64_t offset = 0;
        if constexpr (requires { mapping_.offset(); }) offset = mapping_.offset();
        for (std::size_t axis = 0; axis < list.size(); ++axis) offset += list[axis] * static_cast<std::int64_t>(mapping_.stride(axis));
        return data_[offset];
    }

private:
    T* data_;
    mapping_type mapping_;
};

}  // namespace plain
