public import Diagnostics

/// The rules about safetensors files and folders of shards.
public enum SafetensorsRules {
  /// The eight bytes that say how long the header is contradict the file or the format.
  public static let headerLength = Rule(
    "S01", "impossible header length",
    because: "The file's first eight bytes give the length of its header. Zero, more than 100 MB "
      + "or more than the file has means that the file is cut off or is no safetensors file.",
    remedy: "Download or save the file again; a partial download is the usual reason.")

  /// The header does not begin with `{`.
  public static let headerStart = Rule(
    "S02", "header does not begin with {",
    because: "The format demands that byte 8 is an opening brace, so that no other kind of file "
      + "can pass for a safetensors file. Python's reader lets white space through.",
    remedy: "Save the file again with a current safetensors; --lenient S02 skips white space.",
    isRelaxable: true)

  /// Bytes that belong to no tensor follow the header or the last tensor.
  public static let trailingBytes = Rule(
    "S03", "bytes that belong to nothing",
    because: "Every byte of the file must belong to the header or to one tensor. What lies behind "
      + "the last one is invisible to readers and can carry anything.",
    remedy: "Save the file again, or find out what was appended and by whom.")

  /// The last tensors reach beyond the end of the file.
  public static let truncatedPayload = Rule(
    "S04", "payload cut off",
    because: "The header describes more bytes than the file has: some weights are missing.",
    remedy: "Download or save the file again; a partial download or a full disk is the usual "
      + "reason.")

  /// Tensors overlap, leave a hole, run backwards or do not start at zero.
  public static let offsets = Rule(
    "S05", "tensors do not tile the payload",
    because: "Tensors must follow each other without hole and overlap. A hole can hide data, an "
      + "overlap makes two tensors change together.",
    remedy: "The file was not written by a safetensors library; save it again with one.")

  /// The range of a tensor has not the size that its type and shape need.
  public static let sizeMismatch = Rule(
    "S06", "type, shape and range disagree",
    because: "A tensor's bytes must be exactly those that its type and shape need; otherwise "
      + "readers would show numbers from elsewhere.",
    remedy: "The header is damaged or hand-made; save the file again from the original tensors.")

  /// A shape's element or byte count does not fit 63 bits.
  public static let overflow = Rule(
    "S07", "shape overflows",
    because: "The product of the extents does not fit a machine integer. Such shapes are made to "
      + "make a reader compute a small size for a huge tensor.",
    remedy: "Do not use the file; no real tensor has such a shape.")

  /// A number in the header is no plain non-negative integer.
  public static let number = Rule(
    "S08", "number is no plain integer",
    because: "Extents and offsets are unsigned integers without sign, fraction, exponent or "
      + "leading zeros; readers differ in what they make of anything else.",
    remedy: "The header is damaged or hand-made; save the file again with a safetensors library.")

  /// The type's name is none of the format's.
  public static let unknownType = Rule(
    "S09", "unknown type",
    because: "The format lists its types, in upper case. What another name means, and how many "
      + "bytes an element has, is anyone's guess.",
    remedy: "Update Birdie if the type is new, or save the tensor with a type of the format.")

  /// Two tensors have the same name.
  public static let duplicateTensor = Rule(
    "S10", "tensor named twice",
    because: "One reader takes the first, another the last: the same file would be two models. "
      + "Python's reader takes the last and says nothing.",
    remedy: "Save the file again; --lenient S10 takes the last one as Python does.",
    isRelaxable: true)

  /// A field of a tensor, or the metadata, appears twice.
  public static let duplicateField = Rule(
    "S11", "field given twice",
    because: "A tensor with two shapes, or a header with two sets of metadata, means different "
      + "things to different readers.",
    remedy: "The header is hand-made; save the file again with a safetensors library.")

  /// A key appears twice in the metadata.
  public static let duplicateMetadata = Rule(
    "S12", "metadata key given twice",
    because: "One reader shows the first value, another the last. Python's reader takes the last.",
    remedy: "Save the file again; --lenient S12 takes the last value as Python does.",
    isRelaxable: true)

  /// The metadata is not an object of strings.
  public static let metadataType = Rule(
    "S13", "metadata is not text",
    because: "Metadata maps text to text and nothing else; Python's reader only lets a null "
      + "through in place of the whole.",
    remedy: "Write other values as text; --lenient S13 takes a null for no metadata.",
    isRelaxable: true)

  /// A tensor's description has missing or additional fields or another form.
  public static let fields = Rule(
    "S14", "unexpected form of a tensor's description",
    because: "A tensor is described by dtype, shape and data_offsets, as an object. Other fields "
      + "are invisible to readers, and only one library understands the other forms.",
    remedy: "Save the file again; --lenient S14 ignores additional fields and accepts the forms "
      + "that Python's reader understands.",
    isRelaxable: true)

