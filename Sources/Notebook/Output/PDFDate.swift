/// The moment at which a PDF was made, which would make the same picture another file each time.
///
/// cairo 1.16 writes it without looking at `SOURCE_DATE_EPOCH`; it stands outside of what is
/// compressed, and positions of objects are part of the file, so that its digits are replaced by as
/// many others: those of the start of 1970. The zone behind them is that of the process.
enum PDFDate {
  private static let key = Array("/CreationDate (D:".utf8)
  private static let fixed = Array("19700101000000".utf8)

  static func removed(from file: [UInt8]) -> [UInt8] {
    var file = file
    let count = key.count + fixed.count
    for start in file.indices where file[start] == key[0] && start + count <= file.count {
      guard file[start..<start + key.count].elementsEqual(key) else { continue }
      let digits = start + key.count..<start + count
      // Digits alone, lest a stream that happens to hold the key is changed.
      if file[digits].allSatisfy({ (0x30...0x39).contains($0) }) {
        file.replaceSubrange(digits, with: fixed)
      }
    }
    return file
  }
}
