// SPDX-License-Identifier: Apache-2.0
// Says first what the tests ran on.
#include <gtest/gtest.h>

#include <iostream>
#include <string_view>

#include <ndlease/device.hpp>

int main(int argc, char** argv) {
    using namespace ndlease;
    ::testing::InitGoogleTest(&argc, argv);
    if (!GTEST_FLAG_GET(list_tests)) {
        if (std::string_view(cuda_backend_name()) == "simulated cuda") {
            std::cout << "simulated CUDA\n";
        } else if (cuda_device_count() == 0) {
            std::cout << cuda_absence() << '\n';
        } else {
            for (int i = 0; i < cuda_device_count(); ++i) std::cout << "CUDA device: " << device_properties(Device::cuda(i)).name << '\n';
        }
    }
    return RUN_ALL_TESTS();
}
