// SPDX-License-Identifier: Apache-2.0
// The C exchange table, with a framework that is made of plain functions.
#include <array>
#include <string>

#include "interop/dlpack_tensor.hpp"

#include <ndlease/format_types.hpp>

namespace ndlease::testing {
namespace {

using dlpack::ExchangeApi;
using dlpack::ExchangeApiHeader;

/// Python objects of this framework are pointers to Versioned.
ExchangeApi framework(std::uint32_t major = 1) {
    ExchangeApi api{};
    api.header = {{major, 3}, nullptr};
    api.managed_tensor_from_py_object_no_sync = [](void* object, dlpack::ManagedTensorVersioned** out) {
        if (object == nullptr) return -1;
        *out = &static_cast<Versioned*>(object)->managed;
        return 0;
    };
    return api;
}

TEST(DlpackExchange, the_newest_known_table_is_found) {
    ExchangeApi one = framework(1), two = framework(2), three = framework(3);
    two.header.prev_api = &one.header;
    three.header.prev_api = &two.header;
    EXPECT_EQ(dlpack::find_exchange_api(&three.header), &one);
    EXPECT_EQ(dlpack::find_exchange_api(&one.header), &one);
    one.header.version.major = 0;
    EXPECT_EQ(dlpack::find_exchange_api(&three.header), nullptr);
    EXPECT_EQ(dlpack::find_exchange_api(nullptr), nullptr);
}

TEST(DlpackExchange, an_object_becomes_a_view_that_owns_its_tensor) {
    float data[3] = {};
    Versioned object;
    object.at(data).shaped({3}, {1});
    { EXPECT_EQ(dlpack::import_object(framework(), &object).data(), data); }
    EXPECT_EQ(object.deleted, 1);
}

TEST(DlpackExchange, a_tensor_that_cannot_be_imported_is_given_back_once) {
    Versioned object;
    object.shaped({3}, {1});
    EXPECT_THROW((void)dlpack::import_object(framework(), &object), Error) << "NULL data";
    EXPECT_EQ(object.deleted, 1);
    object.managed.version = {2, 0};
    EXPECT_THROW((void)dlpack::import_object(framework(), &object), Error);
    EXPECT_EQ(object.deleted, 2);
}

TEST(DlpackExchange, a_framework_that_refuses_is_an_error) {
    EXPECT_THROW((void)dlpack::import_object(framework(), nullptr), Error);
    EXPECT_THROW((void)dlpack::import_object(framework(2), nullptr), Error);
    ExchangeApi asks_no_stream = framework();
    asks_no_stream.current_work_stream = [](std::int32_t, std::int32_t, void**) { return -1; };
    float data[1] = {};
    Versioned object;
    object.at(data).shaped({1}, {1}).on(2);
    EXPECT_THROW((void)dlpack::import_object(asks_no_stream, &object), Error);
    EXPECT_EQ(object.deleted, 1);
}

struct Refusal {
    std::string kind, message;
    static void set(void* context, const char* kind, const char* message) { *static_cast<Refusal*>(context) = {kind, message}; }
};

TEST(DlpackExchange, the_allocator_makes_a_tensor_like_the_prototype) {
    Versioned prototype;
    prototype.shaped({2, 3}, {1, 2}).dtype({2, 64, 1});
    dlpack::ManagedTensorVersioned* made = nullptr;
    Refusal refusal;
    ASSERT_EQ(dlpack::allocate_tensor(&prototype.tensor(), &made, &refusal, &Refusal::set), 0) << refusal.message;
    const Taken tensor(made);
    EXPECT_EQ(tensor.shape(), (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(tensor.strides(), (std::vector<std::int64_t>{3, 1}));
    EXPECT_EQ(tensor.tensor().dtype, (DlpackType{2, 64, 1}));
    auto* const elements = reinterpret_cast<double*>(static_cast<std::byte*>(tensor.tensor().data) + tensor.tensor().byte_offset);
    for (int i = 0; i < 6; ++i) elements[i] = i;  // the sanitizers say whether that is ours
}

TEST(DlpackExchange, the_allocator_says_why_it_cannot) {
    struct {
        std::vector<std::int64_t> shape;
        DlpackType type;
        std::int32_t device;
        const char* kind;
    } const cases[] = {
        {{-1}, {2, 32, 1}, 1, "ValueError"},
        {{4}, {99, 32, 1}, 1, "ValueError"},
        {{std::int64_t{1} << 62}, {2, 64, 1}, 1, "ValueError"},
#if !defined(__SANITIZE_ADDRESS__)  // which ends the process where a new fails
        {{std::int64_t{1} << 45, 1 << 10}, {2, 64, 1}, 1, "MemoryError"},
#endif
    };
    for (const auto& c : cases) {
        Versioned prototype;
        prototype.shaped(c.shape).dtype(c.type).on(c.device);
        dlpack::ManagedTensorVersioned* made = nullptr;
        Refusal refusal;
        EXPECT_EQ(dlpack::allocate_tensor(&prototype.tensor(), &made, &refusal, &Refusal::set), -1);
        EXPECT_EQ(refusal.kind, c.kind) << refusal.message;
        EXPECT_EQ(made, nullptr);
        EXPECT_EQ(dlpack::allocate_tensor(&prototype.tensor(), &made, nullptr, nullptr), -1);
    }
    EXPECT_EQ(dlpack::allocate_tensor(nullptr, nullptr, nullptr, nullptr), -1);
}

}  // namespace
}  // namespace ndlease::testing
