internal import CKernels
internal import Diagnostics

extension Tensor {
  /// The elements one after another: the storage itself, or a copy of a scattered view.
  public func packed() -> Storage {
    if let storage = contiguousStorage { return storage }
    // A type that shares bytes has only contiguous views, so the width is known.
    guard let width = dtype.byteWidth, let runLength = shape.dimensions.last,
      let runStride = layout.strides.last
    else { return storage }
    var bytes = [UInt8](repeating: 0, count: byteCount)
    storage.bytes.withUnsafeBytes { source in
      bytes.withUnsafeMutableBytes { target in
        var done = 0
        forEachRunStart { start in
          birdie_gather(
            target.baseAddress.map { $0 + done }, source.baseAddress.map { $0 + start * width },
            width, runLength, runStride * width)
          done += runLength * width
        }
      }
    }
    return Storage(bytes)
  }

  /// Calls `body` with the first element's position of each run along the last axis, in order.
  private func forEachRunStart(_ body: (Int) -> Void) {
    let outer = shape.dimensions.dropLast()
    var index = [Int](repeating: 0, count: outer.count)
    var position = layout.offset
    for _ in 0..<outer.reduce(1, *) {
      body(position)
      for axis in outer.indices.reversed() {
        index[axis] += 1
        position += layout.strides[axis]
        if index[axis] < outer[axis] { break }
        position -= index[axis] * layout.strides[axis]
        index[axis] = 0
      }
    }
  }

  /// The elements of a float tensor as float32, or nil for other types.
  func widened() -> [Float]? {
    guard let widen = Self.widening(from: dtype) else { return nil }
    let count = shape.elementCount
    return packed().bytes.withUnsafeBytes { source in
      [Float](unsafeUninitializedCapacity: count) { target, filled in
        if count > 0, let base = target.baseAddress { widen(base, source.baseAddress, count) }
        filled = count
      }
    }
  }

  /// The conversion of `dtype` to float32, or nil where there is none.
  static func widening(
    from dtype: DType
  ) -> ((UnsafeMutablePointer<Float>, UnsafeRawPointer?, Int) -> Void)? {
    switch dtype {
    case .f32:
      { target, source, count in
        guard let source else { return }
        UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: 4 * count)
      }
    case .f16: { birdie_f16_to_f32($0, $1, $2) }
    case .bf16: { birdie_bf16_to_f32($0, $1, $2) }
    case .f64: { birdie_f64_to_f32($0, $1, $2) }
    case .f8e4m3: { birdie_f8_e4m3fn_to_f32($0, $1?.assumingMemoryBound(to: UInt8.self), $2) }
    case .f8e5m2: { birdie_f8_e5m2_to_f32($0, $1?.assumingMemoryBound(to: UInt8.self), $2) }
    case .f8e4m3fnuz:
      { birdie_f8_e4m3fnuz_to_f32($0, $1?.assumingMemoryBound(to: UInt8.self), $2) }
    case .f8e5m2fnuz:
      { birdie_f8_e5m2fnuz_to_f32($0, $1?.assumingMemoryBound(to: UInt8.self), $2) }
    case .f8e8m0: { birdie_f8_e8m0_to_f32($0, $1?.assumingMemoryBound(to: UInt8.self), $2) }
    default: nil
    }
  }
}

// MARK: - Checks that encodings share

extension Tensor {
  /// Throws C09 unless the elements have `type` and lie in the storage without repetition: a view
  /// that repeats one byte a billion times is no stored code.
  func requireStored(as type: DType, _ part: String) throws(Rejection) {
    try require(
      dtype == type, EncodingRules.componentMismatch,
      "the \(part) are \(dtype.rawValue), not \(type.rawValue)")
    try requireUnrepeated(part)
  }

  /// Throws C09 if the view has more bytes than its storage.
  func requireUnrepeated(_ part: String) throws(Rejection) {
    try require(
      byteCount <= storage.byteCount, EncodingRules.componentMismatch,
      "the \(part) repeat \(storage.byteCount) stored bytes to fill \(shape)")
  }

  /// The values of a scale component; throws C09 unless there are `count` finite floats.
  func scales(count: Int, _ part: String = "scales") throws(Rejection) -> [Float] {
    try require(
      shape.elementCount == count, EncodingRules.componentMismatch,
      "there are \(shape.elementCount) \(part), the codes need \(count)")
    try requireUnrepeated(part)
    guard let values = widened() else {
      throw Rejection(
        EncodingRules.componentMismatch, "the \(part) are \(dtype.rawValue), not a float type")
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw Rejection(
        EncodingRules.componentMismatch, "number \(index) of the \(part) is \(values[index])")
    }
    return values
  }
}
