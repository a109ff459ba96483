import LinearAlgebra

/// The binary version of CIFAR: records of one label byte (CIFAR-100: two, coarse and fine) and
/// 3,072 bytes of pixels, and class names in text files.
package enum CIFARRecords {
  /// Records read between two looks at the interrupt flag.
  private static let piece = 256

  /// Reads one file of records, all of it.
  /// - Throws: `FileError` where it is no whole number of records, or with the row of a label that
  ///   cannot be; `Interrupted`.
  package static func read(_ path: String, classes: CIFARBatch.Classes) throws -> CIFARBatch {
    let file = try FileBytes(path)
    let heads = classes == .ten ? 1 : 2
    let length = heads + CIFARBatch.imageLength
    guard file.count > 0, file.count.isMultiple(of: length) else {
      throw FileError(
        .format, path: path, expected: "records of \(length) bytes",
        found: "\(file.count) bytes, not a multiple of that",
        hints: ["the file may have been cut off while it was copied"])
    }
    let count = file.count / length
    try MemoryLimit.check(file.count, of: UInt8.self, path: path)
    var labels: [[Int]] = Array(repeating: [], count: heads)
    let pixels = try [UInt8](unsafeUninitializedCapacity: count * CIFARBatch.imageLength) {
      target, done in
      done = 0
      try separate(file, heads, count, into: UnsafeMutableRawBufferPointer(target), &labels)
      done = target.count
    }
    let batch = CIFARBatch(
      labels: labels[heads - 1], coarseLabels: heads == 2 ? labels[0] : [], pixels: pixels)
    try CIFARBatch.check(batch.labels, below: classes.count, "a label", path: path)
    try CIFARBatch.check(
      batch.coarseLabels, below: classes.coarseCount, "a coarse label", path: path)
    return batch
  }

  /// Copies the pixels of `count` records to `target` and collects the label bytes before them.
  private static func separate(
    _ file: FileBytes, _ heads: Int, _ count: Int, into target: UnsafeMutableRawBufferPointer,
    _ labels: inout [[Int]]
  ) throws {
    let image = CIFARBatch.imageLength
    let length = heads + image
    let records = UnsafeMutableRawBufferPointer.allocate(byteCount: piece * length, alignment: 16)
    defer { records.deallocate() }
    for start in stride(from: 0, to: count, by: piece) {
      try Interrupt.check()
      let part = UnsafeMutableRawBufferPointer(
        rebasing: records[..<(min(piece, count - start) * length)])
      try file.read(at: start * length, into: part)
      for record in 0..<part.count / length {
        let first = record * length
        for head in 0..<heads { labels[head].append(Int(part[first + head])) }
        let place = (start + record) * image
        UnsafeMutableRawBufferPointer(rebasing: target[place..<place + image]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: part[first + heads..<first + length]))
      }
    }
  }
}
