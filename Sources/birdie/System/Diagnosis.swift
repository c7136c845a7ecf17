import ByteCodecs
import CKernels
import Checkpoints
import Glibc
import JSON
import TensorOps

/// What the program found out about itself and its machine.
struct Diagnosis {
  /// One fact: a stable key, a label for people, a value and perhaps advice.
  struct Finding {
    let key: String
    let label: String
    let value: JSONValue
    let text: String
    var advice: String?
  }

  let findings: [Finding]

  init() {
    findings = Self.program + Self.openBLAS + Self.codecs + Self.machine
  }

  private static var program: [Finding] {
    let isa = birdie_isa_name().map { String(cString: $0) } ?? "portable"
    return [
      finding("version", "birdie", Birdie.version),
      finding("swift", "Swift", swiftVersion),
      finding("isa", "kernels", isa),
    ]
  }

  private static var swiftVersion: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  private static func finding(_ key: String, _ label: String, _ value: String) -> Finding {
    Finding(key: key, label: label, value: .string(value), text: value)
  }
}

extension Diagnosis {
  /// OpenBLAS reads its settings from the environment while it is loaded.
  private static var openBLAS: [Finding] {
    let coreType = coreType
    // Loads it as products do; a library that they refuse is reported too.
    _ = CPUBackend.matrixProducts
    guard let library = DynamicLibrary("libopenblas.so.0") else {
      return [
        Finding(
          key: "openblas", label: "OpenBLAS", value: .null, text: "not found",
          advice: "Only quantizing and evaluating need it: apt install libopenblas0-pthread.")
      ]
    }
    let flavour = library.number("openblas_get_parallel")
    let core = library.text("openblas_get_corename")
    let config = library.text("openblas_get_config")
    return [
      Finding(
        key: "openblas", label: "OpenBLAS",
        value: [
          "config": JSONValue(config), "core": JSONValue(core),
          "threading": JSONValue(flavour.map(threading)),
        ],
        text: [config, core, flavour.map(threading)].compactMap(\.self).joined(separator: ", "),
        advice: flavour == 2
          ? "The OpenMP flavour hangs under many threads and is refused: "
            + "apt install libopenblas0-pthread." : nil),
      coreType,
    ]
  }

  private static func threading(_ flavour: Int32) -> String {
    switch flavour {
    case 0: "sequential"
    case 1: "pthread"
    case 2: "OpenMP"
    default: "unknown"
    }
  }

  private static var coreType: Finding {
    let forced = Environment.value("OPENBLAS_CORETYPE")
    return Finding(
      key: "openblas_coretype", label: "OPENBLAS_CORETYPE", value: JSONValue(forced),
      text: forced ?? "not set",
      advice: forced.map { "Matrix products use the \($0) kernels, whatever this CPU can do." })
  }

  private static var codecs: [Finding] {
    CodecLibraries.all.map { finding($0.name, $0.name, $0.version) }
  }

  private static var machine: [Finding] {
    let folder = Machine.temporaryFolder
    let free = Machine.freeByteCount(in: folder)
    return [
      Finding(
        key: "cpus", label: "processors", value: .integer(Machine.processorCount),
        text: String(Machine.processorCount)),
      Finding(
        key: "memory_bytes", label: "memory", value: .integer(Machine.memoryByteCount),
        text: Quantity.bytes(Machine.memoryByteCount)),
      Finding(
        key: "temporary", label: "temporary files",
        value: ["path": .string(folder), "free_bytes": JSONValue(free)],
        text: "\(folder), \(free.map(Quantity.bytes) ?? "?") free",
        advice: free == nil ? "The folder does not exist: set TMPDIR to one that does." : nil),
    ]
  }
}
