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
  /// For each class the coarser one that it belongs to, where the data tell (CIFAR-100);
  /// `Examples.unknown` for a class that no image has.
  package var superclasses: [Int]?
  /// Where features are commonly made for a longer list of images, which of its rows are the
  /// training samples.
  package var featureRows: FeatureRows?
  /// What the user should know about the files and need not act upon.
  package var notices: [String]

  /// Stores the parts; labels are below `classNames.count`.
  package init(
    name: String, classNames: [String], train: Examples, test: Examples?,
    superclasses: [Int]? = nil, featureRows: FeatureRows? = nil, notices: [String] = []
  ) {
    self.name = name
    self.classNames = classNames
    self.train = train
    self.test = test
    self.superclasses = superclasses
    self.featureRows = featureRows
    self.notices = notices
  }

  /// The SHA-256 that identifies these data, 64 hex digits: of the training part's source values,
  /// the training labels, then the same of the test part.
  ///
  /// Source values are the pixels (where images are read from files: their names), or where there
  /// are no images the features as little-endian 32-bit floats, before any projection or scaling;
  /// labels are little-endian 64-bit integers, those of real annotators behind the true ones.
  package func digest() -> String {
    var sha = train.sourceHash ?? SHA256()
    Self.forEachChunk(of: train, withValues: train.sourceHash == nil) {
      sha.update($0)
    }
    if let test { Self.forEachChunk(of: test) { sha.update($0) } }
    return sha.hexadecimal
  }

  /// Hands `body`, piece by piece, the bytes whose SHA-256 is the digest.
  package func forEachDigestChunk(_ body: (UnsafeRawBufferPointer) -> Void) {
    for part in [train, test].compactMap({ $0 }) { Self.forEachChunk(of: part, body) }
  }

  private static func forEachChunk(
    of part: Examples, withValues: Bool = true, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    if let images = part.images {
      images.forEachDigestChunk(body)
    } else if let features = part.features, withValues {
      forEachPiece(features.elements, body) { $0.bitPattern.littleEndian }
    }
    forEachPiece(part.labels, body) { Int64($0).littleEndian }
    if let observed = part.annotation?.observed {
      forEachPiece(observed, body) { Int64($0).littleEndian }
    }
  }

  /// - Parameter stored: the value as it is stored; where the processor is little-endian itself,
  ///   that is how it lies in memory.
  private static func forEachPiece<Value: BitwiseCopyable, Stored: BitwiseCopyable>(
    _ values: [Value], _ body: (UnsafeRawBufferPointer) -> Void, _ stored: (Value) -> Stored
  ) {
    guard 1.littleEndian != 1 else { return values.withUnsafeBytes(body) }
    for start in stride(from: 0, to: values.count, by: 1 << 16) {
      values[start..<min(start + 1 << 16, values.count)].map(stored).withUnsafeBytes(body)
    }
  }
}
