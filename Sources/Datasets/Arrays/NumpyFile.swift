/// An npy file, or a member of an npz archive, as an array.
struct NumpyFile {
  private let file: FileBytes
  private let entry: ZipEntry?
  /// The key in the archive; nil for an npy file.
  private let member: String?

  /// An npy file.
  init(_ file: FileBytes) {
    self.file = file
    entry = nil
    member = nil
  }

  /// The member `entry` of an archive, called `key`.
  init(_ file: FileBytes, _ entry: ZipEntry, key: String) {
    self.file = file
    self.entry = entry
    member = key
  }

  private var path: String { file.name }
  private var size: Int { entry?.size ?? file.count }

  /// Opens the array.
  /// - Parameter key: names one of several arrays in an array of Python objects.
  func array(_ key: String?) throws -> StoredArray {
    do {
      var stream = try entry?.stream(file) ?? ByteStream(file, 0..<file.count)
      let header = try NumpyHeader(&stream, path: path)
      guard let type = header.type else {
        return try objects(header, stream).array(key)
      }
      guard key == nil else {
        throw FileError(
          .format, path: path, member: key,
          expected: "a file of several arrays, since a key is given",
          found: "an npy file of a single array")
      }
      return try numbers(header, type)
    } catch let error as FileError {
      throw error.inside(member)
    }
  }

  private func numbers(_ header: NumpyHeader, _ type: ElementType) throws -> StoredArray {
    let expected = header.count * type.size
    let found = size - header.length
    guard found == expected else {
      let sizes = header.shape.map(String.init).joined(separator: " × ")
      throw FileError(
        .format, path: path, at: .byte(header.length),
        expected: "\(expected) bytes of data for \(sizes.isEmpty ? "a scalar" : sizes)"
          + " elements of type '\(type.descriptor)'",
        found: "\(found)",
        hints: found < expected ? ["the file may have been cut off while it was copied"] : [])
    }
    let origin: ByteOrigin =
      entry.map { .member(file, $0, skipping: header.length) }
      ?? .file(file, header.length..<file.count)
    let layout = ArrayLayout(dense: header.shape, isFortranOrder: header.isFortranOrder)
    return try StoredArray(
      path: path, member: member, shape: header.shape, type: type,
      content: .parts([ArrayElements(type, layout, origin)]), fileSize: file.count)
  }

  /// Behind the header of an array of Python objects stands a pickle of the whole array.
  private func objects(
    _ header: NumpyHeader, _ stream: consuming ByteStream
  ) throws -> PickledContents {
    // The packed data of a damaged member may go on beyond the size that it has in the directory.
    guard header.length <= size else {
      throw FileError(
        .format, path: path, at: .byte(size), expected: "a pickle behind the header",
        found: "the end of the data")
    }
    let reader = PickleReader(
      stream, places: header.length..<size, path: path, member: member,
      converter: "in Python: numpy.save(FILE, numpy.array(array.tolist(), dtype='int64'))")
    let value = try Unpickler.read(reader).value
    try reader.finish()
    guard case .objects(let objects) = value, objects.shape == header.shape else {
      throw FileError(
        .format, path: path, member: member, at: .byte(header.length),
        expected: "the pickle of an array of the shape in the header", found: value.noun)
    }
    return PickledContents(value, file: file, member: member)
  }
}
