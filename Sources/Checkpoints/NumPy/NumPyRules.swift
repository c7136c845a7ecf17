public import Diagnostics

/// The rules about NumPy's `.npy` arrays and `.npz` archives of them.
public enum NumPyRules {
  /// The file does not begin as NumPy's format does, or has a version that does not exist.
  public static let magic = Rule(
    "N01", "no NumPy array of a known version",
    because: "An array begins with the byte 0x93, “NUMPY” and a version from 1.0 to 3.0. Other "
      + "bytes are another format or damage.",
    remedy: "Check what the file is, or save the array again with numpy.save.")

  /// The header's stated length does not fit the file.
  public static let headerLength = Rule(
    "N02", "impossible header length",
    because: "The stated length of the header is larger than the file or than any header has.",
    remedy: "Download or save the file again; a partial download is the usual reason.")

  /// The header is no dictionary with the three keys of the format.
  public static let header = Rule(
    "N03", "malformed header",
    because: "The header must be a Python dictionary with descr, fortran_order and shape and "
      + "nothing else. Birdie reads that much Python and evaluates none.",
    remedy: "Save the array again with numpy.save.")

  /// The elements are Python objects.
  public static let objects = Rule(
    "N04", "array of Python objects",
    because: "Such an array is a pickle: loading it in Python can run any code.",
    remedy: "Save the array with a numeric type. Do not load the file with allow_pickle=True.",
    status: .refused)

  /// The elements are records.
  public static let records = Rule(
    "N05", "structured array",
    because: "A checkpoint has one type per tensor; records have several fields each.",
    remedy: "Save each field as an array of its own.")

  /// The type is none that a tensor can have.
  public static let type = Rule(
    "N06", "unknown element type",
    because: "Tensors hold numbers and booleans of 8 to 128 bits; text, dates, 80-bit floats and "
      + "raw bytes of unknown meaning are none.",
    remedy: "Convert the array, or leave it out. bfloat16 is known as V2 or by its name.")

  /// The shape's element or byte count overflows, or it has too many axes.
  public static let shape = Rule(
    "N07", "impossible shape",
    because: "The product of the extents does not fit a machine integer, an extent is negative or "
      + "there are more than 64 axes: no array in memory had that shape.",
    remedy: "Do not use the file.")

  /// There are fewer bytes than the shape needs.
  public static let truncated = Rule(
    "N08", "array cut off",
    because: "The file has fewer bytes than its type and shape need: some numbers are missing.",
    remedy: "Download or save the file again; a partial download or a full disk is the usual "
      + "reason.")

  /// Bytes follow the array.
  public static let trailing = Rule(
    "N09", "bytes after the array",
    because: "What follows the array is invisible to numpy.load and can carry anything.",
    remedy: "Save the array again; --lenient N09 ignores the rest as NumPy does.",
    isRelaxable: true)

  /// A member of the archive is no array.
  public static let member = Rule(
    "N10", "archive member is no array",
    because: "An .npz archive holds .npy members only. NumPy hands out anything else as raw "
      + "bytes, which are no tensor.",
    remedy: "Remove the member, or --lenient N10 to skip it.",
    isRelaxable: true)

  /// Every rule about NumPy's formats, in the order of their ids.
  public static let all: [Rule] = [
    magic, headerLength, header, objects, records, type, shape, truncated, trailing, member,
  ]
}
