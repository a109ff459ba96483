/// The weights of a network: arrays of floats, each with its name, in order.
///
/// Files of weights come from PyTorch (`torch.save(model.state_dict(), …)`) and as safetensors. Both
/// are read and written.
package struct StateDictionary: Sendable, Equatable {
  /// One array.
  package struct Tensor: Sendable, Equatable {
    /// The path of the array in the network, such as "layer1.0.conv1.weight".
    package var name: String
    /// Sizes of the dimensions; empty for a single number.
    package var shape: [Int]
    /// The numbers in C order: the last index runs fastest.
    package var values: [Float]

    /// Stores the parts.
    /// - Precondition: `shape` counts `values`.
    package init(name: String, shape: [Int], values: [Float]) {
      precondition(
        ArrayLayout.count(shape, size: 4) == values.count, "a shape counts its elements")
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// All arrays; no two have the same name.
  package let tensors: [Tensor]

  /// Stores the arrays.
  /// - Precondition: no two of them have the same name.
  package init(_ tensors: [Tensor]) {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "each name once")
    self.tensors = tensors
  }

  /// The array of that name; nil where there is none. Takes time in proportion to their number.
  package subscript(_ name: String) -> Tensor? { tensors.first { $0.name == name } }

  /// Reads a file of weights; whether torch or safetensors wrote it is told by its content.
  ///
  /// Numbers of any type become 32-bit floats. A torch file may be of either form, and have the
  /// weights under "state_dict", "model_state_dict" or "model", beside other things. Where all names
  /// begin with "module.", as a network spread over several processors writes them, that is taken
  /// off.
  /// - Throws: `FileError` that names the place or the array that is not as it has to be, or two
  ///   arrays of one name.
  package static func read(_ path: String) throws -> StateDictionary {
    let file = try FileBytes(path)
    let start = try file.bytes(0..<min(9, file.count))
    let arrays =
      if SafetensorsFile.isOne(start, file.count) {
        try SafetensorsFile.arrays(file)
      } else if start.starts(with: ZipDirectory.magic) {
        try TorchFile.contents(file, ZipDirectory(file).entries).weights()
      } else if start.first == PickleOpcode.proto.rawValue {
        try TorchFile.contents(legacy: file).weights()
      } else {
        throw FileError(
          .format, path: path, at: .byte(0), expected: "weights: a safetensors or a torch file",
          found: "another kind of file",
          hints: ["in Python: torch.save(model.state_dict(), 'weights.pth')"])
      }
    return try StateDictionary(reading: arrays, of: file)
  }

  private init(reading arrays: [(name: String, array: StoredArray)], of file: FileBytes) throws {
    var names: Set<String> = []
    for (name, _) in arrays where !names.insert(name).inserted {
      throw FileError(
        .format, path: file.name, member: name, expected: "each name once", found: "two of it")
    }
    try Self.checkSize(arrays.map(\.array.count), file)
    let prefix = "module."
    let hasPrefix = names.allSatisfy { $0.hasPrefix(prefix) }
    self.init(
      try arrays.map { name, array in
        Tensor(
          name: hasPrefix ? String(name.dropFirst(prefix.count)) : name, shape: array.shape,
          values: try array.floats())
      })
  }

  /// So many numbers are fine in the smallest file.
  private static let mostRepeated = 1 << 21

  /// Arrays may share numbers, as tied weights do, but a small file may not become a large one by
  /// that.
  private static func checkSize(_ counts: [Int], _ file: FileBytes) throws {
    let total = counts.reduce(0) { sum, count in
      let (total, overflow) = sum.addingReportingOverflow(count)
      return overflow ? .max : total
    }
    let (twice, overflow) = file.count.multipliedReportingOverflow(by: 2)
    let most = overflow ? .max : max(twice, mostRepeated)
    guard total <= most else {
      throw FileError(
        .tooLarge, path: file.name,
        expected: "at most \(most) numbers in a file of \(file.count) bytes",
        found: "\(total), nearly all of them repetitions")
    }
    try MemoryLimit.check(total, of: Float.self, path: file.name)
  }
}
