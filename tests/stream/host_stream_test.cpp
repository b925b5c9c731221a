// SPDX-License-Identifier: Apache-2.0
// Streams and events where there is no device: the host is a stream on which everything is done at once.
#include <gtest/gtest.h>

#include <type_traits>

#include <ndlease/access.hpp>
#include <ndlease/error.hpp>
#include <ndlease/stream.hpp>

namespace ndlease {
namespace {

static_assert(!std::is_constructible_v<StreamRef, std::nullptr_t>);
static_assert(!std::is_constructible_v<StreamRef, int>);
static_assert(!std::is_convertible_v<Stream, StreamRef>, "a temporary stream would dangle");
static_assert(std::is_convertible_v<const Stream&, StreamRef>);

TEST(HostStream, is_idle_and_waits_for_nothing) {
    const StreamRef host;
    EXPECT_TRUE(host.is_host() && host.is_idle());
    EXPECT_FALSE(host.is_capturing() || host.is_legacy_default() || host.is_per_thread_default());
    EXPECT_EQ(host, StreamRef::host());
    EXPECT_EQ(host.id(), 0U);
    EXPECT_EQ(to_string(host), "host");
    host.synchronize();
    const Event event = Event::record(host);
    EXPECT_TRUE(event.is_done());
    EXPECT_EQ(event.cuda(), nullptr);
    host.wait(event);
    event.synchronize();
    try {
        (void)host.to_integer();
        ADD_FAILURE() << "the host was given a number";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::not_expressible);
    }
}

TEST(HostStream, an_access_of_it_orders_and_records_nothing) {
    float value = 0;
    int callbacks = 0;
    View view = View::lend(&value, Device::cpu(), Format::number(Kind::floating, 32), Layout({}, {}), {.release = [&](const ReleaseInfo&) { ++callbacks; }});
    {
        Access use(view, StreamRef::host());
        use.leave();
        use.leave();
    }
    { const Access borrowed(View(), StreamRef::host(), Use::read); }
    view = View();
    EXPECT_EQ(callbacks, 1);
}

TEST(HostStream, policies_compare_and_an_order_of_the_host_is_a_wait) {
    EXPECT_EQ(ReleasePolicy::in_order_of(StreamRef::host()), ReleasePolicy::wait());
    EXPECT_FALSE(ReleasePolicy::wait() == ReleasePolicy::deferred());
    EXPECT_TRUE(PendingWork(StreamRef::host()).is_none());
    EXPECT_TRUE(PendingWork(Event()).is_none());
}

TEST(HostStream, a_build_without_cuda_says_so) {
    if (std::string(cuda_backend_name()) != "none") GTEST_SKIP() << "this build has a CUDA backend: " << cuda_backend_name();
    for (const auto& make : {+[] { (void)StreamRef::legacy_default(Device::cuda(0)); }, +[] { (void)StreamRef::from_integer(2, Device::cuda(0)); },
                             +[] { (void)Stream::make(Device::cuda(0)); }}) {
        try {
            make();
            ADD_FAILURE() << "a stream was made without a backend";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), errc::not_supported);
            EXPECT_NE(std::string(error.what()).find("NDLEASE_CUDA"), std::string::npos) << error.what();
        }
    }
}

}  // namespace
}  // namespace ndlease
