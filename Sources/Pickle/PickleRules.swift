public import Diagnostics

/// The ways a pickle can be wrong; those marked "by the reader" are enforced by who gives the
/// calls their meaning, and live here so that the numbers are in one place.
public enum PickleRules {
  /// Every rule, in the order of their numbers.
  public static let all: [Rule] = imports + calls + stream + values + payloads

  private static let imports = [
    forbiddenImport, uncalledImport, computedImport, legacyInstance, stackObject, unknownInstance,
  ]
  private static let calls = [
    callOfNonSymbol, buildOfNonObject, slotState, extensionRegistry, persistentText, impureName,
    forbiddenCall, importBeforeDamage, unknownCall,
  ]
  private static let stream = [
    truncated, trailingBytes, secondPickle, protocolHeader, frameBoundary, stackUnderflow,
    unknownMemo, sparseMemo, tooLarge, expansion, lengthBeyondStream, integerSize,
  ]
  private static let values = [
    itemsOfNonDictionary, itemsOfNonList, unhashableKey, duplicateKey, cycle, malformedText,
  ]
  private static let payloads = [
    hugeBytearray, codec, computedMagic, objectArray, moduleCode, decimalText, unsupportedOpcode,
  ]

  // MARK: Imports and calls

  /// P01: imports something that runs code or reaches the system.
  public static let forbiddenImport = Rule(
    "P01", "import of something that reaches the system",
    because: "Loading this file with Python's pickle would hand it a function that runs commands, "
      + "opens files or evaluates code. No checkpoint needs it: treat the file as an attack.",
    remedy: "Do not load the file anywhere. Ask whoever published it for safetensors.",
    status: .refused)

  /// P02: imports a symbol that is on no list and never uses it.
  public static let uncalledImport = Rule(
    "P02", "import of an unknown name",
    because: "Importing a module runs its top-level code even if nothing is called afterwards. "
      + "This name is not one that weights are made of.",
    remedy: "If you know the name, pass --lenient P02: nothing is imported here in any case, and "
      + "the value stays opaque.",
    status: .refused, isRelaxable: true)

  /// P03: STACK_GLOBAL on values that are not strings.
  public static let computedImport = Rule(
    "P03", "import by a name that is not text",
    because: "The name of an import is computed from something other than strings, a trick that "
      + "hides it from scanners.",
    remedy: "Do not load the file. No pickler writes such an import.", status: .refused)

  /// P04: the INST opcode.
  public static let legacyInstance = Rule(
    "P04", "INST imports and calls in one step",
    because: "INST predates 2003; torch never writes it, and scanners that look for GLOBAL "
      + "followed by REDUCE overlook it.",
    remedy: "Load the file where it was made and save it again with a current pickle protocol.",
    status: .refused)

  /// P05: the OBJ opcode.
  public static let stackObject = Rule(
    "P05", "OBJ calls without REDUCE",
    because: "OBJ calls a class from the stack; torch never writes it, and scanners that look for "
      + "REDUCE overlook it.",
    remedy: "Load the file where it was made and save it again with a current pickle protocol.",
    status: .refused)

  /// P06: an instance of an unknown class that is no neural-network module.
  public static let unknownInstance = Rule(
    "P06", "object of an unknown class",
    because: "Making the object runs code of a class that this file only names. Classes whose "
      + "state is that of a neural-network module are read as data; this one is something else.",
    remedy:
      "Save the state_dict instead of whole objects, or pass --lenient P06 to read its "
      + "attributes and items as data.",
    status: .refused, isRelaxable: true)

  /// P07: a call of something that is no symbol, or with arguments that are no tuple.
  public static let callOfNonSymbol = Rule(
    "P07", "call of something that is not a named function",
    because: "The stream calls the result of another call, or a plain value, so what would run "
      + "cannot be told from the file.",
    remedy: "Do not load the file. No checkpoint is written this way.", status: .refused)

