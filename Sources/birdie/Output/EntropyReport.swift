import Checkpoints
import Glibc
import JSON

extension InspectionReport {
  /// A table of bits per code, with a line for all tensors; empty unless they were measured.
  func entropyText() -> String {
    let measured = tensors.compactMap { tensor in
      tensor.entropy.map { (tensor.tensor.name, $0) }
    }
    guard let first = measured.first?.1 else { return "" }
    var table = Table(
      [
        .left("bits per code"), .right("codes"), .right("artifact"), .right("model"),
        .right("order 0"),
      ]
        + first.compressed.map { .right($0.name) } + [.left("model")])
    for (name, entropy) in measured {
      table.add(
        [
          name, Quantity.grouped(entropy.symbolCount), bits(entropy.coded?.bitsPerSymbol),
          bits(entropy.coded?.modelBitsPerSymbol), bits(entropy.orderZeroBitsPerSymbol),
        ] + entropy.compressed.map { bits($0.bitsPerSymbol) } + [entropy.coded?.model ?? ""])
    }
    table.add(total(measured.map(\.1)))
    return "\n" + table.rendered(with: Ink(for: STDOUT_FILENO))
  }

  /// The means over all codes; where an artifact does not tell each tensor's own bits, none.
  private func total(_ entropies: [TensorEntropy]) -> [String] {
    let count = entropies.reduce(0) { $0 + $1.symbolCount }
    func mean(_ bits: (TensorEntropy) -> Double?) -> Double? {
      var sum = 0.0
      for entropy in entropies {
        guard let bits = bits(entropy) else { continue }
        sum += bits * Double(entropy.symbolCount)
      }
      return count > 0 ? sum / Double(count) : nil
    }
    let hasModel = entropies.contains { $0.coded != nil }
    return [
      "all", Quantity.grouped(count), bits(hasModel ? mean { $0.coded?.bitsPerSymbol } : nil),
      bits(hasModel ? mean { $0.coded?.modelBitsPerSymbol } : nil),
      bits(mean { $0.orderZeroBitsPerSymbol }),
    ]
      + (entropies.first?.compressed.indices.map { index in
        bits(
          mean { $0.compressed.indices.contains(index) ? $0.compressed[index].bitsPerSymbol : nil })
      } ?? []) + [""]
  }

  private func bits(_ value: Double?) -> String {
    value.map { Quantity.fixed($0, digits: 4) } ?? ""
  }
}

extension TensorEntropy {
  var json: JSONValue {
    [
      "codes": .integer(symbolCount),
      "artifact": JSONValue(coded?.bitsPerSymbol), "model": JSONValue(coded?.modelBitsPerSymbol),
      "model_name": JSONValue(coded?.model), "order_0": .number(orderZeroBitsPerSymbol),
      "compressors": .object(
        compressed.map { (key: $0.name, value: .number($0.bitsPerSymbol)) }),
    ]
  }
}
