// SPDX-License-Identifier: Apache-2.0
#include <ndlease/dims.hpp>

#include <cstring>
#include <memory>
#include <utility>

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

[[noreturn]] void throw_overflow(std::int64_t a, char operation, std::int64_t b, const char* what) {
    throw Error(errc::overflow, std::string(what) + ": " + std::to_string(a) + ' ' + operation + ' ' + std::to_string(b) + " does not fit in 63 bits");
}

void check_count(std::size_t count) {
    if (count > static_cast<std::size_t>(max_rank)) {
        throw Error(errc::out_of_range, std::to_string(count) + " dimensions; at most " + std::to_string(max_rank) + " are supported");
    }
}

}  // namespace

std::int64_t checked_add(std::int64_t a, std::int64_t b, const char* what) {
    std::int64_t result = 0;
    if (!add_fits(a, b, &result)) throw_overflow(a, '+', b, what);
    return result;
}

std::int64_t checked_sub(std::int64_t a, std::int64_t b, const char* what) {
    std::int64_t result = 0;
    if (!sub_fits(a, b, &result)) throw_overflow(a, '-', b, what);
    return result;
}

std::int64_t checked_mul(std::int64_t a, std::int64_t b, const char* what) {
    std::int64_t result = 0;
    if (!mul_fits(a, b, &result)) throw_overflow(a, '*', b, what);
    return result;
}

void Dims::assign(int count, std::int64_t value) {
    if (count < 0) throw Error(errc::out_of_range, std::to_string(count) + " dimensions; there cannot be fewer than 0");
    check_count(static_cast<std::size_t>(count));
    std::int64_t values[max_rank];
    std::fill_n(values, count, value);
    assign(std::span<const std::int64_t>(values, static_cast<std::size_t>(count)));
}

void Dims::assign_slow(std::span<const std::int64_t> values) {
    check_count(values.size());
    // `values` may lie in this object, and the inline numbers and the heap pointer share their bytes.
    if (values.size() > inline_capacity) {
        auto block = std::make_unique<std::int64_t[]>(max_rank);
        std::copy(values.begin(), values.end(), block.get());
        if (on_heap()) delete[] heap_;
        heap_ = block.release();
    } else {
        std::int64_t* const old = on_heap() ? heap_ : nullptr;
        std::int64_t kept[inline_capacity];
        std::copy(values.begin(), values.end(), kept);
        std::copy_n(kept, values.size(), inline_);
        delete[] old;
    }
    size_ = static_cast<int>(values.size());
}

void Dims::insert(int position, std::int64_t value) {
    std::int64_t values[max_rank + 1];
    const std::int64_t* const old = data();
    std::copy_n(old, position, values);
    values[position] = value;
    std::copy_n(old + position, size_ - position, values + position + 1);
    assign(std::span<const std::int64_t>(values, static_cast<std::size_t>(size_) + 1));
}

void Dims::erase(int position) noexcept {
    std::int64_t* const numbers = data();
    std::copy(numbers + position + 1, numbers + size_, numbers + position);
    if (size_ - 1 == inline_capacity) {
        std::int64_t* const old = heap_;
        std::int64_t kept[inline_capacity];
        std::copy_n(old, inline_capacity, kept);
        std::copy_n(kept, inline_capacity, inline_);
        delete[] old;
    }
    --size_;
}

void Dims::swap(Dims& other) noexcept {
    if (size_ == 0) {  // as every move finds it: nothing to keep
        if (other.size_ == 0) return;
        std::memcpy(inline_, other.inline_, sizeof(inline_));
        size_ = std::exchange(other.size_, 0);
        return;
    }
    if (this == &other) return;
    std::int64_t kept[inline_capacity];
    static_assert(sizeof(kept) == sizeof(inline_));
    std::memcpy(kept, inline_, sizeof(inline_));
    std::memcpy(inline_, other.inline_, sizeof(inline_));
    std::memcpy(other.inline_, kept, sizeof(inline_));
    std::swap(size_, other.size_);
}

std::string to_string(const Dims& dims) {
    std::string text = "(";
    for (int i = 0; i < dims.size(); ++i) {
        if (i > 0) text += ',';
        text += std::to_string(dims[i]);
    }
    return text + ')';
}

}  // namespace ndlease