  /// P08: BUILD on a plain value, or twice on one object.
  public static let buildOfNonObject = Rule(
    "P08", "state set on something that has none",
    because: "BUILD assigns attributes or calls __setstate__; on a plain value or a class it "
      + "either fails or changes the running program.",
    remedy: "Do not load the file. No checkpoint is written this way.", status: .refused)

  /// P09: a state that is no dictionary on an object of an unknown class.
  public static let slotState = Rule(
    "P09", "state of an unknown class is not a dictionary",
    because: "Such a state is handed to code of the class, which this file only names; what it "
      + "means cannot be told from the file.",
    remedy: "Save the state_dict instead of whole objects, or pass --lenient P09 to keep the state "
      + "as opaque data.",
    status: .refused, isRelaxable: true)

  /// P10: EXT1, EXT2 or EXT4.
  public static let extensionRegistry = Rule(
    "P10", "import by a number",
    because: "EXT opcodes name a function by its number in a registry of the loading program, so "
      + "the file means something else on every machine.",
    remedy: "Load the file where it was made and save it again without copyreg extensions.",
    status: .refused)

  /// P11: a persistent id that is text or does not describe a storage (the latter by the reader).
  public static let persistentText = Rule(
    "P11", "malformed persistent id",
    because: "Persistent ids point to tensor data and must be the tuple that torch writes; "
      + "anything else is handed to the loading program to interpret.",
    remedy: "Load the file where it was made and save it again with torch.save.")

  /// P12: a module or name that is not a plain identifier.
  public static let impureName = Rule(
    "P12", "import by a name that is not an identifier",
    because: "Dots in the name reach through a harmless module to any attribute (torch → "
      + "os.system); control characters and look-alike letters hide an import from people and "
      + "scanners.",
    remedy: "Do not load the file. No checkpoint needs such a name.", status: .refused)

  /// P13: a call of a symbol that is listed as no function, or a notorious gadget.
  public static let forbiddenCall = Rule(
    "P13", "call of a function that builds no weights",
    because: "Loading this file with Python's pickle would call the function with arguments of "
      + "the file's choosing. Only functions known to rebuild tensors and containers are accepted.",
    remedy: "If you trust the origin, load it there and save a plain state_dict or safetensors.",
    status: .refused)

  /// P14: a stream that breaks off after an import that is on no list.
  public static let importBeforeDamage = Rule(
    "P14", "unknown import in a stream that breaks off",
    because: "A loader runs a pickle as it reads: what is imported before the damage has run when "
      + "the error appears. Malware uses this to hide from scanners that stop at the damage.",
    remedy: "Do not load the file. If you expected it to be whole, fetch it again and compare "
      + "its hash.",
    status: .refused)

  /// P40: a call of a symbol that is on no list and not notorious.
  public static let unknownCall = Rule(
    "P40", "call of an unknown function",
    because: "Loading this file with Python's pickle would call a function or class that this file "
      + "only names, with arguments of the file's choosing. Members of enumerations and subclasses "
      + "of OrderedDict are written so, and so is malware.",
    remedy: "If you trust the origin, load it there and save a plain state_dict or safetensors, or "
      + "pass --lenient P40 to read the items that the result is given; nothing is called.",
    status: .refused, isRelaxable: true)

  // MARK: The stream

  /// P15: the stream ends too early.
  public static let truncated = Rule(
    "P15", "pickle ends too early",
    because: "The stream stops before its STOP instruction: the file was cut or is no pickle.",
    remedy: "Fetch or copy the file again and compare its size and hash with the origin.")

  /// P16: bytes after STOP.
  public static let trailingBytes = Rule(
    "P16", "bytes after the pickle",
    because: "Loaders ignore what follows STOP, which makes it a hiding place, and two readers "
      + "may disagree on what the file contains.",
    remedy: "Pass --lenient P16 to ignore the rest.", isRelaxable: true)

