// SPDX-License-Identifier: Apache-2.0
#include <ndlease/device.hpp>

#include <gtest/gtest.h>

#include <ndlease/error.hpp>

namespace ndlease {
namespace {

TEST(Device, names_round_trip) {
    for (const char* text : {"cpu", "cuda:0", "cuda:7", "cuda_host", "cuda_managed", "rocm:1", "trn:2", "tpu:1", "tpu_host", "ascend:3"}) {
        EXPECT_EQ(to_string(parse_device(text)), text);
    }
    EXPECT_EQ(parse_device("cuda"), Device::cuda(0));
    EXPECT_EQ(to_string(Device{static_cast<DeviceType>(99), 3}), "device(99):3");
}

TEST(Device, nonsense_is_refused_with_the_text) {
    for (const char* text : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:-0", "cuda:1 ", "cuda:99999999999", ":0", "CPU"}) {
        try {
            (void)parse_device(text);
            ADD_FAILURE() << "accepted '" << text << "'";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), errc::invalid_argument);
            EXPECT_NE(std::string(error.what()).find("'" + std::string(text) + "'"), std::string::npos) << error.what();
        }
    }
}

TEST(Device, reach_follows_the_kind_of_memory) {
    EXPECT_TRUE(reachable_from(Device::cpu(), Device::cpu()));
    EXPECT_TRUE(reachable_from(Device::cuda_host(), Device::cpu()));
    EXPECT_TRUE(reachable_from(Device::cuda_managed(), Device::cpu()));
    EXPECT_TRUE(reachable_from(Device::cuda_host(), Device::cuda(1)));
    EXPECT_TRUE(reachable_from(Device::cuda_managed(), Device::cuda(1)));
    EXPECT_TRUE(reachable_from(Device::cuda(1), Device::cuda(1)));
    EXPECT_FALSE(reachable_from(Device::cuda(0), Device::cuda(1)));
    EXPECT_FALSE(reachable_from(Device::cuda(0), Device::cpu()));
    EXPECT_FALSE(reachable_from(Device::cpu(), Device::cuda(0)));
}

}  // namespace
}  // namespace ndlease
