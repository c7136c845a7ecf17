internal import Diagnostics

/// Frequencies from a formula with a handful of parameters, for any number of widths.
struct MixtureModel: ProbabilityModel {
  var mixture: ShapeMixture
  var id: String { mixture.shapes.count == 1 ? "shape" : "mixture of \(mixture.shapes.count)" }
  var number: Int { mixture.shapes.count }

  init(_ mixture: ShapeMixture) { self.mixture = mixture }

  func tables(_ alphabet: Alphabet, widthCount: Int) throws(Rejection) -> FrequencyTables {
    guard let frequencies = mixture.tables(alphabet, widthCount: widthCount) else {
      throw Rejection(
        EntropyRules.impossibleTable, "the shapes give no frequencies for their symbols")
    }
    return try FrequencyTables(
      precision: alphabet.precision, symbolCount: alphabet.symbolCount, frequencies: frequencies)
  }

  func write(to encoder: inout AdaptiveEncoder, _ alphabet: Alphabet) {
    encoder.number(mixture.support, CodedField.support)
    encoder.signed(mixture.location, CodedField.location)
    for (index, shape) in mixture.shapes.enumerated() {
      encoder.number(shape.exponent, CodedField.exponent)
      encoder.number(shape.tail, CodedField.tail)
      encoder.signed(shape.width, CodedField.width)
      if index > 0 { encoder.number(shape.amplitude, CodedField.amplitude) }
    }
  }

  init(shapeCount: Int, from decoder: inout AdaptiveDecoder) throws(Rejection) {
    mixture = ShapeMixture(
      support: try decoder.number(CodedField.support, limit: 1 << 20),
      location: try decoder.signed(CodedField.location, limit: 1 << 24), shapes: [])
    for index in 0..<shapeCount {
      var shape = ShapeMixture.Shape()
      shape.exponent = try decoder.number(CodedField.exponent, limit: 64)
      shape.tail = try decoder.number(CodedField.tail, limit: 12)
      shape.width = try decoder.signed(CodedField.width, limit: 1 << 12)
      if index > 0 {
        shape.amplitude = try decoder.number(CodedField.amplitude, limit: 1 << 20)
      }
      try require(
        shape.exponent > 0, EntropyRules.damagedDescription, "a shape has the exponent 0")
      mixture.shapes.append(shape)
    }
  }
}
