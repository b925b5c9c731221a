// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include <ndlease/format_codes.hpp>
#include <ndlease/format_types.hpp>
#include <ndlease/interop/npy.hpp>
#include <ndlease/memory.hpp>

#include "format/expect_error.hpp"

namespace {

namespace fs = std::filesystem;
using ndlease::Device;
using ndlease::Dims;
using ndlease::errc;
using ndlease::Format;
using ndlease::Layout;
using ndlease::Order;
using ndlease::View;

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class NpyFile : public testing::Test {
protected:
    NpyFile() {
        std::string name = (fs::temp_directory_path() / "ndlease_npy_XXXXXX").string();
        folder = ::mkdtemp(name.data());
    }
    ~NpyFile() override { fs::remove_all(folder); }

    fs::path put(const std::string& bytes) const {
        const fs::path path = folder / "in.npy";
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }
    [[nodiscard]] std::size_t files() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator())); }

    /// What a file must hold: the header, then the items of these indices in C order, fetched one by one.
    static std::string expected(const View& view) {
        std::string bytes = ndlease::npy::make_header(view.format(), view.shape().span(), false);
        Dims index(view.rank(), 0);
        for (std::int64_t i = 0; i < view.size(); ++i) {
            std::int64_t rest = i;
            for (int axis = view.rank() - 1; axis >= 0; --axis) {
                index[axis] = rest % view.shape()[axis];
                rest /= view.shape()[axis];
            }
            const char* item = static_cast<const char*>(view.data()) + view.layout().offset_of(index.span());
            bytes.append(item, static_cast<std::size_t>(view.itemsize()));
        }
        return bytes;
    }

    fs::path folder;
};

std::vector<std::int32_t> counting(int n) {
    std::vector<std::int32_t> numbers(static_cast<std::size_t>(n));
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

View lend(std::vector<std::int32_t>& numbers, std::initializer_list<std::int64_t> shape) {
    return View::lend(numbers.data(), Device::cpu(), Format::of<std::int32_t>(), Layout::c_order(shape, 4));
}

TEST_F(NpyFile, opens_what_it_wrote) {
    auto numbers = counting(24);
    const View view = lend(numbers, {2, 3, 4});
    const fs::path path = folder / "a.npy";
    ndlease::npy::write(path, view);
    const View opened = ndlease::npy::open(path);
    EXPECT_EQ(opened.format(), view.format());
    EXPECT_EQ(opened.layout(), view.layout());
    EXPECT_TRUE(opened.is_read_only());
    EXPECT_EQ(std::memcmp(opened.data(), numbers.data(), 96), 0);
    EXPECT_EQ(opened.allocation().data, opened.data());
    EXPECT_EQ(opened.allocation().bytes, 96);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(opened.data()) % 64, 0U);
    EXPECT_EQ(files(), 1U);
}

TEST_F(NpyFile, stays_mapped_until_the_last_view_goes) {
    auto numbers = counting(6);
    ndlease::npy::write(folder / "a.npy", lend(numbers, {2, 3}));
    const std::int64_t live = ndlease::lease_statistics().live;
    View part;
    {
        const View opened = ndlease::npy::open(folder / "a.npy");
        part = opened.index(0, 1);
    }
    fs::remove(folder / "a.npy");
    EXPECT_EQ(ndlease::lease_statistics().live, live + 1);
    EXPECT_EQ(static_cast<const std::int32_t*>(part.data())[2], 5);
    part = View();
    EXPECT_EQ(ndlease::lease_statistics().live, live);
}

TEST_F(NpyFile, writes_any_layout_in_c_order) {
    auto numbers = counting(120);
    const View view = lend(numbers, {4, 5, 6});
    const View views[] = {
        view,                     // (4,5,6):(120,24,4)
        view.permute({2, 0, 1}),  // (6,4,5):(4,120,24)
        view.flip(0).flip(2),     // (4,5,6):(-120,24,-4)
        view.slice(1, 1, 4, 2).slice(2, std::nullopt, std::nullopt, -3),
        view.index(2, 3),
        view.index(0, 0).index(0, 0).index(0, 0),
        view.slice(0, 2, 2),
        view.index(2, 0).broadcast_to({3, 4, 5}),
    };
    const fs::path path = folder / "a.npy";
    for (const View& each : views) {
        SCOPED_TRACE(to_string(each));
        ndlease::npy::write(path, each);
        EXPECT_EQ(content(path), expected(each));
    }
    EXPECT_EQ(files(), 1U);
}

TEST_F(NpyFile, writes_fortran_order_when_it_is_only_that) {
    auto numbers = counting(6);
    const fs::path path = folder / "a.npy";
    ndlease::npy::write(path, lend(numbers, {2, 3}).transpose());
    const std::string header = ndlease::npy::make_header(Format::of<std::int32_t>(), Dims{3, 2}.span(), true);
    EXPECT_EQ(content(path), header + std::string(reinterpret_cast<const char*>(numbers.data()), 24));
    const View opened = ndlease::npy::open(path);
    EXPECT_EQ(opened.strides(), (Dims{4, 12}));
}

