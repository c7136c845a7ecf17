internal import Diagnostics
internal import TensorCore
protocol GolfFamily: Sendable { static var id: String {get}; static func recognizes(_ v: TorchValue) -> Bool; static func tensors(from v: TorchValue, audit: inout Audit) throws(Rejection) -> [NamedTensor] }
enum GolfFamilies { static let all: [any GolfFamily.Type] = [] }
extension TensorEncoding { var asksForPolicy: Bool { false } }
extension EncodedTensor { var description: String { "" } }
struct SafetensorsOutput: ConversionOutput { let files: [(path: String, byteCount: Int)] = []
 init(_ plan: inout ConversionPlan, _ path: String, _ o: ConversionOptions, from: Checkpoint) throws(Rejection) {}
 func write(_ plan: ConversionPlan, _ meter: inout ProgressMeter, _ approve: () throws(Rejection) -> Void) throws(Rejection) -> [Audit.Warning] { [] } }
extension TorchObjectBuilder { func quantized(_ c: TorchCall) throws(Rejection) -> TorchValue { .none } }
