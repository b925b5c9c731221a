// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/memory.hpp>

namespace ndlease {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class MapFile : public ::testing::Test {
protected:
    MapFile() {
        std::string pattern = (std::filesystem::temp_directory_path() / "ndlease-map-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
        folder = pattern;
    }
    ~MapFile() override { std::filesystem::remove_all(folder); }

    [[nodiscard]] std::filesystem::path write(const std::string& name, const std::string& content) const {
        const std::filesystem::path path = folder / name;
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }

    static void expect_refused(const std::filesystem::path& path, const std::string& reason) {
        try {
            (void)map_file(path);
            FAIL() << path << " was mapped";
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), errc::io);
            EXPECT_THAT(e.what(), AllOf(HasSubstr(path.string()), HasSubstr(reason)));
        }
    }

    std::filesystem::path folder;
};

TEST_F(MapFile, gives_the_bytes_read_only_and_unmaps_them) {
    std::string content(10'000, '\0');
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7);
    const auto path = write("data", content);
    const LeaseStatistics before = lease_statistics();
    {
        const View view = map_file(path);
        EXPECT_EQ(view.layout(), Layout({10'000}, {1}));
        EXPECT_EQ(view.format(), Format());
        EXPECT_TRUE(view.is_read_only());
        EXPECT_THROW((void)view.mutable_data(), Error);
        EXPECT_EQ(view.allocation().bytes, 10'000);
        EXPECT_EQ(std::memcmp(view.data(), content.data(), content.size()), 0);
        std::filesystem::remove(path);  // the mapping does not need the name
        EXPECT_EQ(std::memcmp(view.data(), content.data(), content.size()), 0);
        EXPECT_EQ(lease_statistics().live, before.live + 1);
    }
    EXPECT_EQ(lease_statistics().live, before.live);
}

TEST_F(MapFile, of_an_empty_file_is_an_empty_view) {
    const View view = map_file(write("empty", ""));
    EXPECT_EQ(view.shape(), Dims({0}));
    EXPECT_TRUE(view.is_read_only());
    EXPECT_EQ(view.format(), Format());
}

TEST_F(MapFile, refuses_what_is_missing) { expect_refused(folder / "missing", "No such file or directory"); }
TEST_F(MapFile, refuses_a_directory) { expect_refused(folder, "Is a directory"); }
TEST_F(MapFile, refuses_a_device) { expect_refused("/dev/zero", "no regular file"); }

TEST_F(MapFile, refuses_a_fifo_without_waiting_for_a_writer) {
    const auto path = folder / "fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    expect_refused(path, "no regular file");
}

TEST_F(MapFile, refuses_what_may_not_be_read) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
    const auto path = write("secret", "x");
    ASSERT_EQ(::chmod(path.c_str(), 0), 0);
    expect_refused(path, "Permission denied");
}

}  // namespace
}  // namespace ndlease
