// SPDX-License-Identifier: Apache-2.0
// Imported buffers and the interpreter they come from: other threads, threads of ndlease's, an interpreter that ends meanwhile, and the next one.
#include <ndlease/interop/py_buffer.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string_view>
#include <thread>
#include <vector>

#include "shown_code.hpp"

// An interpreter keeps some of its own memory when it ends.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier): the sanitizer's name
extern "C" const char* __lsan_default_suppressions() { return "leak:libpython"; }

namespace ndlease {
namespace {

using py_buffer::import_object;
using py_buffer::lost_buffers;

/// An interpreter per test; the test may end it itself.
class BufferInterpreter : public ::testing::Test {
protected:
    void SetUp() override { Py_InitializeEx(0); }
    void TearDown() override { EXPECT_EQ(Py_IsInitialized() != 0 ? Py_FinalizeEx() : 0, 0); }
    /// bytearray(100), whose buffer forbids it to grow.
    static PyObject* make_bytes() { return PyByteArray_FromStringAndSize(nullptr, 100); }
    static bool grows(PyObject* bytes) {
        const bool grown = PyByteArray_Resize(bytes, PyByteArray_Size(bytes) + 100) == 0;
        PyErr_Clear();
        return grown;
    }
    /// Runs `body` while this thread does not hold the GIL.
    template <class Body>
    static void without_gil(Body body) {
        PyThreadState* const state = PyEval_SaveThread();
        body();
        PyEval_RestoreThread(state);
    }
};

TEST_F(BufferInterpreter, the_buffer_is_given_back_on_whatever_thread) {
    PyObject* const bytes = make_bytes();
    View view = import_object(bytes, {.writable = true});
    EXPECT_FALSE(grows(bytes));
    without_gil([&] { std::thread([&] { view = View(); }).join(); });
    EXPECT_TRUE(grows(bytes));
    EXPECT_EQ(Py_REFCNT(bytes), 1);
    Py_DECREF(bytes);
    EXPECT_EQ(lost_buffers(), 0);
}

TEST_F(BufferInterpreter, a_deferred_release_takes_the_gil_when_it_can) {
    PyObject* const bytes = make_bytes();
    { const View view = import_object(bytes, {.policy = ReleasePolicy::deferred()}); }
    bool grown = false;
    for (int i = 0; i < 5000 && !grown; ++i) {
        without_gil([] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); });
        grown = grows(bytes);
    }
    EXPECT_TRUE(grown);
    Py_DECREF(bytes);
    EXPECT_EQ(lost_buffers(), 0);
}

TEST_F(BufferInterpreter, a_pending_exception_stays_pending) {
    PyObject* const bytes = make_bytes();
    View view = import_object(bytes);
    PyErr_SetString(PyExc_KeyError, "of the caller");
    view = View();
    EXPECT_NE(PyErr_ExceptionMatches(PyExc_KeyError), 0);
    PyErr_Clear();
    EXPECT_TRUE(grows(bytes));
    Py_DECREF(bytes);
}

TEST_F(BufferInterpreter, where_the_interpreter_is_gone_the_buffer_is_kept_and_counted) {
    PyObject* const bytes = make_bytes();
    View view = import_object(bytes);
    const std::int64_t before = lost_buffers();
    EXPECT_EQ(Py_FinalizeEx(), 0);
    EXPECT_EQ(view.size(), 100);
    view = View();
    EXPECT_EQ(lost_buffers(), before + 1);
}

TEST_F(BufferInterpreter, a_buffer_of_an_earlier_interpreter_is_none_of_the_next_ones) {
    View old = import_object(make_bytes());
    EXPECT_EQ(Py_FinalizeEx(), 0);
    Py_InitializeEx(0);
    PyObject* const bytes = make_bytes();
    View view = import_object(bytes);
    const std::int64_t before = lost_buffers();
    old = View();
    EXPECT_EQ(lost_buffers(), before + 1);
    EXPECT_FALSE(grows(bytes));
    view = View();
    EXPECT_TRUE(grows(bytes));
    EXPECT_EQ(lost_buffers(), before + 1);
    Py_DECREF(bytes);
}

TEST_F(BufferInterpreter, threads_that_release_while_it_ends_neither_hang_nor_enter_it) {
    const std::int64_t before = lost_buffers();
    for (int round = 0; round < 5; ++round) {
        if (Py_IsInitialized() == 0) Py_InitializeEx(0);
        constexpr int threads = 3, views_each = 2000;
        std::vector<std::vector<View>> views(threads);
        for (auto& own : views) {
            for (int i = 0; i < views_each; ++i) own.push_back(import_object(make_bytes()));
        }
        const std::int64_t released = lease_statistics().released;
        const std::int64_t lost = lost_buffers();
        std::atomic<bool> begun{false};
        std::vector<std::thread> droppers;
        for (auto& own : views) {
            droppers.emplace_back([&own, &begun] {
                begun = true;
                own.clear();
            });
        }
        without_gil([&] {
            while (!begun) std::this_thread::yield();
        });
        EXPECT_EQ(Py_FinalizeEx(), 0);
        for (std::thread& dropper : droppers) dropper.join();
        EXPECT_EQ(lease_statistics().released, released + threads * views_each);
        EXPECT_LE(lost_buffers() - lost, threads * views_each);
    }
    std::printf("%lld of 30000 buffers came too late\n", static_cast<long long>(lost_buffers() - before));
}

