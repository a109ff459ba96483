import LinearAlgebra

/// An array in an npy file or in a member of an npz archive: its shape and type, and on demand its
/// numbers.
///
/// The header and the length of the file are checked when the array is opened, before anything is
/// allocated; the numbers are converted while they are read, piece by piece, so that peak memory is
/// the result and little more. They come in C order (the last index runs fastest) whatever the
/// order in the file.
package struct NumpyArray: Sendable {
  /// The file, as it was named.
  package let path: String
  /// The key in the npz archive; nil for an npy file.
  package let member: String?
  private let header: NumpyHeader
  private let entry: ZipEntry?

  /// Sizes of the dimensions; empty for a scalar.
  package var shape: [Int] { header.shape }
  /// How the elements are stored in the file.
  package var type: ElementType { header.type }
  /// The number of elements.
  package var count: Int { header.count }
  /// Whether the first index runs fastest in the file.
  package var isFortranOrder: Bool { header.isFortranOrder }
  /// The product of all sizes but the first: what one row holds when it is flattened.
  package var rowLength: Int { shape.dropFirst().reduce(1, &*) }

  /// Opens `location`: an npy file, `FILE.npz:key`, or an npz archive of a single array.
  package init(_ location: String) throws {
    self = try ArrayLocation(location).open()
  }

  /// Opens an npy file.
  init(file: FileBytes) throws {
    try self.init(path: file.name, member: nil, entry: nil, file)
  }

  /// Opens one member of an archive.
  init(file: FileBytes, entry: ZipEntry, key: String) throws {
    do {
      try self.init(path: file.name, member: key, entry: entry, file)
    } catch let error as FileError {
      throw error.inside(key)
    }
  }

  private init(path: String, member: String?, entry: ZipEntry?, _ file: FileBytes) throws {
    self.path = path
    self.member = member
    self.entry = entry
    var stream = try Self.stream(file, entry)
    header = try NumpyHeader(&stream, path: path)
    let expected = header.count * header.type.size
    let found = (entry?.size ?? file.count) - header.length
    guard found == expected else {
      let sizes = header.shape.map(String.init).joined(separator: " × ")
      throw FileError(
        .format, path: path, at: .byte(header.length),
        expected: "\(expected) bytes of data for \(sizes.isEmpty ? "a scalar" : sizes)"
          + " elements of type '\(header.type.descriptor)'",
        found: "\(found)",
        hints: found < expected ? ["the file may have been cut off while it was copied"] : [])
    }
  }

  /// All numbers as 32-bit floats; what lies outside their range becomes infinite.
  package func floats() throws -> [Float] { try elements() }

  /// All numbers as 64-bit floats.
  package func doubles() throws -> [Double] { try elements() }

  /// All numbers as integers.
  /// - Throws: `FileError` where the array holds real numbers, even if they happen to be whole.
  package func integers() throws -> [Int] {
    guard type.isWhole else {
      throw FileError(
        .format, path: path, member: member, expected: "an array of whole numbers",
        found: "real numbers ('\(type.descriptor)')",
        hints: ["in Python: numpy.save(FILE, array.astype('int64'))"])
    }
    return try elements()
  }

  /// The array as a matrix with one row per entry of its first dimension; further dimensions are
  /// flattened per row.
  /// - Throws: `FileError` where there are fewer than two dimensions.
  package func matrix() throws -> Matrix {
    guard shape.count >= 2 else {
      throw FileError(
        .format, path: path, member: member, expected: "two dimensions, samples × features",
        found: shape.isEmpty ? "a single number" : "one dimension of \(count) numbers",
        hints: ["in Python: array.reshape(samples, features)"])
    }
    return Matrix(rows: shape[0], columns: rowLength, elements: try floats())
  }

  private func elements<Element: ArrayElement>() throws -> [Element] {
    do {
      try MemoryLimit.check(count, of: Element.self, path: path)
      let file = try FileBytes(path)
      let origin: ByteOrigin =
        entry.map { .member(file, $0, skipping: header.length) }
        ?? .file(file, header.length..<file.count)
      let layout = ArrayLayout(dense: shape, isFortranOrder: isFortranOrder)
      let result = try ArrayElements(type, layout, origin).values(Element.self)
      return result
    } catch let error as FileError {
      throw error.inside(member)
    } catch let unfit as UnfitElement {
      throw FileError(
        .format, path: path, member: member, at: .element(unfit.index),
        expected: "a number that fits in 64 bits", found: unfit.value)
    }
  }

  private static func stream(_ file: FileBytes, _ entry: ZipEntry?) throws -> ByteStream {
    guard let entry else { return ByteStream(file, 0..<file.count) }
    return try entry.stream(file)
  }
}
