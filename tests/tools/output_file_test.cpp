// SPDX-License-Identifier: Apache-2.0
#include "output_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "command.hpp"

namespace ndlease::tool {
namespace {

namespace fs = std::filesystem;

class OutputFile : public testing::Test {
protected:
    OutputFile() : folder_(fs::temp_directory_path() / ("ndlease_output_" + std::to_string(getpid()))) { fs::create_directories(folder_); }
    ~OutputFile() override { fs::remove_all(folder_); }

    [[nodiscard]] static std::string content(const fs::path& path) {
        std::ifstream file(path);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    [[nodiscard]] std::ptrdiff_t files() const { return std::distance(fs::directory_iterator(folder_), fs::directory_iterator()); }

    fs::path folder_;
};

TEST_F(OutputFile, appears_whole_and_replaces) {
    write_whole_file(checked_output(folder_ / "a"), "one");
    write_whole_file(checked_output(folder_ / "a"), "two");
    EXPECT_EQ(content(folder_ / "a"), "two");
    EXPECT_EQ(files(), 1);
}

TEST_F(OutputFile, is_refused_before_anything_is_made) {
    EXPECT_THROW((void)checked_output(folder_), CommandError);
    EXPECT_THROW((void)checked_output(folder_ / "missing" / "a"), CommandError);
    EXPECT_THROW((void)checked_output("/dev/null"), CommandError);
    write_whole_file(checked_output(folder_ / "a"), "");
    EXPECT_THROW((void)checked_output(folder_ / "a" / "b"), CommandError);
    EXPECT_EQ(files(), 1);
}

TEST_F(OutputFile, goes_where_a_link_points) {
    write_whole_file(folder_ / "target", "old");
    fs::create_symlink("target", folder_ / "link");
    write_whole_file(checked_output(folder_ / "link"), "new");
    EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
    EXPECT_EQ(content(folder_ / "target"), "new");
}

TEST_F(OutputFile, goes_where_a_link_to_no_file_yet_points) {
    fs::create_directory(folder_ / "inner");
    fs::create_symlink("second", folder_ / "first");
    fs::create_symlink("inner/target", folder_ / "second");
    write_whole_file(checked_output(folder_ / "first"), "new");
    EXPECT_TRUE(fs::is_symlink(folder_ / "first") && fs::is_symlink(folder_ / "second"));
    EXPECT_EQ(content(folder_ / "inner" / "target"), "new");
    fs::create_symlink("circle", folder_ / "circle");
    EXPECT_THROW((void)checked_output(folder_ / "circle"), CommandError);
    EXPECT_THROW((void)checked_output(""), CommandError);
}

TEST_F(OutputFile, has_a_name_as_long_as_the_system_allows) {
    const fs::path path = folder_ / std::string(255, 'n');
    write_whole_file(checked_output(path), "text");
    EXPECT_EQ(content(path), "text");
}

TEST_F(OutputFile, is_never_put_in_the_place_of_a_file_that_may_not_be_written) {
    if (geteuid() == 0) GTEST_SKIP() << "root may write every file";
    write_whole_file(folder_ / "a", "old");
    fs::permissions(folder_ / "a", fs::perms::owner_read);
    EXPECT_THROW((void)checked_output(folder_ / "a"), CommandError);
    EXPECT_EQ(content(folder_ / "a"), "old");
}

TEST(ErrorLine, is_one_line_and_names_its_subject_once) {
    EXPECT_EQ(error_line("a.npy", "bad\nmagic\n"), "ndlease: a.npy: bad magic");
    EXPECT_EQ(error_line("a.npy", "a.npy: too short"), "ndlease: a.npy: too short");
    EXPECT_EQ(error_line("\x1b[2J", "no file"), "ndlease: \\x1b[2J: no file");
}

}  // namespace
}  // namespace ndlease::tool
