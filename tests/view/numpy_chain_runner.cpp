// SPDX-License-Identifier: Apache-2.0
// Reads operations from standard input, one a line, and answers each with "shape|strides|offset" of the resulting view or with
// "refused: why", after which the view is what it was. numpy_chain_test.py compares the answers with NumPy's.
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <ndlease/error.hpp>
#include <ndlease/view.hpp>

namespace ndlease {
namespace {

Format format_named(const std::string& name) {
    const Format f4 = Format::number(Kind::floating, 32);
    const Format u2 = Format::number(Kind::unsigned_integer, 16);
    if (name == "f4") return f4;
    if (name == "c8") return Format::number(Kind::complex, 64);
    if (name == "u1") return {};
    const FieldSpec inner[] = {{"x", u2, 0}, {"y", Format::subarray(u2, std::vector<std::int64_t>{3}), 2}};
    const FieldSpec outer[] = {{"a", f4, 4}, {"b", Format::record(inner), 8}, {"m", Format::subarray(f4, std::vector<std::int64_t>{1, 2}), 16}};
    if (name == "rec") return Format::record(outer, 24);
    throw std::runtime_error("unknown format " + name);
}

class Runner {
public:
    View apply(const std::string& line) {
        std::istringstream in(line);
        std::string word;
        in >> word;
        if (word == "new") {
            std::string name;
            in >> name;
            const Format format = format_named(name);
            const Layout layout = Layout::c_order(numbers(in), format.itemsize());
            memory_.assign(static_cast<std::size_t>(layout.size() * format.itemsize()) + 1, 0);
            return View::lend(memory_.data(), Device::cpu(), format, layout, {.allocation = {memory_.data(), layout.size() * format.itemsize()}});
        }
        if (word == "at") return view_.at(line.substr(3));
        if (word == "field") return view_.field(line.substr(6));
        const std::vector<std::int64_t> n = numbers(in);
        const auto axis = [&](std::size_t k) { return static_cast<int>(n.at(k)); };
        if (word == "permute") return view_.permute(std::vector<int>(n.begin(), n.end()));
        if (word == "flip") return view_.flip(axis(0));
        if (word == "squeeze") return n.empty() ? view_.squeeze() : view_.squeeze(axis(0));
        if (word == "expand") return view_.expand(axis(0));
        if (word == "broadcast") return view_.broadcast_to(n);
        if (word == "reshapeC") return view_.reshape(n, Order::c);
        if (word == "reshapeF") return view_.reshape(n, Order::f);
        if (word == "diagonal") return view_.diagonal(n.at(0), axis(1), axis(2));
        if (word == "window") return view_.sliding_window(axis(0), n.at(1));
        if (word == "real") return view_.real();
        if (word == "imag") return view_.imag();
        if (word == "reinterpret") return view_.reinterpret(Format::opaque(n.at(0)));
        throw std::runtime_error("unknown operation " + word);
    }

    void answer(const std::string& line) {
        try {
            view_ = apply(line);
        } catch (const Error& e) {
            std::cout << "refused: " << e.what() << '\n';
            return;
        }
        print(view_.shape());
        print(view_.strides());
        std::cout << (view_.size() == 0 ? 0 : static_cast<const char*>(view_.data()) - memory_.data()) << '\n';
    }

private:
    static std::vector<std::int64_t> numbers(std::istream& in) {
        std::vector<std::int64_t> result;
        for (std::int64_t n = 0; in >> n;) result.push_back(n);
        return result;
    }
    static void print(const Dims& dims) {
        for (const std::int64_t n : dims) std::cout << n << ' ';
        std::cout << '|';
    }
    std::vector<char> memory_;
    View view_;
};

}  // namespace
}  // namespace ndlease

int main() {
    try {
        ndlease::Runner runner;
        for (std::string line; std::getline(std::cin, line);) runner.answer(line);
        return 0;
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
