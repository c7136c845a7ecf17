/// What the numbers of a description are about: docs/formats/birdie.md names each by its number.
/// Numbers about the same thing share what was learnt of them.
enum CodedField {
  static let textLength = 1
  static let textByte = 2
  static let word = 3
  static let codingKind = 12
  static let planeModel = 13
  static let planeByte = 14
  static let planeByteAfter = 15
  static let streamKind = 16
  static let stepsPerOctave = 17
  static let logarithm = 18
  static let isDelta = 19
  static let fieldWidth = 20
  static let precision = 21
  static let leastSymbol = 22
  static let symbolCount = 23
  static let lowBits = 24
  static let classFlags = 25
  static let rowClass = 26
  static let columnClass = 27
  static let trellis = 28
  static let model = 29
  static let frequencyDigits = 30
  static let frequency = 31
  static let support = 50
  static let location = 51
  static let exponent = 52
  static let tail = 53
  static let width = 54
  static let amplitude = 55
  static let lanes = 56
  static let chunkLength = 57
  static let digitBase = 58
  static let fieldRows = 59
  static let magnitude = 60
  static let isNegative = 200
}
