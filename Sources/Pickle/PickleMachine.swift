public import Diagnostics

/// Reads a pickle of protocol 2 to 5 into a graph of values. Calls nothing and imports nothing:
/// calls and instantiations are written down as `PickledObject`s.
public enum PickleMachine {
  /// Runs one pickle and gives its values, or the first reason not to trust it.
  ///
  /// `policy` is asked once per imported symbol; names that are dangerous by themselves are refused
  /// whatever it says. Calls need `callable`; instances need `callable` or `instance`, or a state
  /// with `_parameters`, `_buffers` and `_modules`, which makes an unknown class a neural-network
  /// module that is read as data. Linear in the size of the stream.
  ///
  /// Throws rules P01 to P40; offsets count from the start of `bytes`. Relaxed rules warn
  /// in `audit`.
  public static func run(
    _ bytes: RawSpan, from start: Int = 0, policy: (Symbol) -> SymbolVerdict,
    limits: PickleLimits = .default, audit: inout Audit
  ) throws(Rejection) -> PickleGraph {
    var engine = PickleEngine(bytes, from: start, limits: limits, conduct: .enforce(audit))
    defer { if case .enforce(let used) = engine.conduct { audit = used } }
    do throws(Rejection) {
      let root = try engine.run(policy: policy)
      return try engine.settle(root: root)
    } catch { throw engine.unmask(error) }
  }

  /// Goes through one pickle as far as it can be followed and reports all that it imports and all
  /// that is wrong with it; throws nothing. The byte strings that are handed to the functions in
  /// `loaders`, which read them as pickles, are in the report.
  public static func survey(
    _ bytes: RawSpan, from start: Int = 0, policy: (Symbol) -> SymbolVerdict,
    loaders: Set<Symbol> = [], limits: PickleLimits = .default
  ) -> PickleSurvey {
    var engine = PickleEngine(bytes, from: start, limits: limits, conduct: .collect([]))
    var damage: Rejection?
    do throws(Rejection) {
      let root = try engine.run(policy: policy)
      _ = try engine.settle(root: root)
    } catch {
      damage = error
      // Nothing throws for a symbol while collecting.
      do throws(Rejection) { try engine.settleImports() } catch {}
    }
    return engine.survey(damage: damage, loaders: loaders)
  }
}

/// What a pickle would do if Python loaded it.
public struct PickleSurvey: Sendable {
  /// Every symbol it imports, in the order of the stream.
  public let imports: [PickleImport]
  /// What is wrong with it, in the order of the stream; what stopped the survey comes last.
  public let findings: [Rejection]
  /// Whether STOP was reached.
  public let isComplete: Bool
  /// The byte after the last instruction that was followed.
  public let endOffset: Int
  /// The version that PROTO declares; 0 without one.
  public let protocolVersion: Int
  /// The byte strings in the arguments of the functions that were called loaders.
  public let nested: [[UInt8]]
}
