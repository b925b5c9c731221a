// SPDX-License-Identifier: Apache-2.0
// Python with one more module, ndlease_peer: Views as Python objects that show the buffer protocol and both of NumPy's array interfaces, and the ways back. For
// the tests against Python's own memoryview and NumPy; a program rather than an extension, so that sanitizers see all of it.
#include <functional>
#include <optional>
#include <string>

#include <ndlease/format_codes.hpp>
#include <ndlease/format_text.hpp>
#include <ndlease/interop/array_interface.hpp>
#include <ndlease/interop/py_buffer.hpp>

namespace {

using namespace ndlease;
namespace ai = ndlease::array_interface;

/// A View as a Python object.
struct Shown {
    PyObject_HEAD View* view;
};

PyTypeObject& shown_type();
View& view_of(PyObject* self) { return *reinterpret_cast<Shown*>(self)->view; }

PyObject* show(View view) {
    PyObject* const object = PyType_GenericAlloc(&shown_type(), 0);
    if (object != nullptr) reinterpret_cast<Shown*>(object)->view = new View(std::move(view));
    return object;
}

/// Runs `make`; an Error becomes a ValueError "code: message".
PyObject* guarded(const std::function<PyObject*()>& make) {
    try {
        return make();
    } catch (const Error& error) {
        PyErr_Format(PyExc_ValueError, "%s: %s", to_string(error.code()), error.what());
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return nullptr;
}

PyObject* tuple_of(const std::intptr_t* values, int count) {
    if (values == nullptr) Py_RETURN_NONE;
    PyObject* const tuple = PyTuple_New(count);
    for (int i = 0; i < count; ++i) PyTuple_SET_ITEM(tuple, i, PyLong_FromSsize_t(values[i]));
    return tuple;
}

// -- Shown --

int get_buffer(PyObject* self, Py_buffer* buffer, int flags) { return py_buffer::fill(buffer, self, view_of(self), flags); }
void release_buffer(PyObject* self, Py_buffer* buffer) { py_buffer::release(self, buffer); }

void destroy(PyObject* self) {
    delete reinterpret_cast<Shown*>(self)->view;
    PyTypeObject* const type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

void free_capsule(PyObject* capsule) {
    ai::free_struct(static_cast<ai::PyArrayInterface*>(PyCapsule_GetPointer(capsule, nullptr)));
    Py_DECREF(static_cast<PyObject*>(PyCapsule_GetContext(capsule)));
}

void drop_object(void* object) { Py_DECREF(static_cast<PyObject*>(object)); }

/// descr's text as the list that it writes down.
PyObject* evaluate_literal(const std::string& text) {
    PyObject* const ast = PyImport_ImportModule("ast");
    PyObject* const value = ast == nullptr ? nullptr : PyObject_CallMethod(ast, "literal_eval", "s", text.c_str());
    Py_XDECREF(ast);
    return value;
}

PyObject* array_struct(PyObject* self, void* /*closure*/) {
    return guarded([&]() -> PyObject* {
        PyObject* const descr = evaluate_literal(ai::describe_item(view_of(self).format()));
        if (descr == nullptr) return nullptr;
        ai::PyArrayInterface* const block = ai::export_struct(view_of(self), {descr, &drop_object});
        PyObject* const capsule = PyCapsule_New(block, nullptr, &free_capsule);
        Py_INCREF(self);
        PyCapsule_SetContext(capsule, self);
        return capsule;
    });
}

PyObject* interface_json(PyObject* self, void* /*closure*/) {
    return guarded([&] { return PyUnicode_FromString(to_json(ai::export_interface(view_of(self))).c_str()); });
}

/// (format, shape, strides, read-only, address, bytes of an item)
PyObject* facts(PyObject* self, void* /*closure*/) {
    const View& view = view_of(self);
    return Py_BuildValue("(sNNOKL)", view.format().to_string().c_str(), tuple_of(view.shape().data(), view.rank()),
                         tuple_of(view.strides().data(), view.rank()), view.is_read_only() ? Py_True : Py_False,
                         static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(view.data())), static_cast<long long>(view.itemsize()));
}

PyObject* at(PyObject* self, PyObject* text) {
    return guarded([&] { return show(view_of(self).at(PyUnicode_AsUTF8(text))); });
}
PyObject* as_typestr(PyObject* self, PyObject* text) {
    return guarded([&] { return show(view_of(self).reinterpret(parse_typestr(PyUnicode_AsUTF8(text)))); });
}
PyObject* unaligned(PyObject* self, PyObject* /*none*/) {
    return guarded([&] { return show(view_of(self).reinterpret(view_of(self).format().with_alignment(1))); });
}
PyObject* read_only(PyObject* self, PyObject* /*none*/) {
    return guarded([&] { return show(view_of(self).read_only()); });
}
PyObject* permuted(PyObject* self, PyObject* /*none*/) {
    return guarded([&] { return show(view_of(self).transpose()); });
}

// -- the module --

PyObject* from_buffer(PyObject* /*module*/, PyObject* arguments) {
    PyObject* object = nullptr;
    int writable = 0;
    if (PyArg_ParseTuple(arguments, "O|p", &object, &writable) == 0) return nullptr;
    return guarded([&] {
        py_buffer::ImportOptions options;
        options.writable = writable != 0;
        return show(py_buffer::import_object(object, options));
    });
}

/// Gives an object back on any thread that holds the GIL, which every thread of these tests does.
ReleaseCallback keep(PyObject* object) {
    Py_INCREF(object);
    return [object](const ReleaseInfo&) { Py_DECREF(object); };
}

PyObject* from_struct(PyObject* /*module*/, PyObject* arguments) {
    PyObject* capsule = nullptr;
    const char* descr = "";
    if (PyArg_ParseTuple(arguments, "O|s", &capsule, &descr) == 0) return nullptr;
    return guarded([&]() -> PyObject* {
        const auto* const block = static_cast<const ai::PyArrayInterface*>(PyCapsule_GetPointer(capsule, nullptr));
        if (block == nullptr) return nullptr;
        return show(ai::import_struct(*block, keep(capsule), {.descr = descr}));
    });
}

PyObject* from_json(PyObject* /*module*/, PyObject* arguments) {
    PyObject* owner = nullptr;
    const char* text = nullptr;
    if (PyArg_ParseTuple(arguments, "sO", &text, &owner) == 0) return nullptr;
    return guarded([&] { return show(ai::import_interface(ai::from_json(text), keep(owner))); });
}

/// (ndim, len, itemsize, readonly, format, shape, strides, suboffsets, address): an exporter's answer to these flags.
PyObject* request(PyObject* /*module*/, PyObject* arguments) {
    PyObject* object = nullptr;
    int flags = 0;
    if (PyArg_ParseTuple(arguments, "Oi", &object, &flags) == 0) return nullptr;
    Py_buffer buffer;
    if (PyObject_GetBuffer(object, &buffer, flags) != 0) return nullptr;
    PyObject* const answer = Py_BuildValue("(innizNNNK)", buffer.ndim, buffer.len, buffer.itemsize, buffer.readonly, buffer.format,
                                           tuple_of(buffer.shape, buffer.ndim), tuple_of(buffer.strides, buffer.ndim), tuple_of(buffer.suboffsets, buffer.ndim),
                                           static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(buffer.buf)));
    PyBuffer_Release(&buffer);
    return answer;
}

/// A View from what an exporter answers to these flags.
PyObject* from_request(PyObject* /*module*/, PyObject* arguments) {
    PyObject* object = nullptr;
    int flags = 0;
    if (PyArg_ParseTuple(arguments, "Oi", &object, &flags) == 0) return nullptr;
    Py_buffer buffer;
    if (PyObject_GetBuffer(object, &buffer, flags) != 0) return nullptr;
    PyObject* const result = guarded([&] { return show(py_buffer::import_buffer(buffer)); });
    if (result == nullptr) {
        PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
        PyErr_Fetch(&type, &value, &traceback);
        PyBuffer_Release(&buffer);
        PyErr_Restore(type, value, traceback);
    }
    return result;
}

PyObject* live(PyObject* /*module*/, PyObject* /*none*/) {
    const LeaseStatistics counts = lease_statistics();
    return PyLong_FromLongLong(counts.live + counts.draining);
}
PyObject* lost(PyObject* /*module*/, PyObject* /*none*/) { return PyLong_FromLongLong(py_buffer::lost_buffers()); }

PyTypeObject& shown_type() {
    static PyMethodDef methods[] = {{"at", &at, METH_O, nullptr},
                                    {"as_typestr", &as_typestr, METH_O, nullptr},
                                    {"unaligned", &unaligned, METH_NOARGS, nullptr},
                                    {"read_only", &read_only, METH_NOARGS, nullptr},
                                    {"permuted", &permuted, METH_NOARGS, nullptr},
                                    {nullptr, nullptr, 0, nullptr}};
    static PyGetSetDef properties[] = {{"__array_struct__", &array_struct, nullptr, nullptr, nullptr},
                                       {"interface_json", &interface_json, nullptr, nullptr, nullptr},
                                       {"facts", &facts, nullptr, nullptr, nullptr},
                                       {nullptr, nullptr, nullptr, nullptr, nullptr}};
    static PyType_Slot slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(&destroy)},
                                  {Py_bf_getbuffer, reinterpret_cast<void*>(&get_buffer)},
                                  {Py_bf_releasebuffer, reinterpret_cast<void*>(&release_buffer)},
                                  {Py_tp_methods, methods},
                                  {Py_tp_getset, properties},
                                  {0, nullptr}};
    static PyType_Spec spec = {"ndlease_peer.Shown", sizeof(Shown), 0, Py_TPFLAGS_DEFAULT, slots};
    static auto* const type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
    return *type;
}

PyObject* make_module() {
    static PyMethodDef functions[] = {{"from_buffer", &from_buffer, METH_VARARGS, nullptr},
                                      {"from_struct", &from_struct, METH_VARARGS, nullptr},
                                      {"from_json", &from_json, METH_VARARGS, nullptr},
                                      {"request", &request, METH_VARARGS, nullptr},
                                      {"from_request", &from_request, METH_VARARGS, nullptr},
                                      {"live", &live, METH_NOARGS, nullptr},
                                      {"lost", &lost, METH_NOARGS, nullptr},
                                      {nullptr, nullptr, 0, nullptr}};
    static PyModuleDef module = {PyModuleDef_HEAD_INIT, "ndlease_peer", nullptr, -1, functions, nullptr, nullptr, nullptr, nullptr};
    return PyModule_Create(&module);
}

}  // namespace

int main(int argc, char** argv) {
    PyImport_AppendInittab("ndlease_peer", &make_module);
    return Py_BytesMain(argc, argv);
}
