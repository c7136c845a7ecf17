internal import Glibc

/// The system's OpenBLAS, loaded when the first matrix is multiplied: programs that only read
/// checkpoints neither wait for it nor need it.
///
/// It works on one thread; `ParallelFor` runs several of it.
struct OpenBLAS: Sendable {
  typealias Index = Int32
  /// `cblas_sgemm`.
  typealias SGEMM =
    @convention(c) (
      Index, Index, Index, Index, Index, Index, Float, UnsafePointer<Float>, Index,
      UnsafePointer<Float>, Index, Float, UnsafeMutablePointer<Float>, Index
    ) -> Void

  /// The kernels it chose for this processor.
  let coreName: String
  /// Multiplies matrices.
  let sgemm: SGEMM

  /// The library, or nil where there is none, where it is the OpenMP flavour, whose threads hang
  /// under many callers, and where `BIRDIE_REPRODUCIBLE=1` asks for the same bits on any machine.
  static let shared: OpenBLAS? = {
    if let value = getenv("BIRDIE_REPRODUCIBLE"), strcmp(value, "1") == 0 { return nil }
    // Read while the library is loaded.
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    guard let library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL) else { return nil }
    return OpenBLAS(library)
  }()

  private init?(_ library: UnsafeMutableRawPointer) {
    typealias Number = @convention(c) () -> Index
    typealias Text = @convention(c) () -> UnsafePointer<CChar>?
    guard let flavour = dlsym(library, "openblas_get_parallel"),
      unsafeBitCast(flavour, to: Number.self)() != 2,
      let core = dlsym(library, "openblas_get_corename"),
      let sgemm = dlsym(library, "cblas_sgemm")
    else { return nil }
    coreName = unsafeBitCast(core, to: Text.self)().map { String(cString: $0) } ?? "unknown"
    self.sgemm = unsafeBitCast(sgemm, to: SGEMM.self)
  }
}