TEST_F(NpyFile, follows_pointers_of_indirect_dimensions) {
    auto first = counting(3);
    auto second = counting(6);
    std::int32_t* rows[] = {first.data(), second.data() + 2};
    const std::int64_t shape[] = {2, 3};
    const std::int64_t strides[] = {sizeof(void*), 4};
    const std::int64_t suboffsets[] = {4, -1};
    rows[0] -= 1;
    const View view = View::lend(static_cast<void*>(rows), Device::cpu(), Format::of<std::int32_t>(), Layout(shape, strides, suboffsets));
    ndlease::npy::write(folder / "a.npy", view);
    const View opened = ndlease::npy::open(folder / "a.npy");
    const std::int32_t wanted[] = {0, 1, 2, 3, 4, 5};
    ASSERT_EQ(opened.nbytes(), 24);
    EXPECT_EQ(std::memcmp(opened.data(), wanted, 24), 0);
}

TEST_F(NpyFile, items_larger_than_a_block) {
    std::vector<std::byte> bytes(3 * 300'000);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7 % 251);
    const View view = View::lend(bytes.data(), Device::cpu(), Format::opaque(300'000), Layout::c_order({3}, 300'000)).flip(0);
    ndlease::npy::write(folder / "a.npy", view);
    EXPECT_EQ(content(folder / "a.npy"), expected(view));
}

TEST_F(NpyFile, records_with_misaligned_fields) {
    const Format record = ndlease::parse_descr("[('a', '|i1'), ('b', '>f8'), ('c', '<i4', (2, 2)), ('', '|V3')]");
    std::string bytes = ndlease::npy::make_header(record, Dims{2}.span(), false);
    bytes.append(2 * 28, '\x01');
    const View opened = ndlease::npy::open(put(bytes));
    EXPECT_EQ(opened.format(), record);
    EXPECT_EQ(opened.field("b").strides(), (Dims{28}));
    EXPECT_EQ(opened.field("b").format().alignment(), 1);
    EXPECT_EQ(opened.field("c").shape(), (Dims{2, 2, 2}));
}

TEST_F(NpyFile, subarray_items_become_dimensions) {
    const std::string literal = "{'descr': ('<i2', (2, 2)), 'fortran_order': True, 'shape': (3, 5)}";
    std::string bytes("\x93NUMPY\x01\0", 8);
    bytes += static_cast<char>(literal.size());
    bytes += '\0';
    bytes += literal;
    bytes.append(3 * 5 * 8, 'x');
    const View opened = ndlease::npy::open(put(bytes));
    EXPECT_EQ(opened.shape(), (Dims{3, 5, 2, 2}));
    EXPECT_EQ(opened.strides(), (Dims{8, 24, 4, 2}));
}

TEST_F(NpyFile, empty_and_zero_dimensional) {
    auto numbers = counting(1);
    const fs::path path = folder / "a.npy";
    ndlease::npy::write(path, lend(numbers, {}));
    EXPECT_EQ(ndlease::npy::open(path).rank(), 0);
    ndlease::npy::write(path, lend(numbers, {4, 0, 3}));
    EXPECT_EQ(content(path).size(), 128U);
    EXPECT_EQ(ndlease::npy::open(path).shape(), (Dims{4, 0, 3}));
    ndlease::npy::write(path, View::lend(numbers.data(), Device::cpu(), Format::opaque(0), Layout::c_order({3}, 0)));
    EXPECT_EQ(ndlease::npy::open(path).itemsize(), 0);
}

TEST_F(NpyFile, more_bytes_than_needed_are_left_alone) {
    const View opened = ndlease::npy::open(put(ndlease::npy::make_header(Format(), Dims{3}.span(), false) + "abcdef"));
    EXPECT_EQ(opened.allocation().bytes, 3);
}

TEST_F(NpyFile, files_cut_short_are_refused) {
    const std::string whole = ndlease::npy::make_header(Format::of<std::int32_t>(), Dims{3}.span(), false) + std::string(12, 'x');
    const std::int64_t live = ndlease::lease_statistics().live;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        SCOPED_TRACE(length);
        expect_error(errc::bad_file, "in.npy: ", [&] { (void)ndlease::npy::open(put(whole.substr(0, length))); });
    }
    expect_error(
        errc::bad_file, "12 bytes of items were expected, 11 follow", [&] { (void)ndlease::npy::open(put(whole.substr(0, whole.size() - 1))); },
        static_cast<std::int64_t>(whole.size() - 1));
    const std::string huge = ndlease::npy::make_header(Format::of<std::int32_t>(), Dims{1LL << 60}.span(), false);
    expect_error(errc::bad_file, "cut short", [&] { (void)ndlease::npy::open(put(huge)); });
    const std::string empty = ndlease::npy::make_header(Format::of<std::int32_t>(), Dims{0, 1LL << 62, 1LL << 62}.span(), false);
    EXPECT_EQ(ndlease::npy::open(put(empty)).size(), 0);
    EXPECT_EQ(ndlease::lease_statistics().live, live);
}

