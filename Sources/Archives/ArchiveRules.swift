public import Diagnostics

/// The ways a zip or tar file can be wrong. Those about what torch keeps inside are declared here,
/// beside their siblings, and enforced by the reader of checkpoints.
public enum ArchiveRules {
  /// The file does not begin like a zip archive.
  public static let notAZip = Rule(
    "Z01", "Not a zip archive",
    because: """
      Checkpoints of torch are zip archives and begin with the bytes PK 03 04. A download that \
      failed leaves an error page or a pointer file under the right name.
      """,
    remedy: "Download the file again, or unpack it first if it is another kind of archive.")

  /// The record at the end of every zip archive is missing or cut off.
  public static let missingEnd = Rule(
    "Z02", "The archive is cut off",
    because: """
      The list of what a zip archive holds stands at its end. Without it any reading is a guess, \
      and tensors may be missing.
      """,
    remedy: "Copy or download the file again and compare its size with the original's.")

  /// The list of entries is not where, or as long, as the end record says.
  public static let badDirectory = Rule(
    "Z03", "The central directory is not as announced",
    because: """
      The end record says where the list of entries lies and how long it is. Where that is wrong, \
      two readers can see two different archives in one file.
      """,
    remedy: "Write the checkpoint again with torch.save, or repack it with a zip tool.")

  /// The bytes of an entry do not have the announced checksum or length.
  public static let badChecksum = Rule(
    "Z04", "An entry's bytes do not match its checksum",
    because: """
      The weights changed after they were written: a bad disk, memory or transfer. torch does not \
      check and would load them in silence.
      """,
    remedy: """
      Get a fresh copy. To read the damaged weights anyway, pass --lenient Z04.
      """,
    isRelaxable: true)

  /// Two entries have one name, or names that differ only in case.
  public static let duplicateNames = Rule(
    "Z05", "Two entries share a name",
    because: """
      Which of two equal names wins depends on the reader, so a scanner can check one and a \
      loader use the other. Names that differ only in case collide when unpacked on some systems.
      """,
    remedy: """
      Write the archive again with each name once. Names that differ only in case are let through \
      by --lenient Z05.
      """,
    isRelaxable: true)

  /// The two headers of an entry, or a header and the data descriptor, disagree.
  public static let contradictingHeaders = Rule(
    "Z06", "An entry's headers contradict each other",
    because: """
      A zip archive describes each entry twice, and some readers use one description, some the \
      other. Where they differ, readers disagree on what the file holds.
      """,
    remedy: "Write the checkpoint again with torch.save, or repack it with a zip tool.")

  /// An entry's header offset points at something that is not its header.
  public static let badHeaderOffset = Rule(
    "Z07", "An entry points at bytes that are not its own",
    because: """
      With a wrong offset the bytes of one tensor are read under the name of another: torch loads \
      such files without an error.
      """,
    remedy: "Get a fresh copy; if it is the same, do not use the file.")

  /// Two entries share bytes of the file.
  public static let overlappingEntries = Rule(
    "Z08", "Entries overlap",
    because: """
      No writer lets entries share bytes. Bombs do, to unpack the same kilobytes millions of \
      times, and so do files made to look different to different readers.
      """,
    remedy: "Do not use the file.", status: .refused)

  /// The archive asks for far more space than it occupies.
  public static let bomb = Rule(
    "Z09", "The archive unpacks to far more than it should",
    because: """
      Megabytes of deflate can unpack to gigabytes and exhaust the machine. Weights compress by a \
      factor of two, rarely ten.
      """,
    remedy: """
      If the file is yours and truly holds that many zeros, pass --lenient Z09; entries that hold \
      more than they announce are refused anyway.
      """,
    status: .refused, isRelaxable: true)

  /// An entry is encrypted or compressed in a way other than deflate.
  public static let unsupportedMethod = Rule(
    "Z10", "An entry is packed in an unsupported way",
    because: """
      torch reads stored and deflated entries only. Encrypted ones cannot be inspected at all.
      """,
    remedy: "Unpack the archive with the tool that made it and pack it again without a password.")

