import Glibc

/// A shared library that is looked up at run time, so that the program starts without it.
struct DynamicLibrary {
  private let handle: UnsafeMutableRawPointer

  /// Loads a library by the name the system's loader knows; nil when there is none.
  init?(_ name: String) {
    guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { return nil }
    self.handle = handle
  }

  /// The result of a C function without arguments that returns text; nil without that function.
  func text(_ symbol: String) -> String? {
    typealias Function = @convention(c) () -> UnsafePointer<CChar>?
    guard let address = dlsym(handle, symbol) else { return nil }
    return unsafeBitCast(address, to: Function.self)().map { String(cString: $0) }
  }

  /// The result of a C function without arguments that returns an `int`.
  func number(_ symbol: String) -> Int32? {
    typealias Function = @convention(c) () -> Int32
    guard let address = dlsym(handle, symbol) else { return nil }
    return unsafeBitCast(address, to: Function.self)()
  }
}
