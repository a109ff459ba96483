/// Reads the data in a Python pickle without running anything that it holds.
package enum Pickle {
  /// Reads a file that is one pickle of protocol 2 to 5, such as the batches of CIFAR.
  ///
  /// Memory: what the values take, and no second copy of the file.
  /// - Throws: `FileError` with the byte; of kind `forbidden` where the pickle asks for anything but
  ///   data.
  package static func read(_ path: String) throws -> PythonValue {
    let reader = reader(try FileBytes(path))
    let value = try Unpickler.read(reader).value
    try reader.finish()
    return value
  }

  /// The whole file as pickles.
  static func reader(_ file: FileBytes) -> PickleReader {
    PickleReader(
      ByteStream(file, 0..<file.count), places: 0..<file.count, path: file.name,
      converter: converter)
  }

  /// A way out for pickles that are refused.
  static let converter =
    "in Python, if you trust the file: "
    + "numpy.save('array.npy', numpy.asarray(pickle.load(open(FILE, 'rb'))[KEY]))"
}