  /// The 64-bit sizes contradict the 32-bit ones or are absurd.
  public static let badZip64 = Rule(
    "Z11", "The 64-bit sizes make no sense",
    because: """
      Archives beyond 4 GiB keep their sizes in extra fields. Readers differ in when they use \
      them, so both sets must agree.
      """,
    remedy: "Write the checkpoint again with torch.save, or repack it with a zip tool.")

  /// An entry's name or kind could reach outside the folder it is unpacked in.
  public static let unsafeName = Rule(
    "Z12", "An entry's name or kind is unsafe",
    because: """
      Names such as ../x, /etc/x or C:\\x, and symbolic links, make unpackers write outside their \
      folder; control characters make terminals lie.
      """,
    remedy: "Do not unpack the file with other tools. Write it again with plain relative names.",
    status: .refused)

  /// The entries do not share one top folder.
  public static let noSingleRoot = Rule(
    "Z13", "The entries do not lie in one top folder",
    because: """
      torch keeps everything below one folder named after the file. Entries beside it are not \
      torch's, and two folders leave open which one counts.
      """,
    remedy: "Write the checkpoint again with torch.save instead of zipping its parts by hand.")

  /// A record that every checkpoint has is missing or nonsense.
  public static let missingRecords = Rule(
    "Z14", "A record that every checkpoint has is missing",
    because: """
      Without data.pkl there is no description of the tensors, and without a version between 1 \
      and 10 there is no telling how to read it.
      """,
    remedy: "Check that this is a checkpoint of torch and not some other zip archive.")

  /// The file is a TorchScript program.
  public static let torchScript = Rule(
    "Z15", "This is a TorchScript program",
    because: """
      A file with constants.pkl holds compiled code beside the weights. Running it runs that code.
      """,
    remedy: """
      Save the weights alone: torch.save(module.state_dict(), path) after torch.jit.load.
      """,
    isRelaxable: true)

  /// Bytes that belong to no entry.
  public static let strayBytes = Rule(
    "Z16", "Bytes belong to no entry",
    because: """
      What stands before, between or after the entries is invisible to one reader and meaningful \
      to another: two programs in one file, or a second archive hidden in a comment.
      """,
    remedy: """
      Repack the file. Appended bytes and forgotten entries, which torch ignores, are let through \
      by --lenient Z16.
      """,
    isRelaxable: true)

  /// A storage is compressed, so it cannot be mapped.
  public static let compressedStorage = Rule(
    "Z17", "A tensor's storage is compressed",
    because: "torch stores tensors uncompressed, so that they can be mapped and not copied.",
    remedy: "Write the checkpoint again with torch.save, or read it without mapping.",
    isRelaxable: true)

  /// Entries that no checkpoint has.
  public static let unknownMembers = Rule(
    "Z18", "Entries that torch does not write",
    because: "They may be harmless notes or a payload for another program.",
    remedy: "Look at them before you trust the file; converting it leaves them behind.",
    isRelaxable: true)

  /// A tar archive that is damaged or has members other than plain files.
  public static let badTar = Rule(
    "Z19", "The tar archive is damaged or unsafe",
    because: """
      Checkpoints of the first torch releases are tar archives of plain files. Links and paths \
      out of the folder were used to run code while loading them.
      """,
    remedy: "Convert the checkpoint with the torch release that wrote it, on a machine you trust.",
    status: .refused)

  /// A number among the records that torch keeps for itself is no number.
  public static let badBookkeeping = Rule(
    "Z20", "A bookkeeping record is not a number",
    because: "The records .storage_alignment and .format_version hold one decimal number each.",
    remedy: "Write the checkpoint again with torch.save.", isRelaxable: true)

  /// Every rule, in the order of its id.
  public static let all: [Rule] = [
    notAZip, missingEnd, badDirectory, badChecksum, duplicateNames, contradictingHeaders,
    badHeaderOffset, overlappingEntries, bomb, unsupportedMethod, badZip64, unsafeName,
    noSingleRoot, missingRecords, torchScript, strayBytes, compressedStorage, unknownMembers,
    badTar, badBookkeeping,
  ]
}
