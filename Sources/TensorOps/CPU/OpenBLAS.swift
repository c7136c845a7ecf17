internal import CKernels
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
  /// `cblas_dgemm`.
  typealias DGEMM =
    @convention(c) (
      Index, Index, Index, Index, Index, Index, Double, UnsafePointer<Double>, Index,
      UnsafePointer<Double>, Index, Double, UnsafeMutablePointer<Double>, Index
    ) -> Void
  /// `cblas_dsyrk`.
  typealias DSYRK =
    @convention(c) (
      Index, Index, Index, Index, Index, Double, UnsafePointer<Double>, Index, Double,
      UnsafeMutablePointer<Double>, Index
    ) -> Void
  /// `cblas_dtrsm`.
  typealias DTRSM =
    @convention(c) (
      Index, Index, Index, Index, Index, Index, Index, Double, UnsafePointer<Double>, Index,
      UnsafeMutablePointer<Double>, Index
    ) -> Void
  /// LAPACK's `dpotrf`, by its Fortran name.
  typealias DPOTRF =
    @convention(c) (
      UnsafePointer<CChar>, UnsafePointer<Index>, UnsafeMutablePointer<Double>,
      UnsafePointer<Index>, UnsafeMutablePointer<Index>
    ) -> Void

  // The numbers that CBLAS gives its options.
  static let rowMajor: Index = 101
  static let plain: Index = 111
  static let transposed: Index = 112
  static let upper: Index = 121
  static let lower: Index = 122
  static let nonUnit: Index = 131
  static let left: Index = 141

  /// The kernels it chose for this processor.
  let coreName: String
  /// Multiplies matrices.
  let sgemm: SGEMM
  /// Multiplies matrices in double precision.
  let dgemm: DGEMM
  /// Adds a matrix times its transpose.
  let dsyrk: DSYRK
  /// Solves with a triangular matrix.
  let dtrsm: DTRSM
  /// Factors a positive definite matrix.
  let dpotrf: DPOTRF

  /// The library, or nil where there is none, where it is the OpenMP flavour, whose threads hang
  /// under many callers, and where `BIRDIE_REPRODUCIBLE=1` asks for the same bits on any machine.
  static let shared: OpenBLAS? = {
    if let value = getenv("BIRDIE_REPRODUCIBLE"), strcmp(value, "1") == 0 { return nil }
    // Read while the library is loaded.
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    if let core = bestCore { setenv("OPENBLAS_CORETYPE", core, 0) }
    guard let library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL) else { return nil }
    return OpenBLAS(library)
  }()

  /// The kernels for the instructions that this processor has, unless the user named others.
  ///
  /// Releases know the processors of their day: 0.3.21 takes a Xeon of 2023 for one without AVX and
  /// multiplies at a fifth of its speed. Two names in place of a dozen also mean that more machines
  /// round alike.
  private static var bestCore: String? {
    if birdie_kernels_for("avx512") != nil { return "SkylakeX" }
    return birdie_kernels_for("avx2") != nil ? "Haswell" : nil
  }

  private init?(_ library: UnsafeMutableRawPointer) {
    typealias Number = @convention(c) () -> Index
    typealias Text = @convention(c) () -> UnsafePointer<CChar>?
    guard let flavour = dlsym(library, "openblas_get_parallel"),
      unsafeBitCast(flavour, to: Number.self)() != 2,
      let core = dlsym(library, "openblas_get_corename"),
      let sgemm = dlsym(library, "cblas_sgemm"), let dgemm = dlsym(library, "cblas_dgemm"),
      let dsyrk = dlsym(library, "cblas_dsyrk"),
      let dtrsm = dlsym(library, "cblas_dtrsm"), let dpotrf = dlsym(library, "dpotrf_")
    else { return nil }
    coreName = unsafeBitCast(core, to: Text.self)().map { String(cString: $0) } ?? "unknown"
    self.sgemm = unsafeBitCast(sgemm, to: SGEMM.self)
    self.dgemm = unsafeBitCast(dgemm, to: DGEMM.self)
    self.dsyrk = unsafeBitCast(dsyrk, to: DSYRK.self)
    self.dtrsm = unsafeBitCast(dtrsm, to: DTRSM.self)
    self.dpotrf = unsafeBitCast(dpotrf, to: DPOTRF.self)
  }
}