TEST_F(NpyFile, a_missing_file_says_so) {
    expect_error(errc::io, "nothing.npy", [&] { (void)ndlease::npy::open(folder / "nothing.npy"); });
    expect_error(errc::io, "", [&] { (void)ndlease::npy::open(folder); });
}

TEST_F(NpyFile, a_failed_write_leaves_what_was_there) {
    auto numbers = counting(6);
    const fs::path path = put("before");
    // src: a format that .npy cannot hold
    const View pointers = View::lend(numbers.data(), Device::cpu(), Format::pointer(), Layout::c_order({3}, 8));
    expect_error(errc::not_expressible, "pointer", [&] { ndlease::npy::write(path, pointers); });
    // src: memory that the host cannot reach
    const View remote = View::lend(numbers.data(), Device::cuda(0), Format::of<std::int32_t>(), Layout::c_order({6}, 4));
    expect_error(errc::device, "cuda:0", [&] { ndlease::npy::write(path, remote); });
    EXPECT_EQ(content(path), "before");
    EXPECT_EQ(files(), 1U);
}

TEST_F(NpyFile, a_write_that_the_system_refuses_leaves_nothing_behind) {
    // src: an address that the kernel cannot read
    const fs::path path = put("before");
    const View bad = View::lend(reinterpret_cast<void*>(std::uintptr_t{4096}), Device::cpu(), Format(), Layout::c_order({10}, 1));
    expect_error(errc::io, "in.npy: cannot be written: Bad address", [&] { ndlease::npy::write(path, bad); });
    EXPECT_EQ(content(path), "before");
    EXPECT_EQ(files(), 1U);
}

TEST_F(NpyFile, only_regular_files_are_replaced) {
    auto numbers = counting(6);
    const View view = lend(numbers, {6});
    expect_error(errc::io, "no regular file", [&] { ndlease::npy::write("/dev/null", view); });
    EXPECT_FALSE(fs::is_regular_file("/dev/null"));
    expect_error(errc::io, "no regular file", [&] { ndlease::npy::write(folder, view); });
    expect_error(errc::io, "cannot be created", [&] { ndlease::npy::write(folder / "no" / "a.npy", view); });
    EXPECT_EQ(files(), 0U);
}

TEST_F(NpyFile, links_are_followed_and_permissions_kept) {
    auto numbers = counting(6);
    const fs::path path = put("before");
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    fs::create_symlink("in.npy", folder / "link.npy");
    ndlease::npy::write(folder / "link.npy", lend(numbers, {6}));
    EXPECT_TRUE(fs::is_symlink(folder / "link.npy"));
    EXPECT_EQ(content(path).size(), 128U + 24U);
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(files(), 2U);
}

TEST_F(NpyFile, a_link_to_no_file_yet_is_followed) {
    auto numbers = counting(6);
    fs::create_symlink("target.npy", folder / "link.npy");
    ndlease::npy::write(folder / "link.npy", lend(numbers, {6}));
    EXPECT_TRUE(fs::is_symlink(folder / "link.npy"));
    EXPECT_EQ(content(folder / "target.npy").size(), 128U + 24U);
    fs::create_symlink("circle", folder / "circle");
    expect_error(errc::io, "circle: cannot follow the link", [&] { ndlease::npy::write(folder / "circle", lend(numbers, {6})); });
    expect_error(errc::io, "empty", [&] { ndlease::npy::write("", lend(numbers, {6})); });
}

TEST_F(NpyFile, a_file_that_may_not_be_written_is_not_replaced) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may write every file";
    auto numbers = counting(6);
    const fs::path path = put("before");
    fs::permissions(path, fs::perms::owner_read);
    expect_error(errc::io, "in.npy: cannot be replaced: Permission denied", [&] { ndlease::npy::write(path, lend(numbers, {6})); });
    EXPECT_EQ(content(path), "before");
}

TEST_F(NpyFile, a_file_can_be_rewritten_from_its_own_mapping) {
    auto numbers = counting(6);
    const fs::path path = folder / "a.npy";
    ndlease::npy::write(path, lend(numbers, {6}));
    ndlease::npy::write(path, ndlease::npy::open(path).flip(0));
    EXPECT_EQ(static_cast<const std::int32_t*>(ndlease::npy::open(path).data())[0], 5);
}

}  // namespace
