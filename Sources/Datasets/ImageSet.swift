import LinearAlgebra

/// Images that are read from their files when they are needed.
package protocol ImageReader: Sendable {
  /// The number of images.
  var count: Int { get }
  /// What tells image `index` from others: its path below the data set's folder.
  func name(of index: Int) -> String
  /// Writes image `index`, resized to the size of the set: channel after channel, in each row after
  /// row.
  /// - Throws: `FileError` where the file is missing or is no image.
  func read(_ index: Int, into target: UnsafeMutableRawBufferPointer) throws
  /// Image `index` as it is in its file, of any size.
  /// - Throws: `FileError` as `read`.
  func picture(_ index: Int) throws -> Picture
}

/// Images of one size, 8 bits per channel, in memory or read from files one by one.
package struct ImageSet: Sendable {
  private enum Storage: Sendable {
    case memory([UInt8])
    case files(any ImageReader, indices: [Int])
  }

  /// The number of images.
  package let count: Int
  /// Rows of pixels per image.
  package let height: Int
  /// Pixels per row.
  package let width: Int
  /// 1 for grey images, 3 for red, green and blue.
  package let channels: Int
  private let storage: Storage

  /// Whether all pixels are at hand, so that its identity covers them.
  package var isInMemory: Bool { if case .memory = storage { true } else { false } }

  /// Images in memory.
  /// - Parameter pixels: image after image, in each channel after channel, in each row after row.
  /// - Precondition: `pixels.count == count * height * width * channels`.
  package init(count: Int, height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == count * height * width * channels, "images need all of their pixels")
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    storage = .memory(pixels)
  }

  /// Images that `reader` gives when asked, of the size that it makes them.
  package init(reader: any ImageReader, height: Int, width: Int, channels: Int) {
    self.init(
      reader: reader, indices: Array(0..<reader.count), height: height, width: width,
      channels: channels)
  }

  private init(
    reader: any ImageReader, indices: [Int], height: Int, width: Int, channels: Int
  ) {
    count = indices.count
    self.height = height
    self.width = width
    self.channels = channels
    storage = .files(reader, indices: indices)
  }

  /// Bytes per image.
  package var imageLength: Int { height * width * channels }

  /// Whether the pixels are in files and are read when they are needed.
  package var isReadFromFiles: Bool { if case .files = storage { true } else { false } }

  /// One row per image: its bytes as they are, unscaled. Reads every image, on all cores.
  /// - Throws: `FileError` where a file cannot be read or the matrix would not fit in memory;
  ///   `Interrupted`.
  package func pixelMatrix() throws -> Matrix {
    try checkMemory(for: Float.self)
    let elements = try [Float](unsafeUninitializedCapacity: count * imageLength) { target, done in
      done = 0
      // Each image has a part of its own.
      nonisolated(unsafe) let target = target
      try forEachImage { index, bytes in
        for (i, byte) in bytes.enumerated() {
          target.initializeElement(at: index * imageLength + i, to: Float(byte))
        }
      }
      done = count * imageLength
    }
    return Matrix(rows: count, columns: imageLength, elements: elements)
  }

  /// The pixels of all images, one after another. Reads every image, on all cores.
  /// - Throws: `FileError` where a file cannot be read or the pixels would not fit in memory;
  ///   `Interrupted`.
  package func bytes() throws -> [UInt8] {
    if case .memory(let pixels) = storage { return pixels }
    try checkMemory(for: UInt8.self)
    return try [UInt8](unsafeUninitializedCapacity: count * imageLength) { target, done in
      done = 0
      // Each image has a part of its own.
      nonisolated(unsafe) let target = target
      try forEachImage { index, bytes in
        let part = index * imageLength..<(index + 1) * imageLength
        _ = UnsafeMutableBufferPointer(rebasing: target[part]).initialize(from: bytes)
      }
      done = count * imageLength
    }
  }

  private func checkMemory<Element>(for element: Element.Type) throws {
    guard case .files(let reader, let indices) = storage, let first = indices.first else { return }
    let (length, overflow) = count.multipliedReportingOverflow(by: imageLength)
    do {
      try MemoryLimit.check(overflow ? Int.max : length, of: element, path: reader.name(of: first))
    } catch var error as FileError {
      error.found += ", \(count) images of \(height) × \(width) × \(channels)"
      error.hints = ["features=FILE brings features made elsewhere; subset=N limits the images"]
      throw error
    }
  }

  /// The pixels of one image: channel after channel, in each row after row.
  /// - Throws: `FileError` where its file cannot be read.
  package func image(_ index: Int) throws -> [UInt8] {
    try withPixels(of: index) { Array($0) }
  }

  /// Hands `body` the pixels of one image, which are not copied where they are in memory.
  /// - Throws: `FileError` where its file cannot be read; what `body` throws.
  func withPixels<Result>(
    of index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    switch storage {
    case .memory(let pixels):
      return try pixels.withUnsafeBytes { all in
        let range = index * imageLength..<(index + 1) * imageLength
        return try body(UnsafeRawBufferPointer(rebasing: all[range]))
      }
    case .files(let reader, let indices):
      return try withUnsafeTemporaryAllocation(byteCount: imageLength, alignment: 16) { image in
        try reader.read(indices[index], into: image)
        return try body(UnsafeRawBufferPointer(image))
      }
    }
  }

  /// One image, from a file as it is there, before it gets the size of the set.
  /// - Throws: `FileError` where its file cannot be read.
  func picture(_ index: Int) throws -> Picture {
    if case .files(let reader, let indices) = storage { return try reader.picture(indices[index]) }
    return try framedPicture(index)
  }

  /// One image of the size of the set.
  /// - Throws: `FileError` where its file cannot be read.
  func framedPicture(_ index: Int) throws -> Picture {
    try withPixels(of: index) { Picture(planes: $0, height: height, width: width) }
  }

  /// Hands `body` every image, those from files from several threads and in no order.
  private func forEachImage(
    _ body: @Sendable (Int, UnsafeRawBufferPointer) -> Void
  ) throws {
    switch storage {
    case .memory(let pixels):
      pixels.withUnsafeBytes { all in
        for index in 0..<count {
          let range = index * imageLength..<(index + 1) * imageLength
          body(index, UnsafeRawBufferPointer(rebasing: all[range]))
        }
      }
    case .files:
      try Parallel.forEach(count) { index in try withPixels(of: index) { body(index, $0) } }
    }
  }

  /// The name of an image below the data set's folder; empty where images are in memory.
  package func name(of index: Int) -> String {
    guard case .files(let reader, let indices) = storage else { return "" }
    return reader.name(of: indices[index])
  }

  /// What identifies the images: their pixels where those are in memory, else the name of each
  /// with a zero byte behind it. Files are not read for it: a million of them would take hours.
  package func forEachDigestChunk(_ body: (UnsafeRawBufferPointer) -> Void) {
    switch storage {
    case .memory(let pixels): pixels.withUnsafeBytes(body)
    case .files(let reader, let indices):
      for index in indices { (Array(reader.name(of: index).utf8) + [0]).withUnsafeBytes(body) }
    }
  }

  /// The images at `indices`, in that order.
  package func images(at indices: [Int]) -> ImageSet {
    switch storage {
    case .memory(let pixels):
      var chosen: [UInt8] = []
      chosen.reserveCapacity(indices.count * imageLength)
      for index in indices {
        chosen.append(contentsOf: pixels[index * imageLength..<(index + 1) * imageLength])
      }
      return ImageSet(
        count: indices.count, height: height, width: width, channels: channels, pixels: chosen)
    case .files(let reader, let own):
      return ImageSet(
        reader: reader, indices: indices.map { own[$0] }, height: height, width: width,
        channels: channels)
    }
  }
}
