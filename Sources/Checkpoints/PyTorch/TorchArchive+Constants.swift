internal import Archives
internal import Diagnostics
internal import TensorCore

extension TorchArchive {
  /// The tensors of `constants.pkl` under the names that the program in `code/` has for them.
  func constants(audit: inout Audit) throws(Rejection) -> TorchDict {
    let pickle = try record("constants.pkl", audit: &audit)
    return try locating(Place(member: root + "constants.pkl")) { () throws(Rejection) in
      let source = ArchiveStorageSource(archive: self, folder: "constants/")
      let value = try TorchObject.value(ofPickle: pickle.bytes, storages: source, audit: &audit)
      let tensors = (value.sequenceValue ?? []).enumerated().filter { $1.tensorValue != nil }
      return TorchDict(entries: tensors.map { (.string("c\($0)"), $1) })
    }
  }

  /// The weights of a TorchScript module whose object is `value`.
  ///
  /// Freezing turns parameters into constants of the program: where the object has no tensors
  /// they are the weights, called `CONSTANTS.c0` and so on, as in the code. Otherwise they are
  /// none of `state_dict()`, and counted in the warning that the program is not read (Z15).
  func scriptCheckpoint(
    of value: TorchValue, inputByteCount: Int, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let own = Result { () throws(Rejection) in
      try TorchObject.checkpoint(
        of: value, format: PyTorchFormat.id, inputByteCount: inputByteCount, audit: &audit)
    }
    if case .failure(let error) = own, error.rule != TorchRules.noTensors { throw error }
    if case .success(let checkpoint) = own, !checkpoint.tensors.isEmpty {
      remark(remarkOnConstants(), audit: &audit)
      return checkpoint
    }
    let found = try constants(audit: &audit)
    guard !found.entries.isEmpty else {
      remark("", audit: &audit)
      return try own.get()
    }
    remark("; they are constants of a frozen module", audit: &audit)
    let weights = TorchDict(entries: [(.string("CONSTANTS"), .dict(found))])
    return try TorchObject.checkpoint(
      of: .dict(weights), format: PyTorchFormat.id, inputByteCount: inputByteCount, audit: &audit)
  }

  private func remark(_ addition: String, audit: inout Audit) {
    audit.warn(
      ArchiveRules.torchScript, "the weights are read, the program in code/ is not\(addition)",
      at: place)
  }

  /// How many constants there are besides weights; what is wrong with them harms no weight.
  private func remarkOnConstants() -> String {
    var unheard = Audit()
    do throws(Rejection) {
      let count = try constants(audit: &unheard).entries.count
      return count == 0 ? "" : "; nor are the \(count) constants that it uses"
    } catch {
      return "; nor are its constants, which cannot be read: \(error.message)"
    }
  }
}
