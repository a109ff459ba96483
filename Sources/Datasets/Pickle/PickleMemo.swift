/// What a pickle has put aside, by number. Numbers mostly come in order, from 0 or 1 on; those that do
/// not are kept apart, so that a large one costs no more than a small one.
struct PickleMemo {
  private var inOrder: [PickleItem?] = [nil]
  private var others: [Int: PickleItem] = [:]
  /// How many items there are.
  private(set) var count = 0

  subscript(_ number: Int) -> PickleItem? {
    if inOrder.indices.contains(number), let item = inOrder[number] { return item }
    return others[number]
  }

  mutating func set(_ number: Int, _ item: PickleItem) {
    if self[number] == nil { count += 1 }
    if number == inOrder.count {
      inOrder.append(item)
      others[number] = nil
    } else if inOrder.indices.contains(number) {
      inOrder[number] = item
    } else {
      others[number] = item
    }
  }
}
