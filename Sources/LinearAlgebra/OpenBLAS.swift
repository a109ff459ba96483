import COpenBLAS

/// A block of a row-major matrix in memory: element (i, j) is `start[i * leading + j]`, or
/// `start[j * leading + i]` if the block is to be read transposed.
package struct Block<Element> {
  package let start: UnsafePointer<Element>
  package let leading: Int
  package let transposed: Bool

  package init(_ start: UnsafePointer<Element>, leading: Int, transposed: Bool = false) {
    self.start = start
    self.leading = leading
    self.transposed = transposed
  }
}

/// Products of row-major blocks through OpenBLAS, each on the thread that calls.
///
/// OpenBLAS's own threads are switched off for the whole process: ours run over tiles, and two pools
/// at once are slower than one. Which numbers come out depends on the processor in the last bits,
/// never on the number of threads.
package enum OpenBLAS {
  private static let oneThread: Void = openblas_set_num_threads(1)

  /// The processor that OpenBLAS has chosen its kernels for.
  package static var coreName: String { String(cString: openblas_get_corename()) }

  /// c = a · b, or c += a · b if `adding`; a is `rows × inner`, b is `inner × columns` after their
  /// transpositions, and row i of c begins at `c + i * leading`.
  package static func product(
    _ a: Block<Float>, _ b: Block<Float>, into c: UnsafeMutablePointer<Float>, leading: Int,
    rows: Int, inner: Int, columns: Int, adding: Bool = false
  ) {
    _ = oneThread
    guard rows > 0, columns > 0 else { return }
    cblas_sgemm(
      CblasRowMajor, a.order, b.order, Int32(rows), Int32(columns), Int32(inner), 1, a.start,
      a.step, b.start, b.step, adding ? 1 : 0, c, Int32(leading))
  }

  /// The same in double precision.
  package static func product(
    _ a: Block<Double>, _ b: Block<Double>, into c: UnsafeMutablePointer<Double>, leading: Int,
    rows: Int, inner: Int, columns: Int, adding: Bool = false
  ) {
    _ = oneThread
    guard rows > 0, columns > 0 else { return }
    cblas_dgemm(
      CblasRowMajor, a.order, b.order, Int32(rows), Int32(columns), Int32(inner), 1, a.start,
      a.step, b.start, b.step, adding ? 1 : 0, c, Int32(leading))
  }

  /// y = a · x for `rows` rows of `columns` values each: reads `a` once, where a product of one row
  /// with many would first copy it into another order.
  package static func product(
    _ a: Block<Float>, vector x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) {
    _ = oneThread
    guard rows > 0 else { return }
    cblas_sgemv(
      CblasRowMajor, a.order, Int32(rows), Int32(columns), 1, a.start, a.step, x, 1, 0, y, 1)
  }
}

extension Block {
  fileprivate var order: CBLAS_TRANSPOSE { transposed ? CblasTrans : CblasNoTrans }
  /// BLAS wants a leading dimension of at least 1, also where there are no columns.
  fileprivate var step: Int32 { Int32(max(1, leading)) }
}
