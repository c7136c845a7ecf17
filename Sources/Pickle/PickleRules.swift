public import Diagnostics

/// The rules about pickle programs. Some are enforced by who gives the values their meaning.
public enum PickleRules {
  private static let askForWeights =
    "Ask the author for a safetensors file or a plain state dict; do not load this one with "
    + "anything that runs pickles."
  private static let damaged = "Download or save the file again; it is damaged or was edited."

  /// The pickle imports something that runs code.
  public static let dangerousImport = Rule(
    "P01", "dangerous import",
    because: "The pickle names a function or module by which code runs, files open or connections "
      + "are made. Python imports it on loading, and usually calls it. Weights never need it.",
    remedy: askForWeights, status: .refused)
  /// The pickle names something unknown without calling it.
  public static let unknownImport = Rule(
    "P02", "unknown import",
    because: "Importing runs a module's code even when nothing in it is called, and no weights "
      + "need this name.",
    remedy: "If it is a class or function of the training script that you trust to be harmless "
      + "data, pass --lenient P02: it is never imported here.",
    status: .refused, isRelaxable: true)
  /// The name of a symbol is not literal.
  public static let computedSymbol = Rule(
    "P03", "import under a computed name",
    because: "STACK_GLOBAL takes its names from the stack; anything but two strings is made to "
      + "hide the name from scanners.",
    remedy: askForWeights, status: .refused)
  /// The opcode INST.
  public static let instanceOpcode = Rule(
    "P04", "obsolete opcode INST",
    because: "It imports and calls in one step. Nothing has written it since Python 2.",
    remedy: askForWeights, status: .refused)
  /// The opcode OBJ.
  public static let objectOpcode = Rule(
    "P05", "obsolete opcode OBJ",
    because: "It calls a class found on the stack. Nothing has written it since Python 2.",
    remedy: askForWeights, status: .refused)
  /// An instance of an unknown class.
  public static let unknownClass = Rule(
    "P06", "instance of an unknown class",
    because: "Making an instance runs the class's __new__ and __setstate__. Only modules are known "
      + "by their state alone.",
    remedy: "Save the state_dict() instead of the object, or pass --lenient P06 to read the file "
      + "with that object left out; its class is never imported here.",
    status: .refused, isRelaxable: true)
  /// A call of something that is no callable, or with arguments that make no sense.
  public static let malformedCall = Rule(
    "P07", "call of something that cannot be called so",
    because: "REDUCE was applied to a value that is no function, or to arguments that the function "
      + "does not take. No writer of weights does that.",
    remedy: damaged)
  /// BUILD on a plain value.
  public static let buildOnPlainValue = Rule(
    "P08", "state set on a plain value",
    because: "BUILD writes attributes; on anything but an object it has been used to corrupt "
      + "memory.",
    remedy: damaged, status: .refused)
  /// A state of an unknown form.
  public static let malformedState = Rule(
    "P09", "state of an unknown form",
    because: "The state of an object is a dictionary, or for a few known classes a tuple.",
    remedy: damaged)
  /// An opcode of the extension registry.
  public static let extensionOpcode = Rule(
    "P10", "extension opcode",
    because: "It calls whatever the reading program registered under a number.",
    remedy: askForWeights, status: .refused)
  /// A persistent id that names no storage.
  public static let persistentID = Rule(
    "P11", "persistent id that names no storage",
    because: "Persistent ids of checkpoints are tuples that begin with \"storage\"; any other asks "
      + "the reading program to look something up.",
    remedy: damaged)
  /// A symbol's name that is not a plain identifier.
  public static let symbolName = Rule(
    "P12", "misleading import name",
    because: "Names with dots, control or look-alike characters reach attributes or hide what is "
      + "imported.",
    remedy: askForWeights, status: .refused)
  /// A call of something unknown.
  public static let unknownCall = Rule(
    "P13", "call of an unknown function",
    because: "The pickle asks to call a function that no writer of weights uses. Whatever it does "
      + "would run with your rights.",
    remedy: askForWeights, status: .refused)
  /// An unknown import before damage.
  public static let importBeforeDamage = Rule(
    "P14", "import before the damage",
    because: "The pickle is damaged, but Python would have run the import before noticing: attacks "
      + "break the file behind the payload so that scanners give up.",
    remedy: askForWeights, status: .refused)
  /// The stream ends early.
  public static let truncated = Rule(
    "P15", "pickle ends early",
    because: "The stream ends before STOP.", remedy: damaged)
  /// Bytes follow STOP.
  public static let trailingBytes = Rule(
    "P16", "bytes after the pickle",
    because: "Something follows STOP that PyTorch ignores and other readers may not.",
    remedy: damaged, isRelaxable: true)
  /// A second pickle follows.
  public static let secondPickle = Rule(
    "P17", "a second pickle follows",
    because: "Two readers can see two different objects in the same record.",
    remedy: damaged, isRelaxable: true)
  /// PROTO is missing, repeated or unknown.
  public static let protocolHeader = Rule(
    "P18", "protocol header missing, repeated or unknown",
    because: "A pickle begins with PROTO and a version of 2 to 5, once.",
    remedy: damaged, isRelaxable: true)
  /// Frames do not fit the instructions.
  public static let frame = Rule(
    "P19", "frame does not fit the instructions",
    because: "Python's two picklers read such a stream differently.", remedy: damaged)
  /// The stack is too short.
  public static let stackUnderflow = Rule(
    "P20", "stack or mark missing",
    because: "An instruction takes a value that was never pushed.", remedy: damaged)
  /// The memo lacks an entry.
  public static let unknownMemo = Rule(
    "P21", "memo entry never stored",
    because: "An instruction fetches a value that was never put there.", remedy: damaged)
  /// The memo grows beyond bounds.
  public static let memoBomb = Rule(
    "P22", "memo number out of bounds",
    because: "A reader with a plain array allocates gigabytes for one large number.",
    remedy: damaged, status: .refused)
  /// A limit of the machine was reached.
  public static let limits = Rule(
    "P23", "pickle exceeds the limits",
    because: "So many instructions, values or levels of nesting are no checkpoint; they exhaust "
      + "memory or the stack.",
    remedy: "If the file is genuine, split it.", status: .refused)
  /// Sharing makes the object enormous.
  public static let expansion = Rule(
    "P24", "object expands beyond the limits",
    because: "A few shared containers can describe billions of values.",
    remedy: "If the file is genuine, save it without shared containers.", status: .refused)
  /// A length exceeds the stream.
  public static let operandLength = Rule(
    "P25", "length beyond the stream",
    because: "A string claims more bytes than there are; a careless reader allocates them.",
    remedy: damaged)
  /// A long integer is out of bounds.
  public static let longInteger = Rule(
    "P26", "integer of negative or absurd length",
    because: "LONG4 with a negative length, or thousands of digits, is no number of a checkpoint.",
    remedy: damaged)
  /// Items set on something that is no dictionary.
  public static let itemsOnNonDict = Rule(
    "P27", "items set on something that is no dictionary",
    because: "PyTorch before 2.10 wrote them into tensors and corrupted its memory "
      + "(CVE-2026-24747).",
    remedy: damaged, status: .refused)
  /// Items appended to something that is no list.
  public static let appendToNonList = Rule(
    "P28", "items appended to something that is no list",
    because: "APPEND calls a method by name; on anything but a list that is code.",
    remedy: damaged)
  /// A key that cannot be hashed.
  public static let unhashableKey = Rule(
    "P29", "unhashable key",
    because: "Lists, dictionaries and sets cannot be keys in Python.", remedy: damaged)
  /// A key occurs twice.
  public static let duplicateKey = Rule(
    "P30", "duplicate key",
    because: "The last one wins in Python; another reader may show the first.",
    remedy: "Save the file again, or pass --lenient P30 to take the last.", isRelaxable: true)
  /// A value contains itself.
  public static let cycle = Rule(
    "P31", "value that contains itself",
    because: "Walking it never ends.", remedy: damaged)
  /// Text that is no UTF-8.
  public static let invalidText = Rule(
    "P32", "text that is no UTF-8",
    because: "Names with lone surrogates or broken sequences look different in every program.",
    remedy: "Rename the tensors before saving.")
  /// A bytearray of a mere length.
  public static let byteArrayLength = Rule(
    "P33", "bytes of a mere length",
    because: "bytearray(n) lets a few characters allocate gigabytes.", remedy: damaged,
    status: .refused)
  /// A codec other than Latin-1.
  public static let codec = Rule(
    "P34", "codec other than Latin-1",
    because: "Protocol 2 writes bytes as Latin-1 text; any other codec is a call into Python's "
      + "codec registry.",
    remedy: askForWeights, status: .refused)
  /// The magic number of a legacy file is computed.
  public static let computedMagic = Rule(
    "P35", "legacy header that is no literal",
    because: "The magic number must be a literal: computing it is how code was run before any "
      + "check.",
    remedy: askForWeights, status: .refused)
  /// An array of Python objects.
  public static let objectArray = Rule(
    "P36", "array of Python objects",
    because: "Its elements are pickles of their own, which run code on loading.",
    remedy: "Save the array with a numeric dtype.", status: .refused)
  /// A module whose class would have to be imported.
  public static let moduleClass = Rule(
    "P37", "module without readable state",
    because: "The module's weights are not in its state, so only its own code could restore them; "
      + "Birdie imports no class.",
    remedy: "Save the module's state_dict() instead.")
  /// A text instruction of protocol 0.
  public static let textOpcode = Rule(
    "P38", "text instruction of protocol 0",
    because: "Numbers as decimal text have no bound, and nothing has written weights so.",
    remedy: "Save the file again with protocol 2 or later.")
  /// A byte that is no instruction.
  public static let unknownOpcode = Rule(
    "P39", "unknown instruction",
    because: "The byte is no opcode of protocols 0 to 5.", remedy: damaged)

  /// Every rule of pickles.
  public static let all = [
    dangerousImport, unknownImport, computedSymbol, instanceOpcode, objectOpcode, unknownClass,
    malformedCall, buildOnPlainValue, malformedState, extensionOpcode, persistentID, symbolName,
    unknownCall, importBeforeDamage, truncated, trailingBytes, secondPickle, protocolHeader, frame,
    stackUnderflow, unknownMemo, memoBomb, limits, expansion, operandLength, longInteger,
    itemsOnNonDict, appendToNonList, unhashableKey, duplicateKey, cycle, invalidText,
    byteArrayLength, codec, computedMagic, objectArray, moduleClass, textOpcode, unknownOpcode,
  ]
}