  /// A string of the header is not well-formed text.
  public static let text = Rule(
    "S15", "malformed text",
    because: "Names must be UTF-8 without raw control characters and half surrogate pairs, or "
      + "two readers will know a tensor by different names.",
    remedy: "The header is damaged or hand-made; save the file again with a safetensors library.")

  /// A tensor's name is empty, very long, or unsafe to use.
  public static let name = Rule(
    "S16", "unusable tensor name",
    because: "Names that are empty, longer than 4096 bytes, contain NUL or a path's “..” break or "
      + "mislead the tools that print them or make files of them.",
    remedy: "Rename the tensor where it was made, or with --rename while it is converted; "
      + "--lenient S16 lets the name pass.",
    isRelaxable: true)

  /// The header nests more deeply than the format has levels.
  public static let nesting = Rule(
    "S17", "header nested too deeply",
    because: "The format has three levels. Thousands of brackets serve only to exhaust the "
      + "stack of a reader.",
    remedy: "Do not use the file.", status: .refused)

  /// The header is no JSON.
  public static let syntax = Rule(
    "S18", "header is not JSON",
    because: "The header must be one JSON object as RFC 8259 defines it: without comments, "
      + "trailing commas, NaN or a second document. Readers disagree about anything else.",
    remedy: "The file is damaged, hand-made or no safetensors file; save it again.")

  /// Elements of less than a byte do not fill whole bytes.
  public static let subByteTotal = Rule(
    "S19", "tensor ends inside a byte",
    because: "A tensor of 4- or 6-bit elements must fill whole bytes, or its last byte would "
      + "belong to two tensors.",
    remedy: "Pad the tensor where it was made.")

  /// A boolean is neither 0 nor 1.
  public static let boolean = Rule(
    "S20", "boolean that is neither 0 nor 1",
    because: "A byte other than 0 and 1 counts as true here and false there, and is undefined "
      + "behaviour in C++ and Rust.",
    remedy: "Convert with --lenient S20 to keep the bytes as they are, or repair the mask.",
    isRelaxable: true)

  /// The header describes more than a reader should follow.
  public static let excess = Rule(
    "S21", "more tensors or axes than any model has",
    because: "A million tensors or a tensor of more than 64 axes serve only to make a reader run "
      + "out of memory or time.",
    remedy: "Do not use the file, or split it where it was made.", status: .refused)

  /// The index and the shards do not fit together.
  public static let shards = Rule(
    "S22", "index and shards disagree",
    because: "The index says which file holds which tensor. A missing shard or a tensor in "
      + "another file than announced means that downloads of different versions were mixed.",
    remedy: "Download all shards and the index again from the same revision. --lenient S22 keeps "
      + "tensors that the index does not mention.",
    isRelaxable: true)

  /// The file is a zip archive too.
  public static let polyglot = Rule(
    "S23", "file is a zip archive too",
    because: "Its end is that of a zip archive: Python, Java and unpackers would see other "
      + "content than a safetensors reader, possibly code.",
    remedy: "Do not run or unpack the file. --lenient S23 reads its tensors if they are complete.",
    status: .refused, isRelaxable: true)

  /// A tensor cannot be written as safetensors.
  public static let notRepresentable = Rule(
    "S24", "not representable in safetensors",
    because: "The format has no type for complex numbers of 2 × 16 or 2 × 64 bits, and keeps the "
      + "name __metadata__ for itself.",
    remedy: "Convert the tensor to another type, rename it, or leave it out with --tensors.")

  /// A shard's path leads out of its folder.
  public static let shardPath = Rule(
    "S25", "shard outside its folder",
    because: "An index must name files that lie beside it. A path with slashes or “..” would make "
      + "a reader open, and a converter copy, files of this machine.",
    remedy: "Do not use the index; download the model again from a source that you trust.",
    status: .refused)

  /// A note about kept codes contradicts the file.
  public static let encodingNote = Rule(
    "S26", "note about codes contradicts the file",
    because: "The metadata say which tensors of the file are the codes and scales of a weight and "
      + "how they become numbers. A part that is missing, or a method that is not known, would "
      + "give other numbers than those that were saved, or none.",
    remedy: "Convert the original again with --codes keep. --lenient S26 shows the codes and "
      + "scales as plain tensors.",
    isRelaxable: true)

  /// Every rule about safetensors, in the order of their ids.
  public static let all: [Rule] = [
    headerLength, headerStart, trailingBytes, truncatedPayload, offsets, sizeMismatch, overflow,
    number, unknownType, duplicateTensor, duplicateField, duplicateMetadata, metadataType, fields,
    text, name, nesting, syntax, subByteTotal, boolean, excess, shards, polyglot,
    notRepresentable, shardPath, encodingNote,
  ]
}
