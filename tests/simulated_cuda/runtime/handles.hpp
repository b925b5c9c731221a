// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace simulated_cuda {

/// Opaque handles for objects. A number is never given out twice, so a dead handle is known as such for the life of the program.
template <class T, class Handle>
class Handles {
public:
    explicit Handles(std::uintptr_t tag) : tag_(tag << 40) {}

    Handle add(std::unique_ptr<T> object) {
        slots_.push_back(std::move(object));
        ++live_;
        return handle_of(first_ + slots_.size() - 1);
    }
    /// Null for handles that are dead or were never given out.
    [[nodiscard]] T* find(Handle handle) const {
        const std::uintptr_t number = (reinterpret_cast<std::uintptr_t>(handle) - tag_) >> 4U;
        const std::uintptr_t slot = number - first_;
        return number >= first_ && slot < slots_.size() ? slots_[slot].get() : nullptr;
    }
    [[nodiscard]] bool known(Handle handle) const {
        const std::uintptr_t number = (reinterpret_cast<std::uintptr_t>(handle) - tag_) >> 4U;
        return number >= 1 && number < first_ + slots_.size();
    }
    std::unique_ptr<T> take(Handle handle) {
        --live_;
        return std::move(slots_[((reinterpret_cast<std::uintptr_t>(handle) - tag_) >> 4U) - first_]);
    }
    void clear() {
        first_ += slots_.size();
        slots_.clear();
        live_ = 0;
    }
    /// The number that the next object gets.
    [[nodiscard]] std::uintptr_t next() const { return first_ + slots_.size(); }
    [[nodiscard]] Handle handle_of(std::uintptr_t number) const { return reinterpret_cast<Handle>(tag_ + (number << 4U)); }
    [[nodiscard]] std::size_t live() const { return live_; }
    [[nodiscard]] auto begin() const { return slots_.begin(); }
    [[nodiscard]] auto end() const { return slots_.end(); }

private:
    std::uintptr_t tag_, first_ = 1;
    std::size_t live_ = 0;
    std::vector<std::unique_ptr<T>> slots_;
};

}  // namespace simulated_cuda
