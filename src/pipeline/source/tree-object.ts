/** Git tree objects: `<mode> <name>\0<id>` without separators, ids of 20 (sha1) or 32 (sha256) bytes. Pure. */
import type { TreeEntry } from './source.ts'
import type { Directory } from './walk.ts'

const space = 32
/** Up to so many names are searched in the raw bytes; after that a map pays. One commit asks a big directory for one name. */
const rawLookups = 16

/** A directory over the raw object; entries become objects only when asked for. `idBytes`: 20 or 32. */
export function parseTree(raw: Buffer, idBytes: number): Directory & { readonly raw: Buffer } {
  let entries: readonly TreeEntry[] | undefined
  let byName: Map<string, TreeEntry> | undefined
  let lookups = 0

  function all(): readonly TreeEntry[] {
    if (entries === undefined) {
      const list: TreeEntry[] = []
      const cursor = new TreeCursor(raw, idBytes)
      while (cursor.next()) list.push(cursor.entry())
      entries = list
    }
    return entries
  }

  return {
    raw,
    entries: all,
    find(name) {
      if (byName !== undefined) return byName.get(name)
      if (entries === undefined && ++lookups <= rawLookups) return findRaw(raw, idBytes, name)
      byName = new Map(all().map((entry) => [entry.name, entry]))
      return byName.get(name)
    },
  }
}

function findRaw(raw: Buffer, idBytes: number, name: string): TreeEntry | undefined {
  const wanted = Buffer.from(name, 'utf8')
  const cursor = new TreeCursor(raw, idBytes)
  while (cursor.next()) {
    if (cursor.nameEnd - cursor.nameStart !== wanted.length) continue
    if (raw.compare(wanted, 0, wanted.length, cursor.nameStart, cursor.nameEnd) === 0) return cursor.entry()
  }
  return undefined
}

/** Steps through a raw tree without allocating. */
export class TreeCursor {
  readonly raw: Buffer
  readonly #idBytes: number
  start = 0
  nameStart = 0
  nameEnd = 0
  end = 0

  constructor(raw: Buffer, idBytes: number) {
    this.raw = raw
    this.#idBytes = idBytes
  }

  /** Moves to the next entry; false after the last. Throws on bytes that are no tree. */
  next(): boolean {
    const { raw } = this
    if (this.end >= raw.length) return false
    this.start = this.end
    let at = this.start
    while (raw[at] !== space) if (++at - this.start > 6) throw new Error('Cannot parse tree object: no mode')
    this.nameStart = ++at
    while (raw[at] !== 0) if (++at >= raw.length) throw new Error('Cannot parse tree object: it ends inside a name')
    this.nameEnd = at
    this.end = at + 1 + this.#idBytes
    if (this.end > raw.length) throw new Error('Cannot parse tree object: it ends inside an id')
    return true
  }

  name(): string {
    return this.raw.toString('utf8', this.nameStart, this.nameEnd)
  }

  oid(): string {
    return this.raw.toString('hex', this.nameEnd + 1, this.end)
  }

  isDirectory(): boolean {
    // 40000 is the only mode that starts with '4'; old tools wrote 040000.
    const first = this.raw[this.start]
    return first === 52 || (first === 48 && this.raw[this.start + 1] === 52)
  }

  kind(): TreeEntry['kind'] {
    if (this.isDirectory()) return 'directory'
    const second = this.raw[this.start + 1]
    if (second === 50) return 'symlink'
    return second === 54 ? 'submodule' : 'file'
  }

  entry(): TreeEntry {
    const kind = this.kind()
    const executable = kind === 'file' && ((this.raw[this.nameStart - 4] ?? 48) & 1) === 1
    return { name: this.name(), kind, oid: this.oid(), executable }
  }

  /** Whether both stand on the same name, mode and id. */
  equals(other: TreeCursor): boolean {
    const length = this.end - this.start
    if (other.end - other.start !== length) return false
    for (let offset = 0; offset < length; offset++) {
      if (this.raw[this.start + offset] !== other.raw[other.start + offset]) return false
    }
    return true
  }

  /** Git's order: by bytes, a directory as if its name ended in '/'. 0 = same name, both or neither a directory. */
  compare(other: TreeCursor): number {
    const shorter = Math.min(this.nameEnd - this.nameStart, other.nameEnd - other.nameStart)
    for (let offset = 0; offset < shorter; offset++) {
      const difference = this.raw[this.nameStart + offset]! - other.raw[other.nameStart + offset]!
      if (difference !== 0) return difference
    }
    return byteAfter(this, shorter) - byteAfter(other, shorter)
  }
}

function byteAfter(cursor: TreeCursor, offset: number): number {
  const at = cursor.nameStart + offset
  if (at < cursor.nameEnd) return cursor.raw[at]!
  return cursor.isDirectory() ? 47 : 0
}
