internal import Pickle

/// What checkpoints may refer to besides the callables of `TorchConstructors`.
enum TorchSymbols {
  /// Classes known by their state alone: nothing of theirs runs, whatever their code does.
  static func isInstance(_ symbol: Symbol) -> Bool {
    symbol.module.hasPrefix("torch.nn.modules.") || symbol.module.hasPrefix("__torch__")
      || symbol.module == "__torch__" || instances.contains(symbol.description)
  }

  /// Names that may appear as arguments: types, storages, layouts.
  static func isConstant(_ symbol: Symbol) -> Bool {
    switch symbol.module {
    case "torch", "torch.storage", "torch.cuda":
      TorchElementType.byDTypeName[symbol.name] != nil
        || TorchElementType.byStorageName[symbol.name] != nil
        || isLegacyTensorType(symbol.name) || looksLikeElementType(symbol.name)
        || constants.contains(symbol.description)
    // Modules keep their activation functions as attributes.
    case "torch.nn.functional", "torch._C._nn": true
    default: constants.contains(symbol.description)
    }
  }

  /// Names of element types to come: harmless to mention, and refused as T09 when a tensor has one.
  private static func looksLikeElementType(_ name: String) -> Bool {
    name.hasSuffix("Storage")
      || ["float", "bfloat", "int", "uint", "qint", "quint", "bits", "complex", "bcomplex"].contains
      {
        name.hasPrefix($0) && name.dropFirst($0.count).first?.isNumber == true
      }
  }

  /// `torch.FloatTensor` and its like: a storage's name with another ending.
  private static func isLegacyTensorType(_ name: String) -> Bool {
    name.hasSuffix("Tensor")
      && TorchElementType.byStorageName[name.dropLast(6) + "Storage"] != nil
  }

  private static let constants: Set<String> = [
    "torch.per_tensor_affine", "torch.per_channel_affine", "torch.per_channel_affine_float_qparams",
    "torch.strided", "torch.sparse_coo", "torch.sparse_csr", "torch.sparse_csc",
    "torch.sparse_bsr", "torch.sparse_bsc", "torch.contiguous_format", "torch.preserve_format",
    "torch.channels_last", "torch.Tensor", "torch._tensor.Tensor",
    "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer", "torch.storage.TypedStorage",
    "numpy.ndarray",
    "builtins.int", "builtins.float", "builtins.bool", "builtins.str", "builtins.list",
    "builtins.dict", "builtins.set", "builtins.tuple", "builtins.object",
    "__builtin__.int", "__builtin__.float", "__builtin__.bool", "__builtin__.str",
    "__builtin__.list", "__builtin__.dict", "__builtin__.set", "__builtin__.tuple",
    "__builtin__.object",
    // What protocol 2 calls int and str.
    "__builtin__.long", "__builtin__.unicode",
  ]

  /// Callables that are given a tensor's class besides what the tensor is made of.
  static let unwrappers: Set<String> = [
    "torch._tensor._rebuild_from_type_v2", "torch._utils._rebuild_wrapper_subclass",
  ]

  private static let instances: Set<String> = [
    "argparse.Namespace", "types.SimpleNamespace",
    "torch.distributed.checkpoint.metadata.Metadata",
    "torch.distributed.checkpoint.metadata.TensorStorageMetadata",
    "torch.distributed.checkpoint.metadata.BytesStorageMetadata",
    "torch.distributed.checkpoint.metadata.ChunkStorageMetadata",
    "torch.distributed.checkpoint.metadata.TensorProperties",
    "torch.distributed.checkpoint.metadata.MetadataIndex",
    "torch.distributed.checkpoint.metadata.StorageMeta",
    "torch.distributed.checkpoint.filesystem._StorageInfo",
    "torch.distributed.checkpoint.filesystem._StoragePrefix",
  ]
}
