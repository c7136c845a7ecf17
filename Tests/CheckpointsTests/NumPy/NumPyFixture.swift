import Checkpoints
import Diagnostics
import Files
import TensorCore
import TestSupport

/// Opens fixtures and lays their elements out as NumPy shows them.
enum NumPyFixture {
  static func open(_ input: CheckpointInput, audit: inout Audit) throws(Rejection) -> Checkpoint {
    NumPyArchiveFormat.recognizes(input)
      ? try NumPyArchiveFormat.open(input, audit: &audit)
      : try NumPyArrayFormat.open(input, audit: &audit)
  }

  static func open(_ name: String, audit: inout Audit) throws(Rejection) -> Checkpoint {
    let file = try FileMapping(path: Fixtures.path("numpy/" + name))
    return try open(CheckpointInput(path: file.path, storage: Storage(file)), audit: &audit)
  }

  /// The elements in row-major order, little-endian, as hexadecimal digits.
  static func hex(_ content: TensorContent) -> String? {
    switch content {
    case .dense(let tensor): hex(tensor, swaps: false)
    case .transformed(let tensor, .byteSwap): hex(tensor, swaps: true)
    default: nil
    }
  }

  private static func hex(_ tensor: Tensor, swaps: Bool) -> String? {
    guard let width = tensor.dtype.byteWidth else { return nil }
    let component = width / tensor.dtype.componentsPerElement
    let bytes = tensor.storage.bytes
    var text = ""
    for position in positions(tensor.layout) {
      for offset in 0..<width {
        let swapped = offset / component * component + component - 1 - offset % component
        let byte = bytes.unsafeLoad(
          fromByteOffset: position * width + (swaps ? swapped : offset), as: UInt8.self)
        text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return text
  }

  private static func positions(_ layout: Layout) -> [Int] {
    guard layout.shape.elementCount > 0 else { return [] }
    return zip(layout.shape.dimensions, layout.strides).reduce([layout.offset]) { starts, axis in
      starts.flatMap { start in (0..<axis.0).map { start + $0 * axis.1 } }
    }
  }
}
