// How fast symbols of one tensor are coded on one core, under the model that is chosen for them.
//
//   coder-speed FILE ROWS [RUNS]      FILE has signed bytes, ROWS rows of them
//
// Prints one line of JSON: symbols, bytes, and medians in millions of symbols a second.
import EntropyCoding
import Files
import Glibc
import TensorCore

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let duration = try clock.measure(body)
  return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

let arguments = CommandLine.arguments
guard arguments.count > 2, let rows = Int(arguments[2]) else {
  print("usage: coder-speed FILE ROWS [RUNS]")
  exit(64)
}
let runs = arguments.count > 3 ? Int(arguments[3]) ?? 9 : 9
let storage = Storage(try FileMapping(path: arguments[1]))
guard let block = SymbolBlock(storage.bytes, .i8) else { exit(65) }
let geometry = StreamGeometry(
  count: storage.byteCount, extents: [rows, storage.byteCount / rows])
var planned: (stream: StreamDescription, bits: Double)?
let planner = StreamPlanner(block, geometry)
let planning = seconds { planned = planner.plan() }
guard let plan = planned else { exit(65) }
let symbols = planner.offsets
let chunk = StreamDescription.chunkSymbols
var encoded: [[UInt8]] = []
var encoding: [Double] = []
var decoding: [Double] = []
for _ in 0..<runs {
  encoded = []
  encoding.append(
    try seconds {
      var encoder = try StreamEncoder(plan.stream)
      for start in stride(from: 0, to: symbols.count, by: chunk) {
        encoded.append(encoder.next(symbols[start..<min(start + chunk, symbols.count)]))
      }
    })
  var decoded: [[UInt16]] = []
  decoding.append(
    try seconds {
      var decoder = try StreamDecoder(plan.stream)
      for bytes in encoded { decoded.append(try decoder.next(bytes.span.bytes)) }
    })
  guard decoded.joined().elementsEqual(symbols) else {
    fatalError("what was decoded is not what was encoded")
  }
}
let count = Double(symbols.count)
let byteCount = encoded.reduce(0) { $0 + $1.count }
print(
  """
  {"model":"\(plan.stream.modelName)","symbols":\(symbols.count),"bytes":\(byteCount),\
  "bits":\(8 * Double(byteCount) / count),\
  "plan_msym_s":\(count / planning / 1e6),"encode_msym_s":\(count / median(encoding) / 1e6),\
  "decode_msym_s":\(count / median(decoding) / 1e6)}
  """)
