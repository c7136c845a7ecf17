public import Diagnostics
public import Files

extension ScratchFile {
  /// The written bytes, mapped; nothing can be appended afterwards.
  public consuming func finish() throws(Rejection) -> Storage { Storage(try mapping()) }
}
