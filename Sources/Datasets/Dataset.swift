import LinearAlgebra

/// Samples with their true labels, as files have them: a training part, which becomes the pool,
/// and a test part for evaluation.
///
/// The true labels stay on this side: whoever makes a pool from a data set hands the algorithms
/// features only.
package struct Dataset: Sendable {
  /// The canonical name, as `load` takes it.
  package var name: String
  /// One name per class; labels index it.
  package var classNames: [String]
  /// What becomes the pool.
  package var train: Examples
  /// Nil where the user brought no test data; then nothing can be evaluated.
  package var test: Examples?

  /// Stores the parts; labels are below `classNames.count`.
  package init(name: String, classNames: [String], train: Examples, test: Examples?) {
    self.name = name
    self.classNames = classNames
    self.train = train
    self.test = test
  }

  /// Hands `body`, piece by piece, the bytes whose SHA-256 identifies these data: the training
  /// part's source values, the training labels, then the same of the test part.
  ///
  /// Source values are the pixels, or where there are no images the features as little-endian
  /// 32-bit floats, before any projection or scaling; labels are little-endian 64-bit integers.
  package func forEachDigestChunk(_ body: (UnsafeRawBufferPointer) -> Void) {
    for part in [train, test].compactMap({ $0 }) {
      if let images = part.images {
        images.pixels.withUnsafeBytes(body)
      } else if let features = part.features {
        Self.forEachPiece(features.elements, { $0.bitPattern.littleEndian }, body)
      }
      Self.forEachPiece(part.labels, { Int64($0).littleEndian }, body)
    }
  }

  private static func forEachPiece<Value, Stored: BitwiseCopyable>(
    _ values: [Value], _ stored: (Value) -> Stored, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    for start in stride(from: 0, to: values.count, by: 1 << 16) {
      values[start..<min(start + 1 << 16, values.count)].map(stored).withUnsafeBytes(body)
    }
  }
}

/// Samples and their labels, all in the same order. Samples have images, features, or both.
package struct Examples: Sendable {
  /// The true class of each sample, from 0.
  package var labels: [Int]
  /// One image per sample.
  package var images: ImageSet?
  /// One row per sample.
  package var features: Matrix?

  /// Stores the parts; images and features are as many as labels.
  package init(labels: [Int], images: ImageSet? = nil, features: Matrix? = nil) {
    self.labels = labels
    self.images = images
    self.features = features
  }

  /// The number of samples.
  package var count: Int { labels.count }
}

/// Images of one size, 8 bits per channel.
package struct ImageSet: Sendable, Equatable {
  /// The number of images.
  package let count: Int
  /// Rows of pixels per image.
  package let height: Int
  /// Pixels per row.
  package let width: Int
  /// 1 for grey images, 3 for red, green and blue.
  package let channels: Int
  /// Image after image, in each channel after channel, in each row after row.
  package let pixels: [UInt8]

  /// - Precondition: `pixels.count == count * height * width * channels`.
  package init(count: Int, height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == count * height * width * channels, "images need all of their pixels")
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
  }

  /// Bytes per image.
  package var imageLength: Int { height * width * channels }

  /// One row per image: its bytes as they are, unscaled.
  package func pixelMatrix() -> Matrix {
    Matrix(rows: count, columns: imageLength, elements: pixels.map { Float($0) })
  }

  /// The images at `indices`, in that order.
  package func images(at indices: [Int]) -> ImageSet {
    var chosen: [UInt8] = []
    chosen.reserveCapacity(indices.count * imageLength)
    for index in indices {
      chosen.append(contentsOf: pixels[index * imageLength..<(index + 1) * imageLength])
    }
    return ImageSet(
      count: indices.count, height: height, width: width, channels: channels, pixels: chosen)
  }
}