  /// P17: another pickle after STOP.
  public static let secondPickle = Rule(
    "P17", "a second pickle follows",
    because: "Loaders read the first pickle only; the second is hidden from them but not from a "
      + "program that reads on.",
    remedy: "Pass --lenient P17 to read the first pickle and ignore the second.", isRelaxable: true)

  /// P18: PROTO missing, repeated, misplaced or of an unknown version.
  public static let protocolHeader = Rule(
    "P18", "protocol header missing, repeated or unknown",
    because: "Protocols 2 to 5 begin with one PROTO instruction; scanners recognise a pickle by "
      + "it, and loaders differ in what they do without.",
    remedy: "Pass --lenient P18 for pickles of protocol 0 or 1, or save again with protocol 2.",
    isRelaxable: true)

  /// P19: a frame that leaves the stream or cuts an instruction.
  public static let frameBoundary = Rule(
    "P19", "frame boundaries do not fit",
    because: "Frames must end where an instruction ends, inside the stream; loaders that honour "
      + "frames and loaders that skip them would run different programs.",
    remedy: "Fetch the file again; if it is whole, save it again with Python's own pickle.")

  /// P20: too few values on the stack, a missing mark, or values left over at STOP.
  public static let stackUnderflow = Rule(
    "P20", "stack does not balance",
    because: "An instruction needs values that are not there, or STOP leaves values behind. The "
      + "stream is damaged or was not written by a pickler.",
    remedy: "Fetch the file again and compare its hash with the origin.")

  /// P21: a memo id that was never stored.
  public static let unknownMemo = Rule(
    "P21", "reference to a value that was never stored",
    because: "The stream recalls a memo entry that does not exist: it is damaged or forged.",
    remedy: "Fetch the file again and compare its hash with the origin.")

  /// P22: a memo id far beyond what a pickler writes.
  public static let sparseMemo = Rule(
    "P22", "memo id out of proportion",
    because: "Python allocates the memo up to the largest id, so one instruction can cost it "
      + "gigabytes. Picklers number memo entries from zero.",
    remedy: "Do not load the file with Python.", status: .refused)

  /// P23: too many instructions, values, memo entries or levels.
  public static let tooLarge = Rule(
    "P23", "pickle exceeds a limit",
    because: "Instruction count, stack, memo, strings and nesting are bounded so that a small "
      + "file cannot exhaust memory or the call stack of a reader.",
    remedy: "If the file is honest, save its tensors in fewer, larger pieces, or as safetensors.",
    status: .refused)

  /// P24: shared parts that multiply when walked.
  public static let expansion = Rule(
    "P24", "shared values multiply beyond measure",
    because: "A few containers that refer to each other many times over stand for billions of "
      + "values (\"billion laughs\"); printing or copying them exhausts memory.",
    remedy: "Do not load the file with Python.", status: .refused)

  /// P25: a declared length beyond the end of the stream.
  public static let lengthBeyondStream = Rule(
    "P25", "declared length exceeds the stream",
    because: "A string or byte string claims more bytes than are left. Allocating first and "
      + "reading later would let a tiny file ask for gigabytes.",
    remedy: "Fetch the file again; it is cut or damaged.")

  /// P26: an integer of negative or giant length.
  public static let integerSize = Rule(
    "P26", "integer of impossible size",
    because: "Integers in checkpoints have a few bytes. Converting a giant one to decimal takes "
      + "time that grows with the square of its size.",
    remedy: "Do not load the file; no training script writes this.", status: .refused)

  /// P39: an opcode that is unknown or that no writer of weights emits.
  public static let unsupportedOpcode = Rule(
    "P39", "unknown or unsupported opcode",
    because: "The byte is no pickle instruction, or one that needs what a file cannot hold "
      + "(out-of-band buffers) or that only protocol 0 text pickles use.",
    remedy: "If the file is a pickle, load it where it was made and save it with protocol 2 to 5.")

  // MARK: Values

