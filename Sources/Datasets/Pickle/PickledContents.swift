/// The arrays in what a pickle holds, found by keys.
///
/// Arrays are NumPy arrays, torch tensors, lists and tuples of numbers, and lists of arrays of one
/// shape and type, which are stacked. A key is one of a dictionary or an index of a list or tuple;
/// keys of what lies further inside follow behind '/' or '.'.
struct PickledContents {
  let value: PythonValue
  let file: FileBytes
  /// The member of an archive that holds the pickle, where it is one of several.
  private let member: String?
  /// Where the numbers of tensors are; nil where there can be no tensors.
  private let storages: TorchStorages?

  init(
    _ value: PythonValue, file: FileBytes, member: String? = nil, storages: TorchStorages? = nil
  ) {
    self.value = value
    self.file = file
    self.member = member
    self.storages = storages
  }

  /// The array under `key`; without a key all that there is, or the only array in it.
  /// - Throws: `FileError` that lists the keys where `key` is not one of them, or is needed.
  func array(_ key: String?) throws -> StoredArray {
    guard let key else { return try onlyArray() }
    guard let found = Self.find(key, in: value) else { throw choice(found: "'\(key)'", key) }
    guard let array = try array(found, key) else {
      throw FileError(
        .format, path: file.name, member: key, expected: "an array", found: found.noun,
        hints: ["lists have to hold numbers, or arrays of one shape and type"])
    }
    return array
  }

  private func onlyArray() throws -> StoredArray {
    if let array = try array(value, nil) { return array }
    let leaves = Self.leaves(value)
    let arrays = leaves.filter { !$0.isList }
    let candidates = arrays.isEmpty ? leaves : arrays
    guard candidates.count == 1, let leaf = candidates.first,
      let array = try array(leaf.value, leaf.key)
    else { throw choice(found: leaves.isEmpty ? value.noun : "no key", nil) }
    return array
  }

  private func choice(found: String, _ key: String?) -> FileError {
    let keys = Self.leaves(value).map(\.key)
    return FileError.choice(of: keys, path: file.name, key: key, found: found)
  }

  // MARK: finding

  /// What stands under `key`. Keys that contain separators themselves go before paths.
  private static func find(_ key: String, in value: PythonValue) -> PythonValue? {
    if let found = step(key, in: value) { return found }
    for place in key.indices where key[place] == "/" || key[place] == "." {
      let rest = String(key[key.index(after: place)...])
      guard let inner = step(String(key[..<place]), in: value), let found = find(rest, in: inner)
      else { continue }
      return found
    }
    return nil
  }

  private static func step(_ key: String, in value: PythonValue) -> PythonValue? {
    switch value {
    case .dictionary: return value[key]
    case .list(let values), .tuple(let values):
      guard let index = Int(key), values.indices.contains(index) else { return nil }
      return values[index]
    case .objects(let objects) where objects.shape.isEmpty:
      return objects.elements.first.flatMap { step(key, in: $0) }
    default: return nil
    }
  }

  private struct Leaf {
    let key: String
    let value: PythonValue
    /// Whether it is a list and only by that an array.
    let isList: Bool
  }

  /// Every array in `value`, with its key.
  private static func leaves(_ value: PythonValue, _ key: String = "") -> [Leaf] {
    if PickledForm(value) != nil, !key.isEmpty {
      return [Leaf(key: key, value: value, isList: value.isList)]
    }
    let prefix = key.isEmpty ? "" : key + "/"
    switch value {
    case .dictionary(let entries):
      return entries.flatMap { entry in
        entry.key.name.map { leaves(entry.value, prefix + $0) } ?? []
      }
    case .list(let values), .tuple(let values):
      return values.enumerated().flatMap { leaves($1, prefix + String($0)) }
    case .objects(let objects) where objects.shape.isEmpty:
      return objects.elements.first.map { leaves($0, key) } ?? []
    default: return []
    }
  }

  // MARK: reading

  /// `value` as an array; nil where it is none.
  func array(_ value: PythonValue, _ key: String?) throws -> StoredArray? {
    guard let form = PickledForm(value) else { return nil }
    let texts = form.type.kind == .text ? Self.texts(value) : nil
    let content = try texts.map(StoredArray.Content.texts) ?? .parts(parts(value))
    return try StoredArray(
      path: file.name, member: key ?? member, shape: form.shape, type: form.type,
      content: content, fileSize: file.count)
  }

  /// Texts that are single values; nil where they stand in a NumPy array.
  private static func texts(_ value: PythonValue) -> [String]? {
    switch value {
    case .list(let values), .tuple(let values): values.compactMap(\.string)
    case .objects(let objects) where objects.shape.isEmpty: objects.elements.first.flatMap(texts)
    case .objects(let objects): objects.elements.compactMap(\.string)
    default: nil
    }
  }

  private func parts(_ value: PythonValue) throws -> [ArrayElements] {
    switch value {
    case .array(let array): return [array.elements]
    case .tensor(let tensor):
      guard let storages else { return [] }
      return [try storages.elements(of: tensor)]
    case .objects(let objects) where objects.shape.isEmpty:
      return try objects.elements.first.map(parts) ?? []
    case .objects(let objects): return [PickledForm.numbers(objects.elements)].compactMap { $0 }
    case .list(let values), .tuple(let values):
      if let numbers = PickledForm.numbers(values) { return [numbers] }
      return try values.flatMap(parts)
    case .none, .bool, .integer, .wideInteger, .real, .bytes, .text, .dictionary: return []
    }
  }
}

extension FileError {
  /// One of several arrays has to be named.
  static func choice(
    of keys: [String], path: String, key: String?, found: String
  ) -> FileError {
    let some = keys.prefix(20).joined(separator: ", ")
    let listed =
      keys.count > 20 ? "\(some), … (\(keys.count) in all)" : some.isEmpty ? "none" : some
    return FileError(
      .format, path: path, member: key, expected: "one of its arrays: \(listed)", found: found,
      hints: keys.first.map { ["name one: \(path):\($0)"] } ?? [])
  }
}
