/// Reads class labels, one per sample, from an array or from text.
///
/// Arrays: in files of every kind that `ArrayLocation` knows, one dimension of whole numbers. Text:
/// one label per line, or lines `index,label` below a header of these two names, in any order.
package enum LabelFile {
  /// More classes than any data set has; a larger number is an index or an identifier.
  static let largestLabel = 999_999

  /// - Parameters:
  ///   - count: how many labels there have to be; nil where the file decides.
  ///   - classes: labels run from 0 to `classes - 1`; nil where the file decides.
  /// - Throws: `FileError` with the row of the first label that is not one.
  package static func read(_ location: String, count: Int? = nil, classes: Int? = nil) throws
    -> [Int]
  {
    let place = ArrayLocation(location)
    let file = try FileBytes(place.path)
    let labels = try place.isArray(file) ? array(place) : TextLabels(file, count: count).labels
    if let count, labels.count != count {
      throw FileError(
        .format, path: place.path, member: place.key, expected: "\(count) labels, one per sample",
        found: "\(labels.count)")
    }
    try checkRange(labels, classes, place)
    return labels
  }

  private static func array(_ place: ArrayLocation) throws -> [Int] {
    let array = try place.open()
    guard array.shape.count == 1 else {
      let sizes = array.shape.map(String.init).joined(separator: " × ")
      throw FileError(
        .format, path: array.path, member: array.member, expected: "labels in one dimension",
        found: sizes.isEmpty ? "a single number" : "an array of \(sizes)",
        hints: array.shape.isEmpty ? [] : ["in Python: labels.ravel(), or probabilities.argmax(1)"])
    }
    return try array.integers()
  }

  private static func checkRange(_ labels: [Int], _ classes: Int?, _ place: ArrayLocation) throws {
    let largest = classes.map { $0 - 1 } ?? largestLabel
    guard let row = labels.firstIndex(where: { $0 < 0 || $0 > largest }) else { return }
    throw FileError(
      .format, path: place.path, member: place.key, at: .row(row),
      expected: "a label from 0 to \(largest)", found: "\(labels[row])")
  }
}
