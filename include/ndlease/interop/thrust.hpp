// SPDX-License-Identifier: Apache-2.0
// Thrust: its vectors as Views, and an execution policy that is the scope of an Access. The elements of Views as iterators are in element_iterator.hpp.
// No header of Thrust is needed: the templates go by the names of members. Source: CCCL 3.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include <ndlease/access.hpp>
#include <ndlease/device.hpp>
#include <ndlease/element_iterator.hpp>
#include <ndlease/error.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/keep_alive.hpp>
#include <ndlease/stream.hpp>
#include <ndlease/view.hpp>

namespace ndlease {

namespace detail {

/// The plain pointer of a vector, whatever its own pointer type is.
template <class V>
[[nodiscard]] auto* vector_data(V& vector) {
    if constexpr (std::is_pointer_v<decltype(vector.data())>) {
        return vector.data();
    } else {
        return vector.data().get();
    }
}

}  // namespace detail

/// thrust::host_vector, device_vector, universal_vector, and whatever has their data(), size() and value_type.
template <class V>
concept VectorLike = requires(V& vector) {
    typename V::value_type;
    vector.size();
    detail::vector_data(vector);
};

/// A View of rank 1 that borrows the vector's elements: it must not be resized or destroyed while Views are left (options.lock tells). Read-only where the
/// vector is const. The device is what CUDA knows of the pointer. Throws Error{errc::device}, and what View::lend throws.
template <VectorLike V>
[[nodiscard]] View import_vector(V& vector, LendOptions options = {}) {
    auto* const data = detail::vector_data(vector);
    using T = std::remove_pointer_t<decltype(data)>;
    options.read_only = options.read_only || std::is_const_v<T>;
    void* const address = const_cast<std::remove_const_t<T>*>(data);
    return View::lend(address, pointer_properties(address).device, Format::of<T>(),
                      Layout::c_order({static_cast<std::int64_t>(vector.size())}, static_cast<std::int64_t>(sizeof(T))), std::move(options));
}
/// The View owns the vector: import_vector(own(std::move(vector))). With the default policy the releasing thread waits for every recorded use before the vector
/// is destroyed.
template <VectorLike V>
[[nodiscard]] View import_vector(Owned<V> vector, LendOptions options = {}) {
    return detail::lend_with_owner(import_vector(*vector), vector, std::move(options));
}

/// How an algorithm uses a View.
struct ViewUse {
    const View& view;
    Use use;
};
[[nodiscard]] inline ViewUse reads(const View& view) noexcept { return {view, Use::read}; }
[[nodiscard]] inline ViewUse writes(const View& view) noexcept { return {view, Use::write}; }

namespace detail {

struct Entry {
    ViewUse use;
    StreamRef stream;
};
/// One of the Accesses of a scope, which cannot be moved: made in its place.
template <std::size_t>
struct Entered {
    explicit Entered(const Entry& entry) : access(entry.use.view, entry.stream, entry.use.use) {}
    Access access;
};
template <class Indices>
struct Accesses;
template <std::size_t... I>
struct Accesses<std::index_sequence<I...>> {
    using type = std::tuple<Entered<I>...>;
};

}  // namespace detail

/// The Access scope of all Views that algorithms on one stream use, and the policy to call them with:
///
///     {
///         const PolicyScope scope(thrust::cuda::par_nosync, stream, writes(column));
///         thrust::sort(scope.policy(), range.begin(), range.end());
///     }
///
/// Entering orders the stream after the Views' pending work and earlier uses, leaving records the use. For policies without streams (thrust::cpp::par,
/// thrust::omp::par, std::execution) the stream is the host's, and entering waits.
template <class Policy, std::size_t Count>
class PolicyScope {
public:
    /// Throws Error: errc::invalid_argument (a policy without streams and a stream of a device, or the other way round), and what Access throws.
    template <class... Uses>
    requires(sizeof...(Uses) == Count && (std::same_as<Uses, ViewUse> && ...)) PolicyScope(const Policy& policy, StreamRef stream, Uses... uses)
        : policy_(checked(policy, stream)), stream_(stream), accesses_(detail::Entry{uses, stream}...) {}
    PolicyScope(const PolicyScope&) = delete;
    PolicyScope& operator=(const PolicyScope&) = delete;

    [[nodiscard]] auto policy() const {
        if constexpr (has_streams) {
            return policy_.on(stream_.cuda());
        } else {
            return policy_;
        }
    }
    [[nodiscard]] StreamRef stream() const noexcept { return stream_; }

private:
    static constexpr bool has_streams = requires(const Policy& policy, CUstream_st* stream) { policy.on(stream); };
    static const Policy& checked(const Policy& policy, StreamRef stream) {
        if (has_streams == stream.is_host()) {
            throw Error(errc::invalid_argument, has_streams ? "this policy runs on a stream of a device, not on the host"
                                                            : "this policy runs on the host, not on " + to_string(stream));
        }
        return policy;
    }

    Policy policy_;
    StreamRef stream_;
    typename detail::Accesses<std::make_index_sequence<Count>>::type accesses_;
};
template <class Policy, class... Uses>
PolicyScope(const Policy&, StreamRef, Uses...) -> PolicyScope<Policy, sizeof...(Uses)>;

}  // namespace ndlease
