/** Keeps a progress picture on a terminal, or writes its news to a pipe. Effects: the stream it is given. */

import { textWidth } from './columns.ts'
import type { ProgressState } from './progress.ts'
import { progressLines, progressNews } from './progress.ts'
import type { Style } from './style.ts'

export interface Screen {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
  write(text: string): unknown
}

export interface PainterOptions {
  readonly screen: Screen
  readonly style: Style
  readonly now: () => number
  /** Calls back once after `ms`; the returned function cancels it. */
  readonly after: (ms: number, callback: () => void) => () => void
}

export interface Painter {
  /** Takes the new state; the screen follows at most every 80 ms. */
  update(state: ProgressState): void
  /** Prints lines that stay, above the picture. */
  print(text: string): void
  /** Removes the picture; nothing is painted afterwards. */
  [Symbol.dispose](): void
}

const frameMs = 80
/** Ages and elapsed time go on while nothing else changes. */
const idleMs = 1000

export function createPainter(options: PainterOptions): Painter {
  return options.screen.isTTY ? livePainter(options) : newsPainter(options)
}

function newsPainter({ screen }: PainterOptions): Painter {
  let last: ProgressState | undefined
  return {
    update(state) {
      for (const line of progressNews(last, state)) screen.write(`${line}\n`)
      last = state
    },
    print: (text) => void screen.write(text),
    [Symbol.dispose]() {
      last = undefined
    },
  }
}

function livePainter({ screen, style, now, after }: PainterOptions): Painter {
  let state: ProgressState | undefined
  let painted = 0
  let cancel: (() => void) | undefined
  let paintedAt = Number.NEGATIVE_INFINITY
  let ended = false

  const erase = () => (painted === 0 ? '' : `\u001b[${painted}A\u001b[0J`)

  function paint(): void {
    cancel = undefined
    if (state === undefined || ended) return
    paintedAt = now()
    const width = screen.columns ?? 80
    const lines = progressLines(state, { now: paintedAt, style, width, height: screen.rows ?? 24 })
    screen.write(`${erase()}${lines.map((line) => `${line}\n`).join('')}`)
    // A line wider than the terminal takes several rows; counting them keeps the erasing right.
    painted = lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(visibleWidth(line) / width)), 0)
    cancel = after(idleMs, paint)
  }

  return {
    update(next) {
      state = next
      if (ended) return
      cancel?.()
      const wait = paintedAt + frameMs - now()
      if (wait <= 0) paint()
      else cancel = after(wait, paint)
    },
    print(text) {
      screen.write(`${erase()}${text}`)
      painted = 0
      if (!ended) paint()
    },
    [Symbol.dispose]() {
      if (ended) return
      ended = true
      state = undefined
      cancel?.()
      if (painted > 0) screen.write(erase())
    },
  }
}

function visibleWidth(line: string): number {
  return textWidth(line.replace(/\u001b\[[0-9;]*m/g, ''))
}
