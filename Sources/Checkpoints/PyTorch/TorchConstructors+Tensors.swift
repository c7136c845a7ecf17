internal import Diagnostics
internal import TensorCore

extension TorchConstructors {
  /// The functions by which PyTorch pickles tensors and what surrounds them.
  static var tensors: [String: Constructor] {
    [
      "torch._utils._rebuild_tensor": { builder, call throws(Rejection) in
        try builder.strided(call)
      },
      "torch._utils._rebuild_tensor_v2": { builder, call throws(Rejection) in
        try builder.strided(call, metadataIndex: 6)
      },
      "torch._utils._rebuild_tensor_v3": { builder, call throws(Rejection) in
        try builder.strided(call, dtypeIndex: 6, metadataIndex: 7)
      },
      "torch._utils._rebuild_parameter": { _, call throws(Rejection) in try call.argument(0) },
      "torch._utils._rebuild_parameter_with_state": { builder, call throws(Rejection) in
        builder.leaveOut(call.arguments.dropFirst(3).first)
        return try call.argument(0)
      },
      "torch.nn.parameter.Parameter": { _, call throws(Rejection) in try call.argument(0) },
      "torch._tensor._rebuild_from_type_v2": { builder, call throws(Rejection) in
        try builder.unwrapSubclass(call)
      },
      "torch._utils._rebuild_qtensor": { builder, call throws(Rejection) in
        try builder.quantized(call)
      },
      "torch._utils._rebuild_sparse_tensor": { _, call throws(Rejection) in
        try sparse(call)
      },
      "torch._utils._rebuild_meta_tensor_no_storage": { _, call throws(Rejection) in
        try absent(call, dtype: call.symbol(0), size: call.integers(1))
      },
      "torch._utils._rebuild_wrapper_subclass": { _, call throws(Rejection) in
        try absent(call, dtype: call.symbol(1), size: call.integers(2))
      },
      "torch._utils._rebuild_device_tensor_from_numpy": { builder, call throws(Rejection) in
        try builder.deviceTensor(call)
      },
      "torch._utils._rebuild_device_tensor_from_cpu_tensor": { _, call throws(Rejection) in
        try call.argument(0)
      },
      "torch.serialization._get_layout": { _, call throws(Rejection) in
        .symbol(try call.string(0))
      },
      "torch.Size": { _, call throws(Rejection) in
        .tuple(try call.argument(0).sequenceValue ?? [])
      },
      "torch.device": { _, call throws(Rejection) in .string(try device(call)) },
      "torch.storage._load_from_bytes": { builder, call throws(Rejection) in
        try builder.nestedStorage(call)
      },
      "torch.storage.TypedStorage": { _, call throws(Rejection) in try call.argument(0) },
    ]
  }

  /// Lists of tensors that are one tensor, in either layout.
  static var nested: [String: Constructor] {
    [
      "torch._utils._rebuild_nested_tensor": { _, call throws(Rejection) in
        .dict(
          TorchDict(entries: [
            (.string("values"), try call.argument(0)), (.string("sizes"), try call.argument(1)),
            (.string("strides"), try call.argument(2)), (.string("offsets"), try call.argument(3)),
          ]))
      },
      "torch.nested._internal.nested_tensor._rebuild_njt": { _, call throws(Rejection) in
        try jagged(call)
      },
    ]
  }

  /// What TorchScript writes around containers to tell the types of their items.
  static var script: [String: Constructor] {
    let content: Constructor = { _, call throws(Rejection) in try call.argument(0) }
    return [
      "torch.jit._pickle.restore_type_tag": content, "torch.jit._pickle.build_intlist": content,
      "torch.jit._pickle.build_doublelist": content, "torch.jit._pickle.build_boollist": content,
      "torch.jit._pickle.build_tensorlist": content,
    ]
  }

  /// `cuda:1`, or `cuda` where the file names no number.
  private static func device(_ call: TorchCall) throws(Rejection) -> String {
    let kind = try call.string(0)
    return call.arguments.count > 1 ? "\(kind):\(try call.integer(1))" : kind
  }

  private static func absent(
    _ call: TorchCall, dtype: String, size: [Int]
  ) throws(Rejection) -> TorchValue {
    let type = try TorchElementType(symbol: dtype)
    guard let shape = Shape(size) else {
      throw Rejection(TorchRules.sizeOverflow, "size \(size)")
    }
    return .tensor(TorchTensor(content: .absent(type.dtype, shape), storageKey: nil))
  }

  /// The parts of a jagged tensor that its elements are told by; the rest is a cache.
  private static func jagged(_ call: TorchCall) throws(Rejection) -> TorchValue {
    guard let parts = try call.argument(0).dictValue else {
      throw call.malformed("argument 0 is no dictionary")
    }
    let kept = ["values", "offsets", "lengths", "_ragged_idx"]
    return .dict(
      TorchDict(
        entries: kept.compactMap { name in
          guard let part = parts[name] else { return nil }
          if case .none = part { return nil }
          return (.string(name), part)
        }))
  }

  /// The parts of a sparse tensor under their names, for none of our formats has sparse tensors.
  private static func sparse(_ call: TorchCall) throws(Rejection) -> TorchValue {
    let layout = try call.symbol(0)
    guard let parts = try call.argument(1).sequenceValue else {
      throw call.malformed("argument 1 is no tuple")
    }
    let names: [String] =
      switch layout {
      case "torch.sparse_coo": ["indices", "values", "size"]
      case "torch.sparse_csr", "torch.sparse_bsr":
        ["crow_indices", "col_indices", "values", "size"]
      case "torch.sparse_csc", "torch.sparse_bsc":
        ["ccol_indices", "row_indices", "values", "size"]
      default: throw Rejection(TorchRules.unknownType, "layout \(layout)")
      }
    guard parts.count >= names.count else { throw call.malformed("parts are missing") }
    var entries = zip(names, parts).map { (key: TorchValue.string($0), value: $1) }
    entries.append((.string("layout"), .string(layout)))
    let dict = TorchDict(entries: entries)
    try SparseCheck(layout: layout, parts: dict).run()
    return .dict(dict)
  }
}

extension TorchElementType {
  /// The type that a symbol such as `torch.float32` names; throws T09.
  init(symbol: String) throws(Rejection) {
    guard symbol.hasPrefix("torch."), let type = Self.byDTypeName[String(symbol.dropFirst(6))]
    else {
      throw Rejection(TorchRules.unknownType, "dtype \(symbol)")
    }
    self = type
  }
}
