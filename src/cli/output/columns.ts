/** Aligned columns that fit a terminal. Pure. */

/** A cell: its text, and how to paint it after the width is known (escape codes have no width). */
export interface Cell {
  readonly text: string
  readonly paint?: (text: string) => string
}

export interface ColumnOptions {
  /** Terminal columns; undefined = as wide as needed (a pipe). The last column is cut with `...` to fit. */
  readonly width?: number | undefined
  readonly indent?: number
  readonly gap?: number
  /** Wrap the last column below itself instead of cutting it. */
  readonly wrap?: boolean
}

/** One string for each row (more with `wrap`), without trailing spaces. */
export function columns(rows: readonly (readonly (Cell | string)[])[], options: ColumnOptions = {}): string[] {
  return columnRows(rows, options).flat()
}

/** As `columns`, with the lines of each row by themselves. */
export function columnRows(rows: readonly (readonly (Cell | string)[])[], options: ColumnOptions = {}): string[][] {
  const gap = ' '.repeat(options.gap ?? 2)
  const indent = ' '.repeat(options.indent ?? 0)
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)))
  const count = Math.max(0, ...cells.map((row) => row.length))
  const widths = Array.from({ length: Math.max(0, count - 1) }, (_, column) =>
    Math.max(0, ...cells.map((row) => (column < row.length - 1 ? textWidth(row[column]!.text) : 0))),
  )
  return cells.map((row) => {
    const head = row.slice(0, -1).map((cell, column) => paint(cell, pad(cell.text, widths[column] ?? 0)) + gap)
    const used =
      indent.length + row.slice(0, -1).reduce((sum, _, column) => sum + (widths[column] ?? 0) + gap.length, 0)
    const last = row.at(-1) ?? { text: '' }
    const room = options.width === undefined ? Number.POSITIVE_INFINITY : Math.max(20, options.width - used)
    const lines = options.wrap ? wrapText(last.text, room) : [cut(last.text, room)]
    return lines.map((line, index) =>
      `${index === 0 ? indent + head.join('') : ' '.repeat(used)}${paint(last, line)}`.trimEnd(),
    )
  })
}

function paint(cell: Cell, text: string): string {
  if (cell.paint === undefined) return text
  const trimmed = text.trimEnd()
  return cell.paint(trimmed) + ' '.repeat(text.length - trimmed.length)
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}

/** Cuts to `width` columns with `...` at the end. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  const characters = [...text]
  while (characters.length > 0 && textWidth(characters.join('')) > width - 3) characters.pop()
  return `${characters.join('').trimEnd()}...`
}

/** Breaks at spaces; a word longer than a line stays whole (a path or a digest must be copyable). */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** Terminal columns of plain text: combining marks take none, East Asian wide characters and emoji take two. */
export function textWidth(text: string): number {
  // Nearly everything shown is ASCII; the slow path is for author names and commit subjects.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const character of text) {
    if (/\p{Mark}|\u200d|\ufe0f/u.test(character)) continue
    width +=
      /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u.test(
        character,
      )
        ? 2
        : 1
  }
  return width
}
