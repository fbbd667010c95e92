/** Line by line difference of two texts, for configuration files inside ConfigMaps. Pure. */

export interface LineChange {
  readonly sign: '-' | '+'
  /** 1-based: in the old text for `-`, in the new one for `+`. */
  readonly line: number
  readonly text: string
}

/** Above this many lines on both sides (after common ends are cut off) the middle counts as replaced: the table would grow with the square. */
const tableLimit = 400

/** The lines that went and came, in order, old before new. Common lines are left out. */
export function diffLines(before: string, after: string): LineChange[] {
  const old = linesOf(before)
  const young = linesOf(after)
  let start = 0
  while (start < old.length && start < young.length && old[start] === young[start]) start++
  let end = 0
  while (end < old.length - start && end < young.length - start && old.at(-1 - end) === young.at(-1 - end)) end++
  return middle(old.slice(start, old.length - end), young.slice(start, young.length - end), start)
}

/** A final line break ends the last line; it does not begin another. */
function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function middle(old: readonly string[], young: readonly string[], offset: number): LineChange[] {
  const common = old.length > tableLimit || young.length > tableLimit ? undefined : commonTable(old, young)
  const changes: LineChange[] = []
  let i = 0
  let j = 0
  while (i < old.length || j < young.length) {
    if (common !== undefined && i < old.length && j < young.length && old[i] === young[j]) {
      i++
      j++
    } else if (
      i < old.length &&
      (j >= young.length || common === undefined || at(common, i + 1, j) >= at(common, i, j + 1))
    ) {
      changes.push({ sign: '-', line: offset + i + 1, text: old[i] ?? '' })
      i++
    } else {
      changes.push({ sign: '+', line: offset + j + 1, text: young[j] ?? '' })
      j++
    }
  }
  return changes
}

/** Length of the longest common subsequence of the tails at (i, j). */
function commonTable(old: readonly string[], young: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: old.length + 1 }, () => new Uint16Array(young.length + 1))
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = young.length - 1; j >= 0; j--) {
      table[i]![j] =
        old[i] === young[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1))
    }
  }
  return table
}

function at(table: readonly Uint16Array[], i: number, j: number): number {
  return table[i]?.[j] ?? 0
}
