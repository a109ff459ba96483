import ActiveLearning
import Datasets

/// A file of the cache: a line that says so, the key on a line, the content, and the 64 hexadecimal
/// digits of the content's SHA-256. Read and written piece by piece.
struct DerivedFile {
  let path: String
  let key: String

  private static let magic = "winnow derived 2\n"
  private static let digestLength = 64

  private var head: [UInt8] { Array((Self.magic + key + "\n").utf8) }

  /// What `body` makes of the content; nil unless it reads all of it and all is as it was written.
  func read<Result>(_ body: (inout DerivedContent) -> Result?) -> Result? {
    guard let file = try? FileBytes(path) else { return nil }
    let start = head.count
    let end = file.count - Self.digestLength
    guard start <= end, bytes(0..<start, of: file) == head else { return nil }
    let reader = Reader(file, from: start)
    var content = DerivedContent(bytes: end - start, fill: reader.fill)
    guard let result = body(&content), content.left == 0,
      bytes(end..<file.count, of: file) == Array(reader.digest.hexadecimal.utf8)
    else { return nil }
    return result
  }

  /// False where the file cannot be written; then there is what there was before.
  /// - Parameter body: hands over the content, piece by piece.
  func write(_ body: ((UnsafeRawBufferPointer) -> Void) -> Void) -> Bool {
    do {
      let file = try NewFile(path)
      var digest = SHA256()
      var failure: (any Error)?
      try head.withUnsafeBytes(file.append)
      body { piece in
        guard failure == nil else { return }
        digest.update(piece)
        do { try file.append(piece) } catch { failure = error }
      }
      if let failure { throw failure }
      try Array(digest.hexadecimal.utf8).withUnsafeBytes(file.append)
      // What a loss of power leaves of it is not as it was written.
      try file.commit(isDurable: false)
      return true
    } catch {
      return false
    }
  }

  private func bytes(_ range: Range<Int>, of file: FileBytes) -> [UInt8]? {
    try? [UInt8](unsafeUninitializedCapacity: range.count) { target, count in
      try file.read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(target))
      count = range.count
    }
  }

  /// Goes through the content and takes its digest.
  private final class Reader {
    private let file: FileBytes
    private var offset: Int
    private(set) var digest = SHA256()

    init(_ file: FileBytes, from offset: Int) {
      self.file = file
      self.offset = offset
    }

    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Bool {
      do { try file.read(at: offset, into: buffer) } catch { return false }
      offset += buffer.count
      digest.update(UnsafeRawBufferPointer(buffer))
      return true
    }
  }
}
