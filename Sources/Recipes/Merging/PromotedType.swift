internal import TensorCore

extension DType {
  /// The type that torch gives a sum of these.
  static func promoted(_ types: [DType]) -> DType {
    let kinds = Set(types.map { $0 == .f64 || $0 == .f16 || $0 == .bf16 ? $0 : .f32 })
    if kinds.contains(.f64) { return .f64 }
    return kinds.count == 1 ? kinds.first ?? .f32 : .f32
  }
}
