// SPDX-License-Identifier: Apache-2.0
// What tests of the stream operations share.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "backend/backend.hpp"
#include "stream/operations.hpp"

namespace ndlease::testing {

[[nodiscard]] inline const detail::StreamOperations& operations() { return *detail::cuda_stream_operations(); }

/// For what a test needs to go on: ASSERT_TRUE(succeeds(...)).
[[nodiscard]] inline ::testing::AssertionResult succeeds(const detail::Result& result) {
    if (result.ok()) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << operations().describe(result);
}

/// A stream, made and destroyed by the operations themselves.
class NativeStreamOwner {
public:
    explicit NativeStreamOwner(int device) : stream_{device, nullptr} { EXPECT_TRUE(succeeds(operations().make_stream(device, 0, &stream_.handle))); }
    NativeStreamOwner(const NativeStreamOwner&) = delete;
    NativeStreamOwner& operator=(const NativeStreamOwner&) = delete;
    ~NativeStreamOwner() { EXPECT_TRUE(succeeds(operations().destroy_stream(stream_))); }
    [[nodiscard]] detail::NativeStream get() const { return stream_; }

private:
    detail::NativeStream stream_;
};

class NativeEventOwner {
public:
    explicit NativeEventOwner(int device) : device_(device) { EXPECT_TRUE(succeeds(operations().make_event(device, &event_))); }
    NativeEventOwner(const NativeEventOwner&) = delete;
    NativeEventOwner& operator=(const NativeEventOwner&) = delete;
    ~NativeEventOwner() { operations().destroy_event(device_, event_); }
    [[nodiscard]] void* get() const { return event_; }

private:
    int device_;
    void* event_ = nullptr;
};

}  // namespace ndlease::testing
