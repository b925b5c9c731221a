// SPDX-License-Identifier: Apache-2.0
// All protocols that carry CUDA memory against all, and the page that says so.
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "cuda/on_device.hpp"
#include "interop/protocols.hpp"

#include <ndlease/lease.hpp>
#include <ndlease/memory.hpp>

namespace ndlease::testing {
namespace {

class device_protocol_matrix : public OnDevice {
protected:
    // Nothing is captured here; no consumer names a stream.
    void SetUp() override {
        OnDevice::SetUp();
        before_ = set_device_wait(DeviceWait::automatic);
    }
    void TearDown() override {
        (void)set_device_wait(before_);
        OnDevice::TearDown();
    }

private:
    DeviceWait before_ = DeviceWait::on_request;
};

TEST_F(device_protocol_matrix, is_what_the_documentation_says) {
    const View block = allocate(Format(), {4096}, Order::c, memory_of(Device::cuda(0)));
    std::vector<std::string> failures;
    const std::string tables = protocol_tables(device_protocols(), block, failures);
    for (const std::string& failure : failures) ADD_FAILURE() << failure;
    EXPECT_EQ(check_documented("cuda memory", tables), "");
    for (int i = 0; i < 5000 && block.lease().holders() > 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(block.lease().holders(), 1) << "an object was not given back";
}

}  // namespace
}  // namespace ndlease::testing
