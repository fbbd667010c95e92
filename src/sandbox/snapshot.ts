/** The sandbox's state in a file, so that it survives a restart. Effects: reads and writes the given directory. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../runtime/clock.ts'
import type { Store } from './store.ts'

const FILE = 'objects.ndjson'
const FORMAT = 1
/** After the first change of a burst. Later changes do not put it off, so that a busy sandbox is saved too. */
const DELAY_MS = 2_000
const LINES_PER_WRITE = 500

export interface Snapshots {
  /** Writes what is not written yet. */
  close(): Promise<void>
}

/** Fills an empty store from the directory. False when there is nothing (usable) there: then the sandbox starts anew. */
export function loadSnapshot(directory: string, store: Store): boolean {
  let text: string
  try {
    text = readFileSync(join(directory, FILE), 'utf8')
  } catch {
    return false
  }
  const [head = '', ...lines] = text.split('\n')
  const { format, version } = JSON.parse(head) as { format: number; version: number }
  if (format !== FORMAT) return false
  store.load(
    version,
    lines
      .filter((line) => line !== '')
      .map((line) => {
        const tab = line.indexOf('\t')
        return { storageKey: line.slice(0, tab), json: line.slice(tab + 1) }
      }),
  )
  return true
}

/** Saves after changes. `onError` hears of writes that failed; the next change tries again. */
export function startSnapshots(
  directory: string,
  store: Store,
  clock: Clock,
  onError: (error: unknown) => void,
): Snapshots {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  let cancel: (() => void) | undefined
  let dirty = false
  let writing: Promise<void> | undefined

  function schedule(): void {
    dirty = true
    if (cancel !== undefined || writing !== undefined) return
    cancel = clock.after(DELAY_MS, () => {
      cancel = undefined
      writing = write()
        .catch(onError)
        .finally(() => {
          writing = undefined
          if (dirty) schedule()
        })
    })
  }

  async function write(): Promise<void> {
    dirty = false
    const lines = linesOf(store)
    const temporary = join(directory, `${FILE}.tmp`)
    const file = await open(temporary, 'w', 0o600)
    try {
      for (let start = 0; start < lines.length; start += LINES_PER_WRITE) {
        await file.write(lines.slice(start, start + LINES_PER_WRITE).join(''))
      }
    } finally {
      await file.close()
    }
    await rename(temporary, join(directory, FILE))
  }

  const unsubscribe = store.subscribe(schedule)
  return {
    async close() {
      unsubscribe()
      cancel?.()
      await writing
      if (!dirty) return
      const temporary = join(directory, `${FILE}.tmp`)
      writeFileSync(temporary, linesOf(store).join(''), { mode: 0o600 })
      renameSync(temporary, join(directory, FILE))
    },
  }
}

/** One line per object. The JSON of an object never changes, so what is gathered here is one moment's state however long it takes to write. */
function linesOf(store: Store): string[] {
  const lines = [`${JSON.stringify({ format: FORMAT, version: store.version })}\n`]
  for (const storageKey of store.storageKeys()) {
    for (const entry of store.list(storageKey)) lines.push(`${storageKey}\t${entry.json}\n`)
  }
  return lines
}
