public import Diagnostics

/// The rules about tensors and storages of PyTorch checkpoints.
public enum TorchRules {
  /// A storage's record is longer or shorter than its elements.
  public static let storageSize = Rule(
    "T01", "storage and record differ in size",
    because: "The pickle says how many elements a storage has and the archive how many bytes. "
      + "When they differ one of them lies, and reading by either gives other numbers.",
    remedy: "Download or save the file again; it is damaged or was edited.")

  /// A view reaches past the end of its storage.
  public static let viewBeyondStorage = Rule(
    "T02", "view reaches beyond its storage",
    because: "Size, stride and offset of the tensor address bytes that are not there. Reading "
      + "them would leak memory or crash.",
    remedy: "Save the file again with the program that made it.")

  /// A size, stride or offset is negative.
  public static let negativeExtent = Rule(
    "T03", "negative size, stride or offset",
    because: "No tensor that PyTorch saves has one; it addresses bytes before the storage.",
    remedy: "Save the file again with the program that made it.")

  /// A product of sizes does not fit 64 bits.
  public static let sizeOverflow = Rule(
    "T04", "tensor size overflows",
    because: "The number of elements or bytes does not fit 64 bits; careless readers wrap around "
      + "and allocate too little.",
    remedy: "The file was made to harm or is damaged; do not use it.", status: .refused)

  /// A view repeats its elements far beyond the size of the file.
  public static let expansionBomb = Rule(
    "T05", "tensor expands far beyond the file",
    because: "A stride of zero lets a few bytes stand for terabytes: writing the tensor out would "
      + "fill memory or disk.",
    remedy: "Save the tensor with .contiguous() if it is meant to be that large.",
    status: .refused)

  /// The number of axes is absurd, or sizes and strides disagree about it.
  public static let rank = Rule(
    "T06", "rank out of bounds",
    because: "Tensors have at most 64 axes, and as many strides as sizes.",
    remedy: "Save the file again with the program that made it.")

  /// A storage's key names no record.
  public static let missingStorage = Rule(
    "T07", "storage not found",
    because: "The tensor refers to a record that the archive does not hold, or whose name would "
      + "lead out of it.",
    remedy: "Download or save the file again; a part of it is missing.")

  /// One storage is described in two ways.
  public static let storageConflict = Rule(
    "T08", "storage described in two ways",
    because: "Two tensors give the same storage another type or length. PyTorch believes whichever "
      + "comes first, so two readers can see different weights.",
    remedy: "Save the file again with the program that made it.")

  /// A storage class or dtype is unknown.
  public static let unknownType = Rule(
    "T09", "unknown element type",
    because: "The type is none that PyTorch 2.15 writes, so its bytes cannot be interpreted.",
    remedy: "Convert the tensor to a known type before saving, or report the new type.")

  /// Scales or zero points of a quantized tensor do not match it.
  public static let quantizationParameters = Rule(
    "T10", "quantization parameters do not fit the tensor",
    because: "A per-channel tensor needs one scale and one zero point for each index of its axis.",
    remedy: "Save the file again with the program that made it.")

  /// Indices of a sparse tensor lie outside its shape.
  public static let sparseIndices = Rule(
    "T11", "sparse parts contradict each other",
    because: "The indices and values of a sparse tensor must agree with each other and its size; "
      + "indices outside of it address memory that is not there.",
    remedy: "Save the tensor again, coalesced.")

  /// A conjugate or negative bit on a type that has none.
  public static let lazyBits = Rule(
    "T12", "conjugate or negative bit on a type without it",
    because: "Conjugation needs complex and lazy negation needs floating-point elements.",
    remedy: "Save the tensor with .resolve_conj() and .resolve_neg().")

  /// The target format cannot hold the tensor.
  public static let notRepresentable = Rule(
    "T13", "not representable in the target",
    because: "The target has no such type, or the tensor has no data: writing something else in "
      + "its place would silently change the model.",
    remedy: "Do what the message says, or leave the tensor out with --tensors.")

  /// NaN or infinite elements.
  public static let nonFinite = Rule(
    "T14", "NaN or infinite elements",
    because: "A trained model has none; one of them turns every output of the layer into NaN.",
    remedy: "Check the training run; birdie inspect --stats counts them by tensor.")

  /// NaN or infinite scales.
  public static let nonFiniteScale = Rule(
    "T15", "NaN or infinite scale",
    because: "A scale that is not finite destroys every weight of its group.",
    remedy: "Quantize the tensor again.")

  /// The byte order record says something unknown.
  public static let byteOrder = Rule(
    "T16", "unknown byte order",
    because: "The record must say little or big and nothing else; guessing would scramble every "
      + "number.",
    remedy: "Download or save the file again.")

  /// Legacy storages contradict the pickle.
  public static let legacyStorages = Rule(
    "T18", "legacy storage list contradicts the object",
    because: "Files from before PyTorch 1.6 list their storages after the object; a missing, "
      + "unknown or wrongly sized one, or bytes after the last, mean damage.",
    remedy: "Download or save the file again.")

  /// The top-level object holds no tensor.
  public static let noTensors = Rule(
    "T19", "no tensor in the file",
    because: "The object was read, but nothing in it is a tensor.",
    remedy: "Check that this is the file with the weights.")

  /// Two tensors would get the same name.
  public static let nameCollision = Rule(
    "T20", "two tensors of one name",
    because: "Nested keys are joined by dots, so {\"a.b\": x} and {\"a\": {\"b\": y}} collide: one "
      + "tensor would replace the other.",
    remedy: "Rename one of the keys before saving.")

  /// A parameter or a tensor of a subclass carries tensors of its own.
  public static let tensorAttributes = Rule(
    "T21", "tensors inside tensors left out",
    because:
      "Parameters and tensor subclasses can carry attributes. Tensors among them belong to no "
      + "key of the state, so no name can be given to them and they are not read.",
    remedy: "Save what you need of them under keys of their own.")

  /// NumPy values of types that tensors do not have.
  public static let otherArrays = Rule(
    "T22", "NumPy values left out",
    because: "Structured arrays, text, dates, 80-bit floats and single complex numbers are no "
      + "tensors and fit no metadata, so a converted file would lack them.",
    remedy: "Convert what you need of them to plain numbers before saving.")

  /// A path of keys that is longer than a name may be.
  public static let longName = Rule(
    "T23", "name longer than 4096 bytes",
    because:
      "A name is the path of keys to a value. Longer ones are no names that a program gives, "
      + "and the tools that print them or make files of them break.",
    remedy: "Give the value a shorter key before saving.")

  /// Every rule of PyTorch tensors.
  public static let all = [
    storageSize, viewBeyondStorage, negativeExtent, sizeOverflow, expansionBomb, rank,
    missingStorage, storageConflict, unknownType, quantizationParameters, sparseIndices, lazyBits,
    notRepresentable, nonFinite, nonFiniteScale, byteOrder, legacyStorages, noTensors,
    nameCollision, tensorAttributes, otherArrays, longName,
  ]
}
