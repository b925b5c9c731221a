// SPDX-License-Identifier: Apache-2.0
// Writes a C++ source with random structs, each with its format string and what the compiler makes of it. Always the same ones.
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace {

struct Type {
    const char* c;
    const char* code;
};

constexpr Type types[] = {
    {"bool", "?"},
    {"char", "c"},
    {"signed char", "b"},
    {"unsigned char", "B"},
    {"short", "h"},
    {"unsigned short", "H"},
    {"int", "i"},
    {"unsigned", "I"},
    {"long", "l"},
    {"unsigned long", "L"},
    {"long long", "q"},
    {"unsigned long long", "Q"},
    {"float", "f"},
    {"double", "d"},
    {"long double", "g"},
    {"std::size_t", "N"},
    {"std::ptrdiff_t", "n"},
    {"void*", "P"},
    {"int*", "&i"},
    {"char32_t", "w"},
    {"char16_t", "u"},
    {"_Complex float", "Zf"},
    {"_Complex double", "Zd"},
    {"_Complex long double", "Zg"},
    {"function_pointer", "X{}"},
};

class Generator {
public:
    std::string body(const std::string& path, int levels, std::string& format, std::vector<std::string>& paths) {
        std::string text = "{ ";
        format += "T{";
        const int members = 1 + below(6);
        for (int i = 0; i < members; ++i) {
            const std::string name = "m" + std::to_string(i);
            const std::string full = path.empty() ? name : path + "." + name;
            std::string extents;
            std::string shape;
            std::string zeros;
            const int rank = below(4) == 0 ? 1 + below(2) : 0;
            for (int d = 0; d < rank; ++d) {
                const std::string extent = std::to_string(1 + below(3));
                extents += "[" + extent + "]";
                shape += (d == 0 ? "(" : ",") + extent;
                zeros += "[0]";
            }
            if (rank > 0) shape += ")";
            format += shape;
            paths.push_back(full);
            if (levels > 0 && below(4) == 0) {
                text += "struct " + body(full + zeros, levels - 1, format, paths);
            } else if (below(10) == 0) {
                const std::string length = std::to_string(1 + below(9));
                text += "char";
                extents += "[" + length + "]";
                format += length + "s";
            } else {
                const Type& type = types[below(sizeof(types) / sizeof(types[0]))];
                text += type.c;
                format += type.code;
            }
            text += " " + name + extents + "; ";
            format += ":" + name + ":";
        }
        format += "}";
        return text + "}";
    }

private:
    int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

    std::mt19937 random_{7};
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    std::FILE* const out = std::fopen(argv[1], "w");
    if (out == nullptr) return 1;
    constexpr int count = 1500;
    Generator generator;
    std::fputs("#include \"format/c_structs.hpp\"\n#include <cstddef>\nusing function_pointer = void (*)(int);\n", out);
    std::string rows;
    for (int i = 0; i < count; ++i) {
        std::string format;
        std::vector<std::string> paths;
        const std::string body = generator.body("", 3, format, paths);
        const std::string name = "S" + std::to_string(i);
        std::fprintf(out, "struct %s %s;\nstatic const long long offsets_%d[] = {", name.c_str(), body.c_str(), i);
        for (const std::string& path : paths) std::fprintf(out, "offsetof(%s, %s), ", name.c_str(), path.c_str());
        std::fputs("};\n", out);
        rows += "    {\"" + format + "\", sizeof(" + name + "), alignof(" + name + "), {offsets_" + std::to_string(i) + ", " + std::to_string(paths.size()) +
                "}},\n";
    }
    std::fprintf(out, "static const ndlease::testing::CStruct structs[] = {\n%s};\n", rows.c_str());
    std::fputs("std::span<const ndlease::testing::CStruct> ndlease::testing::c_structs() { return structs; }\n", out);
    return std::fclose(out) == 0 ? 0 : 1;
}
