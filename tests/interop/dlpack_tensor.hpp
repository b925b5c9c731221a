// SPDX-License-Identifier: Apache-2.0
// A producer's managed tensor, written member by member, that counts the calls of its deleter.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <initializer_list>
#include <string>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/interop/dlpack.hpp>

namespace ndlease::testing {

template <class Managed>
class Produced {
public:
    Produced() {
        if constexpr (requires { managed.version; }) managed.version = dlpack::version;
        managed.manager_ctx = this;
        managed.deleter = [](Managed* self) {
            auto& me = *static_cast<Produced*>(self->manager_ctx);
            EXPECT_EQ(self, &me.managed);
            ++me.deleted;
        };
        tensor().device = {1, 0};
        tensor().dtype = {2, 32, 1};
    }
    Produced(const Produced&) = delete;
    Produced& operator=(const Produced&) = delete;
    Produced& at(void* data, std::uint64_t byte_offset = 0) {
        tensor().data = data;
        tensor().byte_offset = byte_offset;
        return *this;
    }
    Produced& dtype(DlpackType type) {
        tensor().dtype = type;
        return *this;
    }
    Produced& on(std::int32_t device_type, std::int32_t device_id = 0) {
        tensor().device = {device_type, device_id};
        return *this;
    }
    /// Strides in elements; none: NULL.
    Produced& shaped(std::vector<std::int64_t> extents, std::vector<std::int64_t> steps = {}) {
        shape = std::move(extents);
        strides = std::move(steps);
        tensor().ndim = static_cast<std::int32_t>(shape.size());
        tensor().shape = shape.data();
        tensor().strides = strides.empty() ? nullptr : strides.data();
        return *this;
    }
    [[nodiscard]] dlpack::Tensor& tensor() { return managed.dl_tensor; }
    [[nodiscard]] View import(dlpack::ImportOptions options = {}) { return dlpack::import_view(&managed, std::move(options)); }
    /// The code of the refusal; ok when it was accepted (and released again).
    [[nodiscard]] errc refusal(std::string* message = nullptr, std::int64_t* index = nullptr) {
        try {
            (void)import();
            return errc::ok;
        } catch (const Error& error) {
            if (message != nullptr) *message = error.what();
            if (index != nullptr) *index = error.index();
            return error.code();
        }
    }

    Managed managed{};
    std::vector<std::int64_t> shape, strides;
    std::atomic<int> deleted{0};
};
using Versioned = Produced<dlpack::ManagedTensorVersioned>;
using Legacy = Produced<dlpack::ManagedTensor>;

/// An exported tensor that is given back at the end.
template <class Managed>
class Taken {
public:
    explicit Taken(Managed* tensor) : tensor_(tensor) {}
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    ~Taken() { dlpack::discard(tensor_); }
    [[nodiscard]] Managed* operator->() const { return tensor_; }
    [[nodiscard]] const dlpack::Tensor& tensor() const { return tensor_->dl_tensor; }
    [[nodiscard]] std::vector<std::int64_t> shape() const { return {tensor().shape, tensor().shape + tensor().ndim}; }
    [[nodiscard]] std::vector<std::int64_t> strides() const { return {tensor().strides, tensor().strides + tensor().ndim}; }
    /// Not given back here any more.
    [[nodiscard]] Managed* give() { return std::exchange(tensor_, nullptr); }

private:
    Managed* tensor_;
};

}  // namespace ndlease::testing
