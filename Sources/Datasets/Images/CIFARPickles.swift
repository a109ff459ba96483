/// The python version of CIFAR: each file is a pickled dictionary, written by Python 2.
package enum CIFARPickles {
  /// Reads one file of images, all of it.
  /// - Throws: `FileError` where it is no such dictionary, or with the row of a label that cannot
  ///   be; `Interrupted`.
  package static func read(_ path: String, classes: CIFARBatch.Classes) throws -> CIFARBatch {
    let content = try Pickle.read(path)
    let fine = classes == .ten ? "labels" : "fine_labels"
    let coarse = classes == .ten ? [] : ["coarse_labels"]
    let keys = ["data", fine] + coarse
    guard keys.allSatisfy({ content[$0] != nil }) else { throw wrong(content, keys, path) }
    let pixels = try pixels(content["data"], path)
    let count = pixels.count / CIFARBatch.imageLength
    let batch = CIFARBatch(
      labels: try labels(content[fine], fine, count, path),
      coarseLabels: try coarse.flatMap { try labels(content[$0], $0, count, path) },
      pixels: pixels)
    try CIFARBatch.check(batch.labels, below: classes.count, "a label", path: path)
    try CIFARBatch.check(
      batch.coarseLabels, below: classes.coarseCount, "a coarse label", path: path)
    return batch
  }

  /// The class names in a file `batches.meta` or `meta`, for CIFAR-100 the fine ones.
  /// - Throws: `FileError` where there are not as many as classes.
  package static func names(_ path: String, classes: CIFARBatch.Classes) throws -> [String] {
    let content = try Pickle.read(path)
    guard classes == .hundred else {
      return try names(content, "label_names", classes.count, path)
    }
    _ = try names(content, "coarse_label_names", classes.coarseCount, path)
    return try names(content, "fine_label_names", classes.count, path)
  }

  /// Images as the files have them are images as `ImageSet` has them.
  private static func pixels(_ value: PythonValue?, _ path: String) throws -> [UInt8] {
    let expected = "an array of n × \(CIFARBatch.imageLength) bytes"
    guard case .array(let array)? = value else {
      throw FileError(
        .format, path: path, member: "data", expected: expected, found: value?.noun ?? "nothing")
    }
    guard array.type.kind == .unsigned, array.type.size == 1, array.shape.count == 2,
      array.shape[0] > 0, array.shape[1] == CIFARBatch.imageLength, !array.isFortranOrder
    else {
      let sizes = array.shape.map(String.init).joined(separator: " × ")
      throw FileError(
        .format, path: path, member: "data", expected: expected,
        found: "\(sizes) elements of type '\(array.type.descriptor)'"
          + (array.isFortranOrder ? " in Fortran order" : ""))
    }
    return array.bytes
  }

  private static func labels(
    _ value: PythonValue?, _ key: String, _ count: Int, _ path: String
  ) throws -> [Int] {
    let labels = value?.integers
    guard let labels, labels.count == count else {
      throw FileError(
        .format, path: path, member: key, expected: "\(count) labels, one for each image",
        found: labels.map { "\($0.count)" } ?? value?.noun ?? "nothing")
    }
    return labels
  }

  private static func names(
    _ content: PythonValue, _ key: String, _ count: Int, _ path: String
  ) throws -> [String] {
    guard let value = content[key] else { throw wrong(content, [key], path) }
    let names = value.strings
    guard let names, names.count == count else {
      throw FileError(
        .format, path: path, member: key, expected: "\(count) class names",
        found: names.map { "\($0.count)" } ?? value.noun)
    }
    return names
  }

  private static func wrong(
    _ content: PythonValue, _ keys: [String], _ path: String
  ) -> FileError {
    var found = content.noun
    if case .dictionary(let entries) = content {
      found =
        "a dictionary with "
        + entries.prefix(20).map { $0.key.string ?? $0.key.noun }
        .joined(separator: ", ")
    }
    return FileError(
      .format, path: path, expected: "a dictionary with \(keys.joined(separator: ", "))",
      found: found)
  }
}
