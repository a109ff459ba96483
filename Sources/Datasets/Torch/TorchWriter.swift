/// Writes weights as `torch.save` writes a state dictionary, for `torch.load`, also with
/// `weights_only=True`.
extension StateDictionary {
  /// Writes an archive: a pickle of an `OrderedDict` of tensors, and each tensor's numbers as 32-bit
  /// floats in a member of their own. The same weights give the same bytes.
  /// - Throws: `FileError` where the file cannot be written, or would be larger than 4 GiB.
  package func writeTorch(to path: String) throws {
    var archive = try StoredZipWriter(path)
    try archive.add("archive/data.pkl", TorchPickle(of: tensors).bytes)
    try archive.add("archive/byteorder", Array("little".utf8))
    for (number, tensor) in tensors.enumerated() {
      try archive.add("archive/data/\(number)", tensor.values) { $0.bitPattern.littleEndian }
    }
    try archive.add("archive/version", Array("3\n".utf8))
    try archive.finish()
  }
}

/// A pickle of protocol 2 that makes an ordered dictionary of tensors, of which each has a storage of
/// its own: the first one "0", and so on.
private struct TorchPickle {
  private(set) var bytes: [UInt8] = [PickleOpcode.proto.rawValue, 2]

  init(of tensors: [StateDictionary.Tensor]) {
    makeEmptyDictionary()
    append(.mark)
    for (number, tensor) in tensors.enumerated() {
      append(tensor.name)
      append(tensor, storage: number)
    }
    append(.setItems)
    append(.stop)
  }

  private mutating func append(_ opcode: PickleOpcode) { bytes.append(opcode.rawValue) }

  private mutating func makeEmptyDictionary() {
    append(global: "collections", "OrderedDict")
    append(.emptyTuple)
    append(.reduce)
  }

  private mutating func append(global module: String, _ name: String) {
    append(.global)
    bytes += Array("\(module)\n\(name)\n".utf8)
  }

  private mutating func append(_ text: String) {
    append(.binUnicode)
    append(UInt32(text.utf8.count))
    bytes += Array(text.utf8)
  }

  private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes += Array($0) }
  }

  private mutating func append(integer number: Int) {
    if let small = Int32(exactly: number) {
      append(.binInt)
      append(small)
    } else {
      append(.long1)
      append(UInt8(8))
      append(Int64(number))
    }
  }

  private mutating func append(tuple numbers: [Int]) {
    append(.mark)
    for number in numbers { append(integer: number) }
    append(.tuple)
  }

  /// `_rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())`.
  private mutating func append(_ tensor: StateDictionary.Tensor, storage number: Int) {
    let layout = ArrayLayout(dense: tensor.shape)
    append(global: "torch._utils", "_rebuild_tensor_v2")
    append(.mark)
    append(.mark)
    append("storage")
    append(global: "torch", TorchStorageType.float.rawValue)
    append("\(number)")
    append("cpu")
    append(integer: tensor.values.count)
    append(.tuple)
    append(.binPersID)
    append(integer: 0)
    append(tuple: layout.shape)
    append(tuple: layout.strides)
    append(.newFalse)
    makeEmptyDictionary()
    append(.tuple)
    append(.reduce)
  }
}
