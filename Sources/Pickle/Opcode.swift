/// The instructions of pickle protocols 0 to 5, by their byte (CPython, Lib/pickletools.py).
enum Opcode: UInt8 {
  case mark = 0x28, stop = 0x2E, pop = 0x30, popMark = 0x31, dup = 0x32
  case proto = 0x80, frame = 0x95
  case none = 0x4E, newTrue = 0x88, newFalse = 0x89
  case binInt = 0x4A, binInt1 = 0x4B, binInt2 = 0x4D, long1 = 0x8A, long4 = 0x8B
  case binFloat = 0x47
  case binUnicode = 0x58, shortBinUnicode = 0x8C, binUnicode8 = 0x8D
  case binString = 0x54, shortBinString = 0x55
  case binBytes = 0x42, shortBinBytes = 0x43, binBytes8 = 0x8E, byteArray8 = 0x96
  case emptyList = 0x5D, append = 0x61, appends = 0x65, list = 0x6C
  case emptyTuple = 0x29, tuple = 0x74, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87
  case emptyDict = 0x7D, dict = 0x64, setItem = 0x73, setItems = 0x75
  case emptySet = 0x8F, addItems = 0x90, frozenSet = 0x91
  case global = 0x63, stackGlobal = 0x93, reduce = 0x52, build = 0x62
  case newObject = 0x81, newObjectEx = 0x92
  case persistentID = 0x51
  case get = 0x68, longGet = 0x6A, put = 0x71, longPut = 0x72, memoize = 0x94
  // Known, and refused whatever their operands.
  case instance = 0x69, object = 0x6F, textPersistentID = 0x50
  case extension1 = 0x82, extension2 = 0x83, extension4 = 0x84
  case textInt = 0x49, textLong = 0x4C, textFloat = 0x46, textString = 0x53, textUnicode = 0x56
  case textGet = 0x67, textPut = 0x70
  case nextBuffer = 0x97, readOnlyBuffer = 0x98
}