  /// P27: items set on something that is no dictionary, or an odd number of them.
  public static let itemsOfNonDictionary = Rule(
    "P27", "items set on something that is not a dictionary",
    because: "torch before 2.10 wrote through such items into tensor memory (CVE-2026-24747).",
    remedy: "Do not load the file with an old torch. No pickler writes this.", status: .refused)

  /// P28: items appended to something that is no list.
  public static let itemsOfNonList = Rule(
    "P28", "items appended to something that is not a list",
    because: "APPEND calls a method of whatever object is there; only lists and sets have a "
      + "meaning that can be told from the file.",
    remedy: "Fetch the file again; if it is whole, it was not written by a pickler.")

  /// P29: a key or set element that Python cannot hash.
  public static let unhashableKey = Rule(
    "P29", "key that cannot be a key",
    because: "Lists, dictionaries, sets and bytearrays cannot be keys or set elements: Python "
      + "would fail half-way through the file.",
    remedy: "Fetch the file again; if it is whole, it was not written by a pickler.")

  /// P30: the same key twice in one dictionary.
  public static let duplicateKey = Rule(
    "P30", "key appears twice",
    because: "Readers differ in which of the two values they keep, so two people can see two "
      + "different models in one file.",
    remedy: "Pass --lenient P30 to keep the last one, as Python does.", isRelaxable: true)

  /// P31: a container that contains itself.
  public static let cycle = Rule(
    "P31", "value contains itself",
    because: "A dictionary or list that is its own part has no end when it is walked, printed "
      + "or converted, and no weights are stored this way.",
    remedy: "Load the file where it was made, break the cycle (a back reference to a parent, for "
      + "example) and save the state_dict.")

  /// P32: text that is not UTF-8.
  public static let malformedText = Rule(
    "P32", "text is not valid UTF-8",
    because: "Invalid bytes or lone surrogates in names look alike on screen and cannot be written "
      + "to safetensors or JSON.",
    remedy: "Rename the tensor where the file was made, or fetch the file again if it is damaged.")

  /// P33: a byte array made from a number (by the reader).
  public static let hugeBytearray = Rule(
    "P33", "byte array made from a number",
    because: "bytearray(8589934592) allocates eight gigabytes from a dozen bytes of file. "
      + "Picklers write the content, never a size.",
    remedy: "Do not load the file with Python.", status: .refused)

  /// P34: `_codecs.encode` with another codec than Latin-1 (by the reader).
  public static let codec = Rule(
    "P34", "codec other than latin1",
    because: "Bytes are written as Latin-1 text in protocol 2. Other codecs include decompressors "
      + "and run code that is looked up by name.",
    remedy: "Do not load the file with Python. No pickler writes this.", status: .refused)

  /// P35: a legacy torch file whose magic number is not a literal (by the reader).
  public static let computedMagic = Rule(
    "P35", "magic number is not a literal",
    because: "Legacy torch files begin with a fixed number. One that is computed by a call runs "
      + "that call before any check.",
    remedy: "Do not load the file with Python.", status: .refused)

  /// P36: a numpy array or scalar of Python objects (by the reader).
  public static let objectArray = Rule(
    "P36", "numpy array of Python objects",
    because: "Arrays with an object dtype hold pickles inside raw memory: no numbers, and a way "
      + "past a reader that trusts array content.",
    remedy: "Convert the array to a numeric dtype where the file was made.", status: .refused)

  /// P37: a module that would be made by its own code (by the reader).
  public static let moduleCode = Rule(
    "P37", "module made by its own code",
    because: "Modules are pickled as a class without arguments and a dictionary of attributes. "
      + "Arguments or another state would be handed to the class's own code, so what comes out "
      + "cannot be told from the file.",
    remedy: "Save the state_dict where the file was made.")

  /// P38: a decimal text operand that is no number or out of range.
  public static let decimalText = Rule(
    "P38", "malformed number in text form",
    because: "Memo ids and numbers in text form have a few digits. Long or odd ones cost "
      + "quadratic time or are read differently by different loaders.",
    remedy: "Load the file where it was made and save it with protocol 2 to 5.")
}
