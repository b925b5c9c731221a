// SPDX-License-Identifier: Apache-2.0
// Memory that runs out at any allocation of an import or export: nothing is taken, nothing is lost. A program of its own: it replaces operator new.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <new>

#include <ndlease/error.hpp>
#include <ndlease/interop/arrow.hpp>

#include "interop/arrow_producer.hpp"

namespace {

int allowed = -1;  // allocations until one fails; below 0: all work

void* allocate(std::size_t bytes) {
    if (allowed == 0) throw std::bad_alloc();
    if (allowed > 0) --allowed;
    void* const memory = std::malloc(bytes == 0 ? 1 : bytes);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace ndlease {
namespace {

using namespace ndlease::testing;

const std::array<float, 64> values = {};
// The simulated runtime is no subject of this test, and dies where it finds no memory.
const arrow::ImportOptions at_once{.policy = ReleasePolicy::wait(), .check_device = false};

/// Runs `action` with the first allocation failing, the second, ... until none does; returns how many failed. `check` looks after each failure.
template <class Action, class Check>
int fail_each_allocation(Action action, Check check) {
    for (int failing = 0;; ++failing) {
        allowed = failing;
        try {
            action();
            allowed = -1;
            return failing;
        } catch (const std::bad_alloc&) {
        } catch (const Error& error) {
            if (error.code() != errc::out_of_memory) throw;
        }
        allowed = -1;
        check();
        if (::testing::Test::HasFailure()) return -1;
    }
}

TEST(ArrowAllocation, an_import_that_runs_out_of_memory_takes_nothing) {
    // Eleven axes: more than a Layout holds without an allocation, so that the last View fails late.
    NodePtr tree = arrow_primitive("f", 64, values.data());
    for (int i = 0; i < 10; ++i) tree = arrow_list(1, 64, std::move(tree));
    std::vector<NodePtr> fields;
    fields.push_back(arrow_primitive("f", 64, values.data()));
    fields.push_back(std::move(tree));
    const NodePtr node = arrow_struct(64, std::move(fields));
    std::vector<arrow::Column> columns;
    const int failures = fail_each_allocation([&] { columns = arrow::import_columns(node->schema, node->array, at_once); },
                                              [&] {
                                                  EXPECT_NE(node->array.release, nullptr);
                                                  EXPECT_EQ(node->releases(), 0);
                                              });
    EXPECT_GE(failures, 10);
    EXPECT_EQ(columns.size(), 2U);
    columns.clear();
    EXPECT_EQ(node->releases(), 1);
}

TEST(ArrowAllocation, an_export_that_runs_out_of_memory_gives_its_share_back) {
    int released = 0;
    View view = View::lend(values.data(), Device::cpu(), Format::number(Kind::floating, 32), Layout::c_order({2, 4, 2, 4}, 4),
                           {.release = [&](const ReleaseInfo&) noexcept { ++released; }});
    arrow::ArrowArray array = {};
    arrow::ArrowSchema schema = {};
    const auto check = [&] { EXPECT_EQ(view.lease().holders(), 1); };
    EXPECT_GE(fail_each_allocation([&] { array = arrow::export_array(view); }, check), 4);
    EXPECT_EQ(view.lease().holders(), 2);
    array.release(&array);
    const arrow::ExportOptions options{.name = "a name that is too long to be kept in place", .nesting = arrow::Nesting::tensor};
    EXPECT_GE(fail_each_allocation([&] { schema = arrow::export_schema(view, options); }, check), 4);
    schema.release(&schema);
    view = {};
    EXPECT_EQ(released, 1);
}

}  // namespace
}  // namespace ndlease
