// SPDX-License-Identifier: Apache-2.0
// PEP 3118 for C++: a View as a Py_buffer, a Py_buffer as a View. The one header of ndlease that includes Python.h; libndlease itself knows no Python, and what
// a request means is in buffer_request.hpp. CPython 3.8 or newer, its main interpreter.
#pragma once

#include <Python.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <ndlease/error.hpp>
#include <ndlease/interop/buffer_request.hpp>
#include <ndlease/view.hpp>

namespace ndlease::py_buffer {

static_assert(sizeof(Py_ssize_t) == sizeof(std::intptr_t));
static_assert(PyBUF_WRITABLE == writable && PyBUF_FORMAT == with_format && PyBUF_ND == with_shape && PyBUF_STRIDES == with_strides);
static_assert(PyBUF_C_CONTIGUOUS == c_contiguous && PyBUF_F_CONTIGUOUS == f_contiguous && PyBUF_ANY_CONTIGUOUS == any_contiguous);
static_assert(PyBUF_INDIRECT == indirect && PyBUF_FULL == full && PyBUF_FULL_RO == full_read_only);

// -- a View as a buffer --

/// The body of bf_getbuffer for an object that shows `view`: fills `*buffer` as `flags` ask and returns 0, with a new reference to `exporter` in buffer->obj
/// and a share of the lease in buffer->internal. Pending work on the memory is waited for, without the GIL. On refusal: -1, buffer->obj NULL, and a Python
/// exception: BufferError with the reason, SystemError for what is no request, MemoryError. Needs the GIL.
inline int fill(Py_buffer* buffer, PyObject* exporter, const View& view, int flags) noexcept;
/// The body of bf_releasebuffer: gives the share in buffer->internal back. PyBuffer_Release does the rest. Needs the GIL.
inline void release(PyObject* exporter, Py_buffer* buffer) noexcept;

// -- a buffer as a View --

struct ImportOptions {
    /// Asks for a buffer that may be written.
    bool writable = false;
    std::optional<ReleasePolicy> policy = {};  ///< as in FieldsImportOptions
    bool check_device = true;                  ///< as in FieldsImportOptions
};

/// A View on the memory of an object with a buffer (asked for in full: PyBUF_FULL, or PyBUF_FULL_RO). The object and its buffer are given back when the lease
/// ends, under the GIL, which is taken on whatever thread that is. Where the interpreter is gone, or ending, they are not given back, and counted in
/// lost_buffers(). Needs the GIL. Nothing is left pending in Python when it throws. Throws Error: errc::invalid_argument (no buffer: the message holds
/// Python's), errc::read_only (writable, and the object refuses), and what import_fields throws.
[[nodiscard]] inline View import_object(PyObject* object, const ImportOptions& options = {});
/// The same for a buffer that was filled already. It is moved: afterwards buffer.obj is NULL, so that PyBuffer_Release does nothing. When it throws, the
/// buffer is the caller's as before.
[[nodiscard]] inline View import_buffer(Py_buffer& buffer, const FieldsImportOptions& options = {});

namespace detail {

/// An imported buffer until its lease ends.
struct HeldBuffer {
    Py_buffer buffer;
    std::uint64_t interpreter;
    HeldBuffer* next_lost = nullptr;
};

/// Whether a thread may enter the interpreter. Python's own answer can change between question and call, and a thread that enters an ending interpreter
/// hangs or is torn down in the midst of C++. So the interpreter's exit closes this gate first, and waits for who is inside.
class InterpreterGate {
public:
    /// Never destroyed: releases happen until the process is gone.
    static InterpreterGate& instance() {
        static auto* const gate = new InterpreterGate;
        return *gate;
    }
    /// Opens it for the interpreter that runs now, and has its exit close it. Returns the interpreter's number. Needs the GIL. Throws
    /// Error{errc::not_supported}.
    std::uint64_t open() {
        {
            const std::lock_guard lock(mutex_);
            if (!closed_) return interpreter_;
        }
        close_at_exit();  // without the mutex: Python may hand the GIL on meanwhile
        const std::lock_guard lock(mutex_);
        if (std::exchange(closed_, false)) ++interpreter_;
        return interpreter_;
    }
    /// false: that interpreter is gone or ending.
    bool enter(std::uint64_t interpreter) noexcept {
        const std::lock_guard lock(mutex_);
        if (closed_ || interpreter != interpreter_) return false;
        ++inside_;
        ++inside_here();
        return true;
    }
    void leave() noexcept {
        --inside_here();
        const std::lock_guard lock(mutex_);
        --inside_;
        left_.notify_all();
    }
    /// A buffer that nobody may give back any more. It stays as it is: exporters may point to the struct.
    void keep(HeldBuffer* held) noexcept {
        ndlease::detail::count_lost_buffer();
        const std::lock_guard lock(mutex_);
        held->next_lost = std::exchange(lost_, held);
    }

private:
    static int& inside_here() noexcept {
        thread_local int count = 0;
        return count;
    }
    static PyObject* close(PyObject* /*self*/, PyObject* /*arguments*/) {
        InterpreterGate& gate = instance();
        Py_BEGIN_ALLOW_THREADS;
        {
            std::unique_lock lock(gate.mutex_);
            gate.closed_ = true;
            gate.left_.wait(lock, [&] { return gate.inside_ == inside_here(); });
        }
        Py_END_ALLOW_THREADS;
        Py_RETURN_NONE;
    }
    static void close_at_exit() {
        static PyMethodDef method{"ndlease_close_interpreter_gate", &close, METH_NOARGS, nullptr};
        PyObject* const atexit = PyImport_ImportModule("atexit");
        PyObject* const function = atexit == nullptr ? nullptr : PyCFunction_New(&method, nullptr);
        PyObject* const done = function == nullptr ? nullptr : PyObject_CallMethod(atexit, "register", "O", function);
        Py_XDECREF(done);
        Py_XDECREF(function);
        Py_XDECREF(atexit);
        if (done != nullptr) return;
        PyErr_Clear();
        throw Error(errc::not_supported, "buffers of Python objects need its atexit module, which cannot be used");
    }

