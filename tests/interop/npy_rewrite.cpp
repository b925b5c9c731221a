// SPDX-License-Identifier: Apache-2.0
// npy_rewrite FOLDER...: writes every FOLDER/NAME.npy again as FOLDER/NAME.out and prints what it is, one line per file:
// NAME <tab> descr <tab> shape <tab> strides; or NAME <tab> error <tab> code <tab> message.
#include <cstdio>
#include <filesystem>
#include <string>

#include <ndlease/error.hpp>
#include <ndlease/format_codes.hpp>
#include <ndlease/interop/npy.hpp>

namespace {

void rewrite(const std::filesystem::path& in) {
    const std::string name = in.stem().string();
    try {
        const ndlease::View view = ndlease::npy::open(in);
        std::filesystem::path out = in;
        ndlease::npy::write(out.replace_extension(".out"), view);
        std::printf("%s\t%s\t%s\t%s\n", name.c_str(), ndlease::print_descr(view.format()).c_str(), ndlease::to_string(view.shape()).c_str(),
                    ndlease::to_string(view.strides()).c_str());
    } catch (const ndlease::Error& error) {
        std::printf("%s\terror\t%s\t%s\n", name.c_str(), to_string(error.code()), error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            if (entry.path().extension() == ".npy") rewrite(entry.path());
        }
    }
    return 0;
}
