import LinearAlgebra

/// An array in a file of any kind: its shape and type, and on demand its elements.
///
/// The file may be an npy file, an npz archive, a torch file or a pickle. Whatever it says about the
/// array and the lengths of its parts is checked when the array is opened, before anything is
/// allocated for it; numbers are converted while they are read, piece by piece, so that peak memory
/// is the result and little more. They come in C order (the last index runs fastest) whatever the
/// order in the file. The file stays open as long as the array exists.
package struct StoredArray: Sendable {
  /// The file, as it was named.
  package let path: String
  /// The key in the file; nil where the file is one array.
  package let member: String?
  /// Sizes of the dimensions; empty for a scalar.
  package let shape: [Int]
  /// How the elements are stored in the file.
  package let type: ElementType
  /// The number of elements.
  package var count: Int { shape.reduce(1, &*) }
  /// The product of all sizes but the first: what one row holds when it is flattened.
  package var rowLength: Int { shape.dropFirst().reduce(1, &*) }
  private let content: Content

  enum Content {
    /// Parts that follow one another, of which `shape` is the whole.
    case parts([ArrayElements])
    case texts([String])
  }

  /// Opens `location`: a file, or `FILE:key` where the file holds several arrays.
  package init(_ location: String) throws {
    self = try ArrayLocation(location).open()
  }

  /// - Parameter fileSize: in bytes; an array that repeats its elements may not grow far beyond it.
  /// - Precondition: the product of `shape` can be counted, and is what `content` holds.
  init(
    path: String, member: String?, shape: [Int], type: ElementType, content: Content, fileSize: Int
  ) throws {
    self.path = path
    self.member = member
    self.shape = shape
    self.type = type
    self.content = content
    let (most, overflow) = fileSize.multipliedReportingOverflow(by: 2)
    guard case .parts(let parts) = content, !overflow else { return }
    let stored = parts.reduce(0) { $0 &+ $1.origin.count }
    guard parts.count > 1 || count > stored else { return }
    guard count <= max(most, Self.mostRepeated) else {
      throw FileError(
        .tooLarge, path: path, member: member,
        expected: "at most \(max(most, Self.mostRepeated)) elements in a file of \(fileSize) bytes",
        found: "\(count), nearly all of them repetitions",
        hints: ["in Python: torch.save(tensor.contiguous(), FILE)"])
    }
  }

  /// So many repeated elements are fine in the smallest file.
  private static let mostRepeated = 1 << 21

  /// All numbers as 32-bit floats; what lies outside their range becomes infinite.
  package func floats() throws -> [Float] { try numbers() }

  /// The same, hashed on the way.
  func floats(hashedBy hash: SourceHash?) throws -> [Float] {
    guard let hash else { return try floats() }
    return try numbers(watch: { hash.add($0) }, done: { hash.wait() })
  }

  /// All numbers as 64-bit floats.
  package func doubles() throws -> [Double] { try numbers() }

  /// All numbers as integers.
  /// - Throws: `FileError` where the array holds real numbers, even if they happen to be whole.
  package func integers() throws -> [Int] {
    guard type.isWhole else {
      throw error(
        expected: "an array of whole numbers", found: type.noun,
        hints: ["in Python: numpy.save(FILE, array.astype('int64'))"])
    }
    return try numbers()
  }

  /// All elements of an array of text.
  /// - Throws: `FileError` where the array holds numbers.
  package func strings() throws -> [String] {
    guard type.kind == .text else {
      throw error(expected: "an array of text", found: type.noun)
    }
    switch content {
    case .texts(let texts): return texts
    case .parts(let parts):
      try MemoryLimit.check(count, of: String.self, path: path)
      return try placed { try parts.flatMap { try $0.texts() } }
    }
  }

  /// The array as a matrix with one row per entry of its first dimension; further dimensions are
  /// flattened per row.
  /// - Throws: `FileError` where there are fewer than two dimensions.
  package func matrix() throws -> Matrix { try matrix(hashedBy: nil) }

  /// The same, its numbers hashed on the way.
  func matrix(hashedBy hash: SourceHash?) throws -> Matrix {
    guard shape.count >= 2 else {
      throw error(
        expected: "two dimensions, samples × features",
        found: shape.isEmpty ? "a single number" : "one dimension of \(count) numbers",
        hints: ["in Python: array.reshape(samples, features)"])
    }
    return Matrix(rows: shape[0], columns: rowLength, elements: try floats(hashedBy: hash))
  }

  private func numbers<Element: ArrayElement>(
    watch: (UnsafeBufferPointer<Element>) -> Void = { _ in }, done: () -> Void = {}
  ) throws -> [Element] {
    guard case .parts(let parts) = content, type.kind != .text else {
      throw error(
        expected: "an array of numbers", found: type.noun,
        hints: ["in Python: numpy.save(FILE, array.astype('float32'))"])
    }
    try MemoryLimit.check(count, of: Element.self, path: path)
    return try placed {
      try ArrayElements.values(Element.self, of: parts, count: count, watch: watch, done: done)
    }
  }

  /// Runs `body` and says of its errors where they happened.
  private func placed<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as FileError {
      throw error.inside(member)
    } catch let unfit as UnfitElement {
      throw FileError(
        .format, path: path, member: member, at: .element(unfit.index), expected: unfit.expected,
        found: unfit.value)
    }
  }

  private func error(expected: String, found: String, hints: [String] = []) -> FileError {
    FileError(.format, path: path, member: member, expected: expected, found: found, hints: hints)
  }
}
