/// A file with several labels for each training image of CIFAR, and the true ones to check the order
/// by: a dictionary of arrays or lists in a torch file, an npy file, or whatever else has keys.
struct HumanLabelFile {
  private let path: String
  private let classes: Int

  /// - Throws: `FileError` where there is no file.
  init(_ path: String, classes: Int) throws {
    _ = try FileBytes(path)
    self.path = path
    self.classes = classes
  }

  /// The labels under the first of `keys` that is there, in the order of `trueLabels`.
  /// - Throws: `FileError` where there are none, or the file's true labels are not `trueLabels`.
  func labels(_ keys: [String], trueLabels: [Int]) throws -> [Int] {
    let clean = try labels("clean_label", count: trueLabels.count)
    let wanted = try labels(keys, count: trueLabels.count)
    if clean == trueLabels { return wanted }
    let order = try imageOrder(count: trueLabels.count)
    // Either the images are in the other order, or the labels.
    for mapping in order.map({ [$0, Self.inverse($0)] }) ?? []
    where zip(mapping, trueLabels).allSatisfy({ clean[$0] == $1 }) {
      return mapping.map { wanted[$0] }
    }
    throw otherOrder(clean, trueLabels, hasOrder: order != nil)
  }

  /// - Throws: where none of `keys` can be read, the error of the first.
  private func labels(_ keys: [String], count: Int) throws -> [Int] {
    do {
      return try labels(keys[0], count: count)
    } catch {
      for key in keys.dropFirst() {
        if let labels = try? labels(key, count: count) { return labels }
      }
      throw error
    }
  }

  private func labels(_ key: String, count: Int) throws -> [Int] {
    try LabelFile.read("\(path):\(key)", count: count, classes: classes)
  }

  /// Where image i of the other order is in the python version; nil where no file says so.
  private func imageOrder(count: Int) throws -> [Int]? {
    let file = "\(Folder.parent(of: path))/\(orderName)"
    guard DatasetFolder.isFile(file) else { return nil }
    let order = try LabelFile.read(file, count: count, classes: count)
    var isTaken = [Bool](repeating: false, count: count)
    for (row, position) in order.enumerated() {
      guard !isTaken[position] else {
        throw FileError(
          .format, path: file, at: .row(row),
          expected: "each position from 0 to \(count - 1) once", found: "\(position) again")
      }
      isTaken[position] = true
    }
    return order
  }

  private static func inverse(_ order: [Int]) -> [Int] {
    var result = order
    for (place, position) in order.enumerated() { result[position] = place }
    return result
  }

  private func otherOrder(_ clean: [Int], _ trueLabels: [Int], hasOrder: Bool) -> FileError {
    let row = zip(clean, trueLabels).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
    return FileError(
      .format, path: path, member: "clean_label", at: .row(row),
      expected: "\(trueLabels[row]), the label of the image that was loaded",
      found: "\(clean[row])",
      hints: [
        hasOrder
          ? "in the order of \(orderName) they do not fit either: load the python version"
          : "load the python version, or put \(orderName) beside the file"
      ])
  }

  private var orderName: String { "image_order_c\(classes).npy" }
}
