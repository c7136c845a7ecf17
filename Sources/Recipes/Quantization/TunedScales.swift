internal import Checkpoints
internal import Diagnostics
internal import EntropyCoding
internal import TensorCore
internal import TensorOps

/// Something of a tensor that is tuned while its codes stay.
struct Tunable {
  /// What a factor multiplies.
  enum Axis {
    case rows, columns
  }

  /// The tensor's place in the checkpoint.
  let index: Int
  /// The axis along which its factors differ; nil where its elements themselves are tuned.
  let axis: Axis?
  let shape: Shape
  /// Factors of scales, or elements.
  var values: [Double]
  /// How large a value is that moves by 1.
  let unit: Double

  /// The values in the shape that broadcasts to the tensor's.
  var tensor: Tensor {
    let count = values.count
    let dimensions =
      switch axis {
      case .rows: [count, 1]
      case .columns: [1, count]
      case nil: shape.dimensions
      }
    return Tensor(values.map(Float.init), .f32, dimensions)
  }
}

/// What tuning made of scales and small tensors. How finely scales are written is open until it is
/// known what fits.
struct TunedScales {
  private let tunables: [Tunable]
  private let scaled: [Int]

  init(_ tunables: [Tunable]) {
    self.tunables = tunables
    scaled = tunables.indices.filter { tunables[$0].axis != nil }
  }

  /// Scales of columns are powers of two with eighths before they are tuned, and with sixty-fourths
  /// at best after it.
  private static let exponents = 3...6

  /// The finest that scales can be written.
  var mostFineness: Int { scaled.count * (Self.exponents.count - 1) }

  /// The checkpoint with tuned scales, the more of them the more finely written the larger
  /// `fineness` is: from 0, which leaves them as they were, to `mostFineness`. Small tensors take
  /// their tuned values in any case.
  func applied(to quantized: Checkpoint, fineness: Int) throws(Rejection) -> Checkpoint {
    var result = quantized
    for tunable in tunables where tunable.axis == nil {
      let tensor = quantized.tensors[tunable.index]
      // Half precision ends here.
      guard tunable.values.allSatisfy({ abs($0) <= 65_504 }) else { continue }
      let values = NamedTensor(name: tensor.name, content: .dense(tunable.tensor))
      result.tensors[tunable.index].content =
        if case .encoded(let cast) = tensor.content,
          let stored = (cast.encoding as? CastEncoding)?.stored
        {
          try values.content(storedIn: stored)
        } else {
          .dense(tensor.dtype == .f32 ? tunable.tensor : try values.cast(to: tensor.dtype))
        }
    }
    guard !scaled.isEmpty else { return result }
    for (place, index) in scaled.enumerated() {
      let exponent =
        Self.exponents.lowerBound + fineness / scaled.count
        + (place < fineness % scaled.count ? 1 : 0)
      guard exponent > Self.exponents.lowerBound else { continue }
      let tunable = tunables[index]
      guard case .encoded(let encoded) = quantized.tensors[tunable.index].content else { continue }
      result.tensors[tunable.index].content = .encoded(
        try encoded.scaled(by: tunable.values, exponent: exponent))
    }
    return result
  }

  /// What can be tuned of a checkpoint's tensors, but for those of the indices `fixed`.
  static func tunables(
    of checkpoint: Checkpoint, fixed: Set<Int>
  ) throws(Rejection) -> [Tunable] {
    var tunables: [Tunable] = []
    for (index, tensor) in checkpoint.tensors.enumerated() where !fixed.contains(index) {
      if case .encoded(let encoded) = tensor.content, !(encoded.encoding is CastEncoding) {
        guard let part = encoded.tunedPart else { continue }
        let count = encoded.components[part.index].tensor.shape.elementCount
        tunables.append(
          Tunable(
            index: index, axis: part.axis, shape: tensor.shape,
            values: [Double](repeating: 1, count: count), unit: 1))
      } else if [.f32, .bf16, .f16].contains(tensor.dtype),
        tensor.shape.elementCount <= QuantizationRecipe.fewestElements
      {
        let values = try tensor.floats().map(Double.init)
        let square = values.reduce(0) { $0 + $1 * $1 } / Double(max(values.count, 1))
        guard square.isFinite, square > 0 else { continue }
        tunables.append(
          Tunable(
            index: index, axis: nil, shape: tensor.shape, values: values,
            unit: square.squareRoot()))
      }
    }
    return tunables
  }
}

extension EncodedTensor {
  /// The scales that can be tuned, and what they multiply: those of columns before those of rows.
  fileprivate var tunedPart: (index: Int, axis: Tunable.Axis)? {
    switch encoding {
    case is GridCodes where components[2].tensor.shape.elementCount == shape[1]: (2, .columns)
    case let codes as ScaledCodes where codes.coverage == .row && shape.rank == 2: (1, .rows)
    default: nil
    }
  }

  /// The same codes with scales times `factors`, those of columns rounded to powers of two with
  /// fractions of 2^-`exponent`.
  fileprivate func scaled(
    by factors: [Double], exponent: Int
  ) throws(Rejection) -> EncodedTensor {
    guard let part = tunedPart else { return self }
    let scales = components[part.index].tensor
    let products = zip(scales.floats, factors).map { scale, factor -> Float in
      let product = Double(scale) * factor
      guard part.axis == .columns, product.isNormal, product > 0 else { return Float(product) }
      let octaves = BinaryLogarithm.of(product) * Double(1 << exponent)
      return Float(OctaveFraction.power(Int(octaves.rounded()), steps: exponent))
    }
    var parts = components
    parts[part.index] = Component(
      name: components[part.index].name,
      tensor: Tensor(products, .f32, scales.shape.dimensions).cast(to: scales.dtype))
    return try EncodedTensor(dtype: dtype, shape: shape, encoding: encoding, components: parts)
  }
}