TEST_F(BufferInterpreter, a_shown_view_keeps_its_share_until_the_consumer_is_done) {
    std::vector<float> numbers(6);
    int released = 0;
    View view = View::lend(numbers.data(), Device::cpu(), Format::number(Kind::floating, 32), Layout::c_order({2, 3}, 4),
                           {.release = [&](const ReleaseInfo&) { ++released; }});
    PyObject* const exporter = PyList_New(0);  // any object: whoever has bf_getbuffer
    Py_buffer buffer;
    ASSERT_EQ(py_buffer::fill(&buffer, exporter, view, PyBUF_FULL), 0);
    view = View();
    EXPECT_EQ(buffer.ndim, 2);
    EXPECT_EQ(buffer.len, 24);
    EXPECT_EQ(std::string_view(buffer.format), "f");
    EXPECT_EQ(buffer.obj, exporter);
    EXPECT_EQ(Py_REFCNT(exporter), 2);
    EXPECT_EQ(released, 0);
    py_buffer::release(exporter, &buffer);
    Py_DECREF(buffer.obj);  // as PyBuffer_Release does behind bf_releasebuffer
    EXPECT_EQ(released, 1);
    EXPECT_EQ(Py_REFCNT(exporter), 1);
    Py_DECREF(exporter);
}

struct Shown {
    PyObject_HEAD View* view;
};
const View& view_of(PyObject* self) { return *reinterpret_cast<Shown*>(self)->view; }

// clang-format off
// The two slots of a type whose objects show a View.
int get_buffer(PyObject* self, Py_buffer* buffer, int flags) { return py_buffer::fill(buffer, self, view_of(self), flags); }
void release_buffer(PyObject* self, Py_buffer* buffer) { py_buffer::release(self, buffer); }
// clang-format on

TEST_F(BufferInterpreter, a_view_that_python_reads_and_a_view_of_it) {
    std::vector<double> numbers{1, 2, 3};
    int released = 0;
    View lent = View::lend(numbers.data(), Device::cpu(), Format::number(Kind::floating, 64), Layout::c_order({3}, 8),
                           {.release = [&](const ReleaseInfo&) { ++released; }});
    PyType_Slot slots[] = {
        {Py_bf_getbuffer, reinterpret_cast<void*>(&get_buffer)}, {Py_bf_releasebuffer, reinterpret_cast<void*>(&release_buffer)}, {0, nullptr}};
    PyType_Spec spec = {"test.Shown", sizeof(Shown), 0, Py_TPFLAGS_DEFAULT, slots};
    PyObject* const type = PyType_FromSpec(&spec);
    PyObject* const object = PyObject_CallNoArgs(type);
    ASSERT_NE(object, nullptr);
    reinterpret_cast<Shown*>(object)->view = &lent;
    // clang-format off
    // Any object with a buffer, as a View.
    View view = py_buffer::import_object(object);
    // clang-format on
    lent = View();
    EXPECT_EQ(view.data(), numbers.data());
    EXPECT_EQ(view.format(), Format::number(Kind::floating, 64));
    PyObject* const seen = PyMemoryView_FromObject(object);  // the View is nothing now: a new buffer has no numbers
    ASSERT_NE(seen, nullptr);
    EXPECT_EQ(PyObject_Length(seen), 0);
    Py_DECREF(seen);
    EXPECT_EQ(released, 0);
    view = View();
    EXPECT_EQ(released, 1);
    Py_DECREF(object);
    Py_DECREF(type);
}

TEST(PyBufferPage, shows_the_code_above) { testing::expect_shown_code(NDLEASE_PY_BUFFER_PAGE, NDLEASE_TEST_SOURCES "/py_buffer_interpreter_test.cpp", 5); }

TEST_F(BufferInterpreter, a_refused_request_leaves_an_exception_and_no_owner) {
    std::vector<float> numbers(6);
    const View view = View::lend(static_cast<const void*>(numbers.data()), Device::cpu(), Format::number(Kind::floating, 32), Layout::c_order({2, 3}, 4));
    Py_buffer buffer;
    buffer.obj = Py_None;
    EXPECT_EQ(py_buffer::fill(&buffer, Py_None, view, PyBUF_FULL), -1);
    EXPECT_EQ(buffer.obj, nullptr);
    EXPECT_NE(PyErr_ExceptionMatches(PyExc_BufferError), 0);
    PyErr_Clear();
    EXPECT_EQ(py_buffer::fill(&buffer, Py_None, view, PyBUF_WRITE), -1);
    EXPECT_NE(PyErr_ExceptionMatches(PyExc_SystemError), 0);
    PyErr_Clear();
    EXPECT_EQ(py_buffer::fill(nullptr, Py_None, view, PyBUF_SIMPLE), -1);
    EXPECT_NE(PyErr_ExceptionMatches(PyExc_BufferError), 0);
    PyErr_Clear();
}

TEST_F(BufferInterpreter, an_import_that_fails_leaves_the_buffer_with_its_holder) {
    PyObject* const bytes = make_bytes();
    Py_buffer buffer;
    ASSERT_EQ(PyObject_GetBuffer(bytes, &buffer, PyBUF_FULL_RO), 0);
    const Py_ssize_t itemsize = std::exchange(buffer.itemsize, 3);
    EXPECT_THROW(static_cast<void>(py_buffer::import_buffer(buffer)), Error);
    EXPECT_EQ(buffer.obj, bytes);
    EXPECT_FALSE(grows(bytes));
    buffer.itemsize = itemsize;
    View view = py_buffer::import_buffer(buffer);
    EXPECT_EQ(buffer.obj, nullptr);
    PyBuffer_Release(&buffer);  // nothing happens
    EXPECT_FALSE(grows(bytes));
    view = View();
    EXPECT_TRUE(grows(bytes));
    Py_DECREF(bytes);
}

}  // namespace
}  // namespace ndlease
