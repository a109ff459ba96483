/// Where in a torch file the numbers of its tensors are.
struct TorchStorages: Sendable {
  /// A run of bytes in the file.
  private enum Place: Sendable {
    case range(Range<Int>)
    case member(ZipEntry)
  }

  private let file: FileBytes
  private let places: [String: Place]
  /// The form of an error's place: the folder of the storages in an archive.
  private let prefix: String

  /// The storages of an archive: its members `FOLDER/data/KEY`.
  init(_ file: FileBytes, entries: [ZipEntry], folder: String) throws {
    self.file = file
    prefix = "\(folder)/data/"
    var places: [String: Place] = [:]
    for entry in entries where entry.name.hasPrefix(prefix) {
      let key = String(entry.name.dropFirst(prefix.count))
      guard places.updateValue(.member(entry), forKey: key) == nil else {
        throw FileError(
          .format, path: file.name, member: entry.name, expected: "each member once",
          found: "two of this name")
      }
    }
    self.places = places
  }

  /// The storages of a file of the old form: after the pickles they follow one another in the order
  /// of `keys`, each an element count of 64 bits and its bytes.
  /// - Parameters:
  ///   - storages: what the pickle says about them.
  ///   - start: where the first begins.
  init(_ file: FileBytes, keys: [String], storages: [TorchStorage], from start: Int) throws {
    self.file = file
    prefix = ""
    let known = try Self.byKey(storages, file)
    var places: [String: Place] = [:]
    var place = start
    for key in keys {
      guard let storage = known[key], places[key] == nil else {
        throw FileError(
          .format, path: file.name, at: .byte(place), expected: "storages that tensors use",
          found: "'\(key)', which none uses")
      }
      let range = try Self.range(of: storage, at: place, file)
      places[key] = .range(range)
      place = range.upperBound
    }
    guard place == file.count else {
      throw FileError(
        .format, path: file.name, at: .byte(place), expected: "the end of the file",
        found: "\(file.count - place) more bytes")
    }
    self.places = places
  }

  /// The elements of `tensor`.
  /// - Throws: `FileError` where its storage is not in the file, has another size than the pickle
  ///   says, or does not hold all of the tensor.
  func elements(of tensor: TorchTensor) throws -> ArrayElements {
    let (storage, type) = (tensor.storage, tensor.type)
    guard let place = places[storage.key] else {
      throw error(storage, expected: "the storage of a tensor", found: "none")
    }
    let origin: ByteOrigin
    switch place {
    case .range(let range): origin = .file(file, range)
    case .member(let entry): origin = .member(file, entry, skipping: 0)
    }
    guard origin.count / type.size == storage.count else {
      throw error(
        storage, expected: "a storage of \(storage.count) elements of \(type.size) bytes",
        found: "\(origin.count) bytes")
    }
    guard
      let layout = ArrayLayout(
        shape: tensor.shape, strides: tensor.strides, offset: tensor.offset,
        available: storage.count)
    else { throw error(storage, expected: "a tensor within its storage", found: "a larger one") }
    return ArrayElements(type, layout, origin)
  }

  private func error(_ storage: TorchStorage, expected: String, found: String) -> FileError {
    FileError(
      .format, path: file.name, member: prefix + storage.key, expected: expected, found: found)
  }

  private static func byKey(
    _ storages: [TorchStorage], _ file: FileBytes
  ) throws -> [String: TorchStorage] {
    var known: [String: TorchStorage] = [:]
    for var storage in storages {
      storage.view = nil
      guard known.updateValue(storage, forKey: storage.key) ?? storage == storage else {
        throw FileError(
          .format, path: file.name, expected: "one description of the storage '\(storage.key)'",
          found: "two different ones")
      }
    }
    return known
  }

  private static func range(
    of storage: TorchStorage, at place: Int, _ file: FileBytes
  ) throws -> Range<Int> {
    try file.checkBounds(place, 8)
    var reader = LittleEndianReader(
      bytes: try file.bytes(place..<place + 8), base: place, path: file.name)
    let count = try reader.wide()
    guard count == storage.count else {
      throw FileError(
        .format, path: file.name, at: .byte(place),
        expected: "a storage of \(storage.count) elements, as the pickle says", found: "\(count)")
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: storage.type.elementType.size)
    try file.checkBounds(place + 8, overflow ? Int.max : bytes)
    return place + 8..<place + 8 + bytes
  }
}
