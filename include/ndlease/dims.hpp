// SPDX-License-Identifier: Apache-2.0
// Checked arithmetic on sizes, and Dims: up to 64 extents or strides, the first 8 held inline.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>

#include <ndlease/export.hpp>

namespace ndlease {

/// The most dimensions that a Layout has (PEP 3118's PyBUF_MAX_NDIM).
inline constexpr int max_rank = 64;

/// a + b, a - b, a * b; each returns false, and leaves *out unspecified, when the result does not fit in 64 bits.
[[nodiscard]] inline bool add_fits(std::int64_t a, std::int64_t b, std::int64_t* out) noexcept { return !__builtin_add_overflow(a, b, out); }
[[nodiscard]] inline bool sub_fits(std::int64_t a, std::int64_t b, std::int64_t* out) noexcept { return !__builtin_sub_overflow(a, b, out); }
[[nodiscard]] inline bool mul_fits(std::int64_t a, std::int64_t b, std::int64_t* out) noexcept { return !__builtin_mul_overflow(a, b, out); }

/// The same, throwing Error{errc::overflow} that names `what` and both values.
[[nodiscard]] NDLEASE_API std::int64_t checked_add(std::int64_t a, std::int64_t b, const char* what);
[[nodiscard]] NDLEASE_API std::int64_t checked_sub(std::int64_t a, std::int64_t b, const char* what);
[[nodiscard]] NDLEASE_API std::int64_t checked_mul(std::int64_t a, std::int64_t b, const char* what);

/// A sequence of at most max_rank signed 64-bit numbers. At most 8 allocate nothing.
class Dims {
public:
    static constexpr int inline_capacity = 8;

    Dims() noexcept : size_(0) {}
    /// `count` times `value`. Throws Error{errc::out_of_range} above max_rank or below 0, as every growing call does.
    Dims(int count, std::int64_t value) : size_(0) { assign(count, value); }
    Dims(std::initializer_list<std::int64_t> values) : Dims(std::span<const std::int64_t>(values.begin(), values.size())) {}
    Dims(std::span<const std::int64_t> values) : size_(0) { assign(values); }  // NOLINT(google-explicit-constructor): a span is what Dims stands for
    Dims(const Dims& other) : size_(0) {
        if (other.on_heap()) {
            assign_slow(other.span());
        } else {
            copy_words(other);
        }
    }
    /// The other one is empty afterwards.
    Dims(Dims&& other) noexcept { take(other); }
    Dims& operator=(const Dims& other) {
        if (this != &other) assign(other.span());
        return *this;
    }
    Dims& operator=(Dims&& other) noexcept {
        if (this == &other) return *this;
        if (on_heap()) delete[] heap_;
        take(other);
        return *this;
    }
    ~Dims() {
        if (on_heap()) delete[] heap_;
    }

    [[nodiscard]] int size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] const std::int64_t* data() const noexcept { return on_heap() ? heap_ : inline_; }
    [[nodiscard]] std::int64_t* data() noexcept { return on_heap() ? heap_ : inline_; }
    [[nodiscard]] std::int64_t operator[](int i) const noexcept { return data()[i]; }
    [[nodiscard]] std::int64_t& operator[](int i) noexcept { return data()[i]; }
    [[nodiscard]] const std::int64_t* begin() const noexcept { return data(); }
    [[nodiscard]] const std::int64_t* end() const noexcept { return data() + size_; }
    [[nodiscard]] std::int64_t* begin() noexcept { return data(); }
    [[nodiscard]] std::int64_t* end() noexcept { return data() + size_; }
    /// Explicit; std::span also takes a Dims as the contiguous range it is.
    [[nodiscard]] std::span<const std::int64_t> span() const noexcept { return {data(), static_cast<std::size_t>(size_)}; }

    NDLEASE_API void assign(int count, std::int64_t value);
    void assign(std::span<const std::int64_t> values) {
        if (values.size() <= inline_capacity && !on_heap()) {
            size_ = static_cast<int>(values.size());
            for (int i = 0; i < size_; ++i) {
                inline_[i] = values[static_cast<std::size_t>(i)];
#if defined(__GNUC__)
                asm("");  // a loop of a few words, which a call of memmove is not worth
#endif
            }
        } else {
            assign_slow(values);
        }
    }
    void push_back(std::int64_t value) { insert(size_, value); }
    NDLEASE_API void insert(int position, std::int64_t value);
    NDLEASE_API void erase(int position) noexcept;
    void clear() noexcept { *this = Dims(); }
    void swap(Dims& other) noexcept { std::swap(*this, other); }

    friend bool operator==(const Dims& a, const Dims& b) noexcept { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

private:
    [[nodiscard]] bool on_heap() const noexcept { return size_ > inline_capacity; }
    NDLEASE_API void assign_slow(std::span<const std::int64_t> values);
    /// The numbers, or the pointer to the heap block. All inline numbers, whatever their count: a copy of constant length is a few instructions, and
    /// what one such copy has stored the next one loads without waiting for the cache.
    void copy_words(const Dims& other) noexcept {
        size_ = other.size_;
        if (size_ > 0) std::memcpy(inline_, other.inline_, sizeof(inline_));
    }
    /// For one that owns no heap block.
    void take(Dims& other) noexcept {
        copy_words(other);
        other.size_ = 0;
    }

    int size_;  // the heap block is in use exactly when size_ > inline_capacity, and holds max_rank numbers
    union {
        std::int64_t inline_[inline_capacity];
        std::int64_t* heap_;
    };
};

/// "(2,3)"; "()" when empty. Used in messages and by the tools.
[[nodiscard]] NDLEASE_API std::string to_string(const Dims& dims);

}  // namespace ndlease
