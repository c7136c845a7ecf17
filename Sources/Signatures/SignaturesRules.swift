public import Diagnostics

/// The rules of model signatures (G…).
public enum SignaturesRules {
  /// A signature that does not fit the files.
  public static let mismatch = Rule(
    "G01", "the files are not those that were signed",
    because: "The signature is good, and a file was altered, added, removed or replaced by a link "
      + "since it was made.",
    remedy: "Get the files again from whoever signed them; --ignore-unsigned lets added ones be.",
    status: .difference)

  /// A bundle that cannot be read as one.
  public static let bundle = Rule(
    "G02", "damaged signature file",
    because: "A signature is a Sigstore bundle: JSON with one envelope, whose payload and "
      + "signature are base64. A reader that guesses at less could be led to check something else.",
    remedy: "Get the signature file again.")

  /// A bundle of a kind that no key alone can check.
  public static let unsupportedBundle = Rule(
    "G03", "signed in another way than with a key",
    because: "Certificates, transparency logs and signatures over single files need a trusted root "
      + "or another procedure; a key says nothing about them.",
    remedy:
      "Ask for a signature by a key (`model_signing sign key`, `birdie sign`), or verify this "
      + "one with `model_signing verify`.")

  /// A hint or a curve that belongs to another key.
  public static let otherKey = Rule(
    "G04", "signed with another key",
    because: "The bundle names the key that made it by a digest, and that is not the given one.",
    remedy: "Give the public key of whoever signed the files. If that is the key you gave, the "
      + "signature is someone else's: trust neither it nor the files.",
    status: .refused)

  /// A signature that the key did not make.
  public static let forged = Rule(
    "G05", "the signature is not valid",
    because: "The key did not sign this payload: either was changed afterwards, or it was forged.",
    remedy: "Do not use the files; get them and their signature again from the source.",
    status: .refused)

  /// A signed statement that contradicts itself or the format.
  public static let statement = Rule(
    "G06", "the signed statement is malformed",
    because: "The statement lists the files by path and digest, each once, and a digest over all. "
      + "A path that leaves the folder or a digest that does not fit would vouch for other files.",
    remedy: "Have the files signed again: the signer's tool writes what no reader should accept.")

  /// A statement of a form that is not implemented.
  public static let unsupportedStatement = Rule(
    "G07", "the statement is of a form that is not read",
    because: "Statements of model signatures 1.0 over SHA-256 digests of files or of their shards "
      + "are read; other digests, methods and the statements before 1.0 are not.",
    remedy: "Have the files signed again with the defaults of model_signing 1.0 or later.")

  /// A key that is no EC key in PEM.
  public static let key = Rule(
    "G08", "no usable key",
    because: "Signatures are made and checked with elliptic-curve keys on P-256, P-384 or P-521: a "
      + "private key to sign, its public key to verify, as PEM.",
    remedy: "Make a key with `openssl ecparam -name prime256v1 -genkey -noout -out key.pem`, its "
      + "public key with `openssl pkey -in key.pem -pubout -out key.pub`, and the public key of a "
      + "certificate with `openssl x509 -in cert.pem -pubkey -noout`.")

  /// A private key under a passphrase.
  public static let encryptedKey = Rule(
    "G09", "the private key is encrypted",
    because: "Birdie asks for no passphrases.",
    remedy: "Decrypt it to where only you can read it: "
      + "`openssl pkey -in key.pem -out plain.pem`.")

  /// Something in a folder that cannot be signed.
  public static let unsignable = Rule(
    "G10", "something in the folder cannot be signed",
    because: "A signature covers regular files by names in UTF-8. What a link or a device leads to "
      + "can change while the folder stays the same.",
    remedy: "Replace links by files, remove what is none, or leave it out with --ignore.",
    status: .refused)

  /// A private key that others can read.
  public static let exposedKey = Rule(
    "G11", "others can read the private key",
    because: "Whoever reads the key can sign in your name.",
    remedy: "`chmod 600` the file, and make a new key if it was ever shared.")

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [
    mismatch, bundle, unsupportedBundle, otherKey, forged, statement, unsupportedStatement, key,
    encryptedKey, unsignable, exposedKey,
  ]
}