    std::mutex mutex_;
    std::condition_variable left_;
    bool closed_ = true;
    int inside_ = 0;
    std::uint64_t interpreter_ = 0;
    HeldBuffer* lost_ = nullptr;
};

inline void give_back(HeldBuffer* held, const ReleaseInfo& info) noexcept {
    InterpreterGate& gate = InterpreterGate::instance();
    // A child that was forked by other means than Python's has a GIL that nobody will ever give it.
    if (info.status == ReleaseStatus::forked || !gate.enter(held->interpreter)) {
        gate.keep(held);
        return;
    }
    const PyGILState_STATE state = PyGILState_Ensure();
    PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
    PyErr_Fetch(&type, &value, &traceback);  // whoever dropped the View may have one pending
    PyBuffer_Release(&held->buffer);
    PyErr_Restore(type, value, traceback);
    PyGILState_Release(state);
    gate.leave();
    delete held;
}

/// The pending Python exception as text; none is pending afterwards.
inline std::string take_exception() {
    PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject* const text = value == nullptr ? nullptr : PyObject_Str(value);
    const char* const characters = text == nullptr ? nullptr : PyUnicode_AsUTF8(text);
    std::string result = type != nullptr && PyType_Check(type) != 0 ? reinterpret_cast<PyTypeObject*>(type)->tp_name : "no reason given";
    if (characters != nullptr) result += std::string(": ") + characters;
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return result;
}

inline BufferFields fields_of(const Py_buffer& buffer) noexcept {
    return {buffer.buf, buffer.len, buffer.itemsize, buffer.readonly != 0, buffer.ndim, buffer.format, buffer.shape, buffer.strides, buffer.suboffsets};
}

}  // namespace detail

inline int fill(Py_buffer* buffer, PyObject* exporter, const View& view, int flags) noexcept {
    if (buffer == nullptr) {
        PyErr_SetString(PyExc_BufferError, "a buffer was asked for without a Py_buffer to fill");
        return -1;
    }
    buffer->obj = nullptr;
    try {
        auto shown = std::make_unique<BufferExport>(view);
        const BufferFields fields = shown->answer(flags);
        if (view.lease()) {
            PyThreadState* const thread = PyEval_SaveThread();
            try {
                shown->wait_until_ready();
            } catch (...) {
                PyEval_RestoreThread(thread);
                throw;
            }
            PyEval_RestoreThread(thread);
        }
        buffer->buf = fields.buf;
        buffer->len = fields.len;
        buffer->itemsize = fields.itemsize;
        buffer->readonly = fields.readonly ? 1 : 0;
        buffer->ndim = fields.ndim;
        // Python has no const here; consumers may not write to any of these.
        buffer->format = const_cast<char*>(fields.format);
        buffer->shape = const_cast<Py_ssize_t*>(fields.shape);
        buffer->strides = const_cast<Py_ssize_t*>(fields.strides);
        buffer->suboffsets = const_cast<Py_ssize_t*>(fields.suboffsets);
        buffer->internal = shown.release();
        Py_INCREF(exporter);
        buffer->obj = exporter;
        return 0;
    } catch (const Error& error) {
        const bool no_request = flags == PyBUF_READ || flags == PyBUF_WRITE;
        PyErr_SetString(no_request ? PyExc_SystemError : PyExc_BufferError, error.what());
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_BufferError, error.what());
    }
    return -1;
}

inline void release(PyObject* /*exporter*/, Py_buffer* buffer) noexcept { delete static_cast<BufferExport*>(std::exchange(buffer->internal, nullptr)); }

inline View import_buffer(Py_buffer& buffer, const FieldsImportOptions& options) {
    const BufferFields fields = detail::fields_of(buffer);
    if (buffer.obj == nullptr) return import_fields(fields, {}, options);  // nobody is to be told
    const std::uint64_t interpreter = detail::InterpreterGate::instance().open();
    auto held = std::make_unique<detail::HeldBuffer>(detail::HeldBuffer{buffer, interpreter, nullptr});
    // PyBuffer_FillInfo points shape and strides at the struct's own members, which move with it.
    if (buffer.shape == &buffer.len) held->buffer.shape = &held->buffer.len;
    if (buffer.strides == &buffer.itemsize) held->buffer.strides = &held->buffer.itemsize;
    detail::HeldBuffer* const kept = held.get();
    View view = import_fields(
        fields, [kept](const ReleaseInfo& info) { detail::give_back(kept, info); }, options);
    static_cast<void>(held.release());
    buffer.obj = nullptr;
    return view;
}

inline View import_object(PyObject* object, const ImportOptions& options) {
    Py_buffer buffer;
    if (PyObject_GetBuffer(object, &buffer, options.writable ? PyBUF_FULL : PyBUF_FULL_RO) != 0) {
        const std::string reason = detail::take_exception();
        bool read_only = false;
        if (options.writable && PyObject_GetBuffer(object, &buffer, PyBUF_FULL_RO) == 0) {
            PyBuffer_Release(&buffer);
            read_only = true;
        }
        PyErr_Clear();
        throw Error(read_only ? errc::read_only : errc::invalid_argument, "the object gave no buffer: " + reason);
    }
    try {
        return import_buffer(buffer, {options.policy, options.check_device});
    } catch (...) {
        PyBuffer_Release(&buffer);
        throw;
    }
}

}  // namespace ndlease::py_buffer
