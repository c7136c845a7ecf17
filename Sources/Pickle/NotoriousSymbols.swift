/// Symbols that no weights need and every attack uses: they run code, open files or connect.
///
/// The list only decides how a refusal is worded; what is not allowed is refused in any case.
enum NotoriousSymbols {
  static func contains(_ symbol: Symbol) -> Bool {
    let root = String(symbol.module.prefix { $0 != "." })
    if modules.contains(root) { return true }
    return names.contains(symbol.description)
      || prefixes.contains { symbol.description.hasPrefix($0) }
  }

  private static let modules: Set<String> = [
    "os", "posix", "nt", "ntpath", "posixpath", "subprocess", "sys", "runpy", "pty", "socket",
    "shutil", "importlib", "ctypes", "_ctypes", "operator", "_operator", "pkgutil", "_io", "io",
    "logging", "types", "cloudpickle", "dill", "pip", "webbrowser", "asyncio", "multiprocessing",
    "code", "codeop", "bdb", "cProfile", "profile", "timeit", "trace", "pdb", "doctest",
    "idlelib", "lib2to3", "ensurepip", "distutils", "setuptools", "urllib", "urllib2", "requests",
    "http", "httplib", "ftplib", "smtplib", "ssl", "signal", "threading", "_thread", "platform",
    "tempfile", "fileinput", "commands", "popen2", "pickle", "_pickle", "cPickle", "marshal",
    "shelve", "zipimport", "imp", "inspect", "gc", "atexit", "venv", "xmlrpc", "telnetlib",
    "nturl2path", "pydoc", "site", "sitecustomize", "sysconfig", "linecache", "tokenize", "getpass",
    "glob", "aiohttp", "httpx", "joblib", "paramiko", "fabric", "invoke", "numexpr",
  ]

  private static let names: Set<String> = {
    let evaluators = [
      "eval", "exec", "execfile", "compile", "open", "file", "input", "raw_input", "__import__",
      "getattr", "setattr", "delattr", "globals", "locals", "vars", "dir", "apply", "map", "filter",
      "breakpoint", "memoryview", "type", "super", "exit", "quit", "help", "__build_class__",
    ]
    let builtins = ["builtins", "__builtin__", "__builtins__"].flatMap { module in
      evaluators.map { "\(module).\($0)" }
    }
    return Set(builtins).union([
      "functools.partial", "functools.reduce", "numpy.load", "numpy.fromfile", "numpy.memmap",
      "numpy.save", "numpy.savetxt", "numpy.genfromtxt", "numpy.loadtxt", "torch.load", "torch.save",
      "torch.compile", "torch.serialization.load", "torch.storage._load_from_bytes",
      "torch._utils._import_dotted_name", "collections.namedtuple",
    ])
  }()

  private static let prefixes = [
    "torch.hub.", "torch.jit.", "torch.utils.", "torch._dynamo.", "torch._inductor.",
    "torch.distributed.rpc.", "torch.multiprocessing.", "torch.fx.", "torch.package.", "torch.ops.",
    "torch.classes.", "torch._C.", "torch.testing.", "torch.onnx.", "torch.cuda.nvtx.",
    "numpy.testing.", "numpy.f2py.", "numpy.distutils.", "numpy.ctypeslib.", "numpy.lib.",
  ]
}
