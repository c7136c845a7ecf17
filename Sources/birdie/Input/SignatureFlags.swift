import ArgumentParser
import Signatures

/// Which signature a folder is held to.
struct SignatureFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp("The public key, PEM, that a folder was signed with.", valueName: "file"),
    completion: .file())
  var key: String?

  @Option(
    help: ArgumentHelp("The signature; without it, model.sig in the folder.", valueName: "file"),
    completion: .file())
  var signature: String?

  @Flag(help: "Let files be that were not signed.")
  var ignoreUnsigned = false

  func validate() throws {
    guard key != nil || (signature == nil && !ignoreUnsigned) else {
      throw ValidationError("--signature and --ignore-unsigned mean nothing without --key")
    }
  }

  /// What was typed, as the library wants it.
  var unsigned: ModelSignature.UnsignedFiles { ignoreUnsigned ? .ignored : .refused }

  /// Where the signature of a folder lies.
  func path(in folder: String) -> String { signature ?? ModelSignature.path(in: folder) }
}
