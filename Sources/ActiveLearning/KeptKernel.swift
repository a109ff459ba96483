import CKernels
import Glibc
import LinearAlgebra

/// The values of a kernel for all pairs of a pool, for pools so small that all of them fit into the
/// memory allowed: what would be computed again and again is then read.
///
/// Each value is a float not below the kernel's and at most 3 units in the last place above it, so that
/// sums of them are upper bounds, and hardly higher than what they bound. 4 N² bytes.
final class KeptKernel: @unchecked Sendable {
  let count: Int
  private let memory: UnsafeMutableRawPointer
  private let values: UnsafeMutablePointer<Float>

  /// The bytes for a pool of so many samples; nil where these cannot be counted.
  static func bytes(for count: Int) -> Int? {
    let (square, overflow) = count.multipliedReportingOverflow(by: count)
    let (bytes, isTooMuch) = square.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    return overflow || isTooMuch ? nil : bytes
  }

  /// Nil where the values do not fit, or are beyond what floats can hold.
  ///
  /// Nothing is in the rows before `row` was written to.
  init?(_ measure: KernelMeasure, memory allowed: Int) {
    count = measure.points.count
    guard let bytes = Self.bytes(for: count), bytes <= allowed, measure.lowerBound > -1e30 else {
      return nil
    }
    // Large pages where the system has them: the rows are written far apart.
    memory = .allocate(byteCount: max(bytes, 1), alignment: 1 << 21)
    madvise(memory, bytes, MADV_HUGEPAGE)
    values = memory.bindMemory(to: Float.self, capacity: count * count)
  }

  deinit { memory.deallocate() }

  /// The values of sample `x` with all samples.
  func row(_ x: Int) -> UnsafeMutablePointer<Float> { values + x * count }

  /// Not below the gain of `x`: N operations.
  func bound(of x: Int, _ targets: KernelTargets) -> Double {
    targets.from(0).map { ck_kept_gain(row(x), $0.covered, $0.weights, count) } ?? 0
  }

  /// The samples whose coverage `x` might raise, ascending: N operations.
  func reach(of x: Int, _ covered: UnsafeBufferPointer<Double>) -> [UInt32] {
    [UInt32](unsafeUninitializedCapacity: count) { places, written in
      written = ck_kept_above(row(x), covered.baseAddress, count, places.baseAddress)
    }
  }

  /// Adds to the gains of the samples `columns` what a target adds now and did not then.
  func add(
    _ change: KernelChange, to gains: UnsafeMutableBufferPointer<Double>, of columns: Range<Int>
  ) {
    guard let gains = gains.baseAddress else { return }
    ck_kept_add(
      row(change.target) + columns.lowerBound, columns.count, change.value, change.weight,
      change.valueThen, change.weightThen, gains + columns.lowerBound)
  }
}
