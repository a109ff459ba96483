import LinearAlgebra
import Synchronization

/// CIFAR-10 or CIFAR-100 as its authors publish it, in two versions: python pickles and binary
/// records. Which one it is, is told by the names of the files.
struct CIFARFiles: Sendable {
  /// The files of one version.
  struct Layout: Sendable {
    /// The folder into which the published archive is unpacked.
    let folder: String
    let training: [String]
    let test: String
    /// The files of class names: one with all, or one with the fine and one with the coarse ones.
    let names: [String]
    /// The MD5 of each published file, where it is known.
    var digests: [String: String] = [:]

    var files: [String] { training + [test] + names }
  }

  /// As `load` takes it.
  let name: String
  let classes: CIFARBatch.Classes
  /// Images in the published files.
  let trainingCount: Int
  let testCount: Int
  let python: Layout
  let binary: Layout

  /// Loads the version of the first folder that has any of the files; the python version where it
  /// has both.
  func load(from directories: DataDirectories, path: String?) throws -> Dataset {
    let (folder, isPython) = try locate(in: directories, path: path)
    let layout = isPython ? python : binary
    try files(of: layout).requireAll(in: folder)
    let train = try batches(layout.training, in: folder, isPython)
    let test = try batches([layout.test], in: folder, isPython)
    var superclasses: [Int]?
    if classes == .hundred {
      superclasses = try self.superclasses(train, test, folder, layout)
    }
    return Dataset(
      name: name, classNames: try classNames(in: folder, isPython), train: train.examples,
      test: test.examples, superclasses: superclasses,
      notices: try notices(folder, layout, train.labels.count, test.labels.count))
  }

  private func files(of layout: Layout) -> DatasetFolder {
    DatasetFolder(
      name: name, folders: [python.folder, binary.folder], files: layout.files,
      installation: [
        "load \(name) download=true",
        "the python version is at https://www.cs.toronto.edu/~kriz/cifar.html",
      ])
  }

  private func locate(
    in directories: DataDirectories, path: String?
  ) throws -> (folder: String, isPython: Bool) {
    let pickles = files(of: python)
    let records = files(of: binary)
    let places = directories.candidates(pickles.folders, path: path)
    for place in places {
      if pickles.hasAny(in: place) { return (place, true) }
      if records.hasAny(in: place) { return (place, false) }
    }
    throw pickles.missing(path, places)
  }

  /// The images of some files, one behind the other.
  private func batches(
    _ files: [String], in folder: String, _ isPython: Bool
  ) throws -> CIFARBatch {
    let sizes = try files.map { try FileBytes("\(folder)/\($0)").count }
    try MemoryLimit.check(sizes.reduce(0, &+), of: UInt8.self, path: folder)
    var all = CIFARBatch(labels: [], coarseLabels: [], pixels: [])
    if files.count > 1 { all.pixels.reserveCapacity(sizes.reduce(0, &+)) }
    for file in files {
      try Interrupt.check()
      let path = "\(folder)/\(file)"
      let batch =
        try isPython
        ? CIFARPickles.read(path, classes: classes) : CIFARRecords.read(path, classes: classes)
      if files.count > 1 { all.append(batch) } else { all = batch }
    }
    return all
  }

  private func classNames(in folder: String, _ isPython: Bool) throws -> [String] {
    if isPython { return try CIFARPickles.names("\(folder)/\(python.names[0])", classes: classes) }
    let counts = [classes.count, classes.coarseCount]
    let names = try zip(binary.names, counts).map { file, count in
      try ClassNameFile.read("\(folder)/\(file)", count: count)
    }
    return names[0]
  }

  /// The coarse class of each fine one, as the images have it.
  /// - Throws: `FileError` with the row of the first image that says otherwise than one before it.
  private func superclasses(
    _ train: CIFARBatch, _ test: CIFARBatch, _ folder: String, _ layout: Layout
  ) throws -> [Int] {
    var coarse = [Int](repeating: Examples.unknown, count: classes.count)
    for (batch, file) in [(train, layout.training[0]), (test, layout.test)] {
      for (row, (fine, own)) in zip(batch.labels, batch.coarseLabels).enumerated() {
        if coarse[fine] == Examples.unknown { coarse[fine] = own }
        guard coarse[fine] == own else {
          throw FileError(
            .format, path: "\(folder)/\(file)", at: .row(row),
            expected: "coarse label \(coarse[fine]), which class \(fine) has in a row before",
            found: "\(own)")
        }
      }
    }
    return coarse
  }

  private func notices(
    _ folder: String, _ layout: Layout, _ trainingCount: Int, _ testCount: Int
  ) throws -> [String] {
    var notices: [String] = []
    let others = try unpublished(layout, in: folder)
    if !others.isEmpty {
      notices.append(
        "not the published files of \(name), by their MD5: \(others.joined(separator: ", "))")
    }
    if (trainingCount, testCount) != (self.trainingCount, self.testCount) {
      notices.append(
        "\(trainingCount) training and \(testCount) test images, where the published files have "
          + "\(self.trainingCount) and \(self.testCount)")
    }
    if layout.folder == binary.folder {
      notices.append(
        "the binary version may have its images in another order than the python version: features "
          + "and human labels made for one do not fit the other")
    }
    return notices
  }

  /// The files whose MD5 is not that of the published one.
  private func unpublished(_ layout: Layout, in folder: String) throws -> [String] {
    let files = layout.files.filter { layout.digests[$0] != nil }
    let others = Mutex<Set<String>>([])
    // Each takes as long as reading: one after another they would double the time.
    try Parallel.forEach(files.count) { index in
      let file = files[index]
      let published = RemoteFile.Digest.md5(layout.digests[file] ?? "")
      let own = try FileDigest.digest(of: "\(folder)/\(file)", named: file, like: published)
      if own != published { others.withLock { _ = $0.insert(file) } }
    }
    return others.withLock { found in files.filter(found.contains) }
  }
}
