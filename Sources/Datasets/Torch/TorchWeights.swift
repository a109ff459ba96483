extension TorchFile {
  /// Reads a file of the old form.
  /// - Throws: `FileError`, also where it is another pickle.
  static func contents(legacy file: FileBytes) throws -> PickledContents {
    let reader = Pickle.reader(file)
    guard isMagic(try Unpickler.read(reader).value) else {
      throw FileError(
        .format, path: file.name, at: .byte(0), expected: "a torch file", found: "another pickle")
    }
    return try contents(file, behindMagic: reader)
  }
}

extension PickledContents {
  /// Keys under which training programs save the weights, beside an epoch or the optimiser's state.
  private static let wrappers = ["state_dict", "model_state_dict", "model"]

  /// The arrays of a dictionary of weights, by name and in order.
  /// - Throws: `FileError` where the file holds none, or something else between them.
  func weights() throws -> [(name: String, array: StoredArray)] {
    guard case .dictionary(let entries) = Self.unwrapped(value), !entries.isEmpty else {
      throw refusal(nil, found: value.noun)
    }
    return try entries.map { key, value in
      guard let name = key.string else { throw refusal(nil, found: "a key that is \(key.noun)") }
      guard case .tensor = value, let array = try array(value, name) else {
        throw refusal(name, found: value.noun)
      }
      return (name, array)
    }
  }

  private static func unwrapped(_ value: PythonValue) -> PythonValue {
    for key in wrappers {
      if let inner = value[key], case .dictionary = inner { return unwrapped(inner) }
    }
    return value
  }

  private func refusal(_ member: String?, found: String) -> FileError {
    FileError(
      .format, path: file.name, member: member,
      expected: "a dictionary of weights, which are tensors",
      found: found, hints: ["in Python: torch.save(model.state_dict(), 'weights.pth')"])
  }
}
