/// Files that `torch.save` wrote: an archive, or pickles one after another as older versions have it.
enum TorchFile {
  /// What the first pickle of the old form holds: a number of 80 bits.
  private static let magic: [UInt8] = [
    0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
  ]
  private static let protocolVersion = 1001
  private static let pickleName = "/data.pkl"

  /// A way out for files that are refused.
  static let converter =
    "in Python, if you trust the file: "
    + "numpy.save('array.npy', torch.load(FILE, weights_only=False)[KEY].numpy())"

  /// Whether an archive with these members is a torch file.
  static func isTorch(_ entries: [ZipEntry]) -> Bool {
    entries.contains { $0.name.hasSuffix(pickleName) }
  }

  /// Whether `value`, the first pickle of a file, begins a torch file of the old form.
  static func isMagic(_ value: PythonValue) -> Bool {
    guard case .wideInteger(let bytes) = value else { return false }
    return bytes == magic
  }

  /// Reads the pickle of an archive; its other members are left alone until a tensor is read.
  static func contents(_ file: FileBytes, _ entries: [ZipEntry]) throws -> PickledContents {
    let pickles = entries.filter { $0.name.hasSuffix(pickleName) }
    guard pickles.count == 1, let entry = pickles.first else {
      throw FileError(
        .format, path: file.name, expected: "a torch file with one data.pkl",
        found: "\(pickles.count) of them")
    }
    let folder = String(entry.name.dropLast(pickleName.count))
    try checkByteOrder(file, entries, folder)
    let reader = PickleReader(
      try entry.stream(file), places: 0..<entry.size, path: file.name, member: entry.name,
      converter: converter)
    let value = try Unpickler.read(reader, hasStorages: true).value
    try reader.finish()
    return PickledContents(
      value, file: file, storages: try TorchStorages(file, entries: entries, folder: folder))
  }

  private static func checkByteOrder(
    _ file: FileBytes, _ entries: [ZipEntry], _ folder: String
  ) throws {
    guard let entry = entries.first(where: { $0.name == "\(folder)/byteorder" }) else { return }
    var stream = try entry.stream(file)
    let order = try stream.bytes(min(entry.size, 16))
    guard order == Array("little".utf8) else {
      throw bigEndian(file, member: entry.name, found: String(decoding: order, as: UTF8.self))
    }
  }

  private static func bigEndian(
    _ file: FileBytes, member: String? = nil, at place: FileError.Place? = nil, found: String
  ) -> FileError {
    FileError(
      .format, path: file.name, member: member, at: place,
      expected: "numbers in the byte order 'little'", found: "'\(found)'",
      hints: ["on a machine of the usual byte order: torch.save(torch.load(FILE), FILE)"])
  }

  /// Reads what follows the magic number of the old form.
  static func contents(_ file: FileBytes, behindMagic reader: PickleReader) throws
    -> PickledContents
  {
    let place = reader.place
    guard case .integer(protocolVersion) = try Unpickler.read(reader).value else {
      throw reader.error(
        at: place, expected: "protocol \(protocolVersion) of torch", found: "another one")
    }
    let systemPlace = reader.place
    guard case .bool(true)? = try Unpickler.read(reader).value["little_endian"] else {
      throw bigEndian(file, at: .byte(systemPlace), found: "big")
    }
    let object = try Unpickler.read(reader, hasStorages: true)
    let keysPlace = reader.place
    guard let keys = try Unpickler.read(reader).value.strings else {
      throw reader.error(at: keysPlace, expected: "the keys of the storages", found: "other values")
    }
    let storages = try TorchStorages(
      file, keys: keys, storages: object.storages, from: reader.place)
    return PickledContents(object.value, file: file, storages: storages)
  }
}
