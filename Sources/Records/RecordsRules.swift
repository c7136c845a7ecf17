public import Diagnostics

/// The rules of records, cards and manifests (I…).
public enum RecordsRules {
  /// A submission.json that is none.
  public static let malformed = Rule(
    "I01", "no submission",
    because: "A record is described by an object of JSON; without it nobody knows what it claims.",
    remedy: "Write a submission.json with author, github_id, name, date and val_bpb.")

  /// A field that holds something of another type.
  public static let wrongType = Rule(
    "I02", "a field of the wrong type",
    because: "A list where a number belongs, or an object where a text belongs, has no single "
      + "meaning; to pick one would put a claim into the author's mouth.",
    remedy: "Give the field one value of the type that docs/formats/records.md names.")

  /// A number that cannot be what its name says.
  public static let impossibleNumber = Rule(
    "I03", "an impossible number",
    because: "A count of bytes below zero or with a fraction, or bits per byte that are negative, "
      + "is a mistake in the file, and every comparison with it would be wrong.",
    remedy: "Correct the number, or leave the field out.")

  /// More than any record holds.
  public static let tooLarge = Rule(
    "I04", "a record beyond its bounds",
    because: "Descriptions are read whole. One of many megabytes, with thousands of seeds or tens "
      + "of thousands of files, is no description, and would only cost memory.",
    remedy: "Keep logs and weights in files of their own, and one record in one folder.")

  /// A folder that cannot be gone through.
  public static let noFolder = Rule(
    "I05", "no record folder",
    because: "A record is a folder with a description, logs and a script; nothing else can be "
      + "checked or shared as one.",
    remedy: "Name the folder that holds submission.json, and make it readable.", status: .noInput)

  /// A path that could lead out of its folder.
  public static let unsafePath = Rule(
    "I06", "an unsafe path",
    because: "Paths in manifests and indexes come from strangers. One that is absolute, that steps "
      + "up with `..` or that hides control characters could write or read anywhere.",
    remedy: "Use relative paths whose parts are plain names, separated by `/`.",
    status: .refused)

  /// A manifest.json that is none.
  public static let badManifest = Rule(
    "I07", "no manifest",
    because: "A manifest is what files are held against: one that is incomplete, contradicts "
      + "itself or names a file twice proves nothing.",
    remedy: "Write the manifest again from the files.")

  /// An index.json that is none.
  public static let badIndex = Rule(
    "I08", "no index of records",
    because: "Programs find records by the index at the root; entries that are incomplete or "
      + "stand twice would hide records.",
    remedy: "Write the index again from the records.")

  /// A file of a later version of this software.
  public static let newerSchema = Rule(
    "I09", "a later schema",
    because: "The file says that the meaning of its keys is not the one this version knows; read "
      + "all the same, it could be taken for complete while the important part is ignored.",
    remedy: "Use a newer Birdie.")

  /// Two records that would lie in one place.
  public static let collision = Rule(
    "I10", "two records at one path",
    because: "Names are made safe for every file system, and two of them came out the same or "
      + "differ only in capitals; the second would overwrite the first.",
    remedy: "Rename one of the record folders.", status: .cannotCreate)

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [
    malformed, wrongType, impossibleNumber, tooLarge, noFolder, unsafePath, badManifest, badIndex,
    newerSchema, collision,
  ]
}
