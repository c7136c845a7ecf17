import ArgumentParser
import Diagnostics
import Signatures

/// `birdie sign`: these files are mine, as they are.
struct Sign: Verb {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Signs a folder, so that others can tell whether its files are still the same.",
    discussion: """
      Writes a signature that `birdie verify DIR --key PUB.pem` and `model_signing verify key` \
      check: the SHA-256 of every file in the folder and in the folders in it, hidden ones too, \
      but what git keeps. The key is an elliptic-curve key on P-256, P-384 or P-521, as PEM, \
      without a passphrase. Links and devices are refused.
      """)

  static let examples = [
    "birdie sign model/ --key key.pem",
    "birdie sign model/ --key key.pem --ignore logs --ignore train.sh",
    "openssl ecparam -name prime256v1 -genkey -noout -out key.pem   # makes a key",
    "openssl pkey -in key.pem -pubout -out key.pub                  # what others verify with",
  ]

  @Argument(help: "The folder.", completion: .directory)
  var path: String

  @Option(help: ArgumentHelp("The private key, PEM.", valueName: "file"), completion: .file())
  var key: String

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "The signature to write; without it, model.sig in the folder.", valueName: "file"),
    completion: .file())
  var result: String?

  @Option(
    help: ArgumentHelp(
      "Leave out a file or folder, by its path in the folder; noted in the signature.",
      valueName: "path"))
  var ignore: [String] = []

  @Flag(help: "Replace an existing signature.")
  var force = false

  @OptionGroup var output: OutputOptions

  func run() throws {
    var audit = Audit()
    let report = try SigningReport(
      of: path, key: SigningKey(path: key, audit: &audit), ignoring: ignore,
      output: result ?? ModelSignature.path(in: path), overwrites: force, output)
    report.print(output, audit.warnings)
  }
}
