import Diagnostics

/// Names that no policy can allow: they run code, reach the system, or are known gadgets.
///
/// Whatever is not listed is still not called: this list only makes the message plain and the
/// refusal immediate. Drawn from the advisories on picklescan, fickling and modelscan.
enum NotoriousSymbols {
  /// The rule that forbids a symbol by name, if one does.
  static func rule(for symbol: Symbol) -> Rule? {
    if Self.contains(symbol, modules: systemModules, names: systemNames) {
      return PickleRules.forbiddenImport
    }
    if Self.contains(symbol, modules: toolkitModules, names: toolkitNames) {
      return PickleRules.forbiddenCall
    }
    return nil
  }

  private static func contains(
    _ symbol: Symbol, modules: Set<String>, names: [String: Set<String>]
  ) -> Bool {
    if let listed = names[symbol.module], listed.contains(Self.firstPart(of: symbol.name)) {
      return true
    }
    var module = symbol.module[...]
    while true {
      if modules.contains(String(module)) { return true }
      guard let dot = module.lastIndex(of: ".") else { return false }
      module = module[..<dot]
    }
  }

  // `builtins` `eval.__call__` is still eval.
  private static func firstPart(of name: String) -> String {
    String(name.prefix { $0 != "." })
  }

  private static func words(_ text: String) -> Set<String> {
    Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
  }

  /// Modules of which nothing may be imported, nor of what lies below them.
  private static let systemModules = words(
    """
    os posix nt ntpath posixpath subprocess _posixsubprocess sys pty tty termios commands popen2
    socket _socket socketserver select selectors shutil runpy importlib _frozen_importlib
    _frozen_importlib_external imp zipimport zipapp pkgutil ctypes _ctypes cffi _cffi_backend
    webbrowser asyncio multiprocessing _multiprocessing concurrent threading _thread signal _signal
    code codeop bdb pdb cProfile profile timeit trace tracemalloc doctest unittest pytest _pytest
    nose idlelib lib2to3 ensurepip venv site sitecustomize usercustomize distutils setuptools
    pkg_resources pip _pyrepl _aix_support _osx_support pydoc pydoc_data cmd rlcompleter readline
    urllib urllib2 urllib3 requests httpx aiohttp http httplib httplib2 ftplib smtplib poplib
    imaplib nntplib telnetlib xmlrpc xmlrpclib paramiko ssl marshal shelve dbm sqlite3 _sqlite3
    atexit gc fcntl mmap resource pwd grp crypt syslog winreg _winreg winsound msvcrt _winapi
    _winreg platform getpass tempfile glob fileinput linecache inspect ast symtable dis compileall
    py_compile tkinter turtle wsgiref cgi cgitb sched jinja2 mako yaml ruamel
    psutil plumbum fabric invoke pexpect ptyprocess IPython ipykernel jupyter
    """)

  /// Names of modules that also hold harmless ones.
  private static let systemNames: [String: Set<String>] = {
    let builtins = words(
      """
      eval exec execfile compile getattr setattr delattr hasattr open file input raw_input
      __import__ globals locals vars dir apply breakpoint exit quit help memoryview map filter
      reduce iter next callable super classmethod staticmethod property type id reload print
      """)
    let pickles = words("load loads Unpickler _load _loads Pickler dump dumps _Unpickler")
    return [
      "builtins": builtins, "__builtin__": builtins, "__builtins__": builtins,
      "pickle": pickles, "_pickle": pickles, "cPickle": pickles,
      "pickletools": ["dis", "optimize"],
      "io": ["open", "open_code", "FileIO", "OpenWrapper"], "codecs": ["open", "lookup"],
      "__main__": ["__builtins__", "__loader__", "__spec__", "exec", "eval"],
    ]
  }()

  /// Gadgets of libraries that load models, and of the standard library's plumbing.
  private static let toolkitModules = words(
    """
    operator _operator logging cloudpickle dill joblib torch.hub torch.package
    torch.utils.cpp_extension torch.utils.bottleneck torch.utils.collect_env
    torch.utils._config_module torch.utils.model_zoo torch.distributed.rpc
    torch.distributed.elastic torch.distributed.launch torch.distributed.run
    torch.multiprocessing torch._inductor torch._dynamo torch.jit.unsupported_tensor_ops
    torch.testing torch.onnx numpy.testing numpy.f2py numpy.distutils numpy.ctypeslib
    numpy.lib.npyio numpy.lib._npyio_impl numpy.lib._datasource
    """)

  private static let toolkitNames: [String: Set<String>] = [
    "functools": ["partial", "partialmethod", "reduce", "singledispatch", "lru_cache"],
    "_functools": ["partial", "reduce"],
    "_io": words("FileIO open open_code TextIOWrapper BufferedReader BufferedWriter"),
    "types": words("CodeType FunctionType LambdaType MethodType ModuleType BuiltinFunctionType"),
    "torch": words("load save compile ops classes import_ir_module"),
    "torch.serialization": words("load save _load _legacy_load _open_file"),
    "torch.jit": words("load save script trace CompilationUnit import_ir_module"),
    "torch.jit._serialization": ["load", "save"],
    "torch.fx.experimental.symbolic_shapes": ["ShapeEnv"],
    "torch.utils.data.datapipes.utils.decoder": ["basichandlers"],
    "torch._C": words("import_ir_module import_ir_module_from_buffer _jit_script_compile"),
    "numpy": words("load save fromfile loadtxt genfromtxt memmap DataSource savetxt fromregex"),
    "numpy.core.multiarray": ["fromfile"], "numpy._core.multiarray": ["fromfile"],
    "pandas": words("read_pickle eval read_csv read_sql"),
    "pandas.io.pickle": ["read_pickle"],
  ]
}
