/** Collects what a render looked at. Pure. */
import type { ReadEntry } from '../source/source.ts'

export class ReadSet {
  readonly #files = new Set<string>()
  readonly #directories = new Set<string>()
  readonly #trees = new Set<string>()

  file(path: string): void {
    this.#files.add(path)
  }

  directory(path: string): void {
    this.#directories.add(path)
  }

  tree(path: string): void {
    this.#trees.add(path)
  }

  /** Sorted by path, then kind; nothing that a noted tree covers already. */
  entries(): readonly ReadEntry[] {
    const entries: ReadEntry[] = []
    for (const path of this.#trees) if (!this.#covered(path, false)) entries.push({ kind: 'tree', path })
    for (const path of this.#directories) if (!this.#covered(path, true)) entries.push({ kind: 'directory', path })
    for (const path of this.#files) if (!this.#covered(path, true)) entries.push({ kind: 'file', path })
    return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.kind < b.kind ? -1 : 1))
  }

  #covered(path: string, itself: boolean): boolean {
    if (this.#trees.size === 0) return false
    if (itself && this.#trees.has(path)) return true
    if (path !== '' && this.#trees.has('')) return true
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (this.#trees.has(path.slice(0, slash))) return true
    }
    return false
  }
}
