/** A tree that notes what is read through it, links on the way included. */
import type { ReadEntry, RecordingTree, SourceTree } from './source.ts'
import { isTraceable } from './stored-tree.ts'

/** Wraps a tree for one render. */
export function recordingTree(tree: SourceTree): RecordingTree {
  const noted = { file: new Set<string>(), directory: new Set<string>(), tree: new Set<string>() }

  /** Notes the path as asked for, and what it means once links are followed. Noted before reading: a refusal depends on it too. */
  async function note(kind: ReadEntry['kind'], path: string, signal: AbortSignal | undefined): Promise<void> {
    const asked = path
      .split('/')
      .filter((name) => name !== '' && name !== '.')
      .join('/')
    noted[kind].add(asked)
    if (!isTraceable(tree)) return
    const trace = await tree.trace(path, signal)
    for (const link of trace.links) noted.file.add(link)
    if (trace.path !== undefined) noted[kind].add(trace.path)
    if (trace.missing !== undefined) noted.file.add(trace.missing)
  }

  return {
    commit: tree.commit,
    async entry(path, signal) {
      await note('file', path, signal)
      return tree.entry(path, signal)
    },
    async list(path, signal) {
      await note('directory', path, signal)
      return tree.list(path, signal)
    },
    async read(path, signal) {
      await note('file', path, signal)
      return tree.read(path, signal)
    },
    noteTree(path) {
      noted.tree.add(path)
    },
    readSet: () => readSetOf(noted),
  }
}

/** Sorted by path, then kind; without what a noted tree covers. */
function readSetOf(noted: Record<ReadEntry['kind'], ReadonlySet<string>>): readonly ReadEntry[] {
  const entries: ReadEntry[] = []
  for (const path of noted.tree) if (!isCovered(path, noted.tree, false)) entries.push({ kind: 'tree', path })
  for (const path of noted.directory) if (!isCovered(path, noted.tree, true)) entries.push({ kind: 'directory', path })
  for (const path of noted.file) if (!isCovered(path, noted.tree, true)) entries.push({ kind: 'file', path })
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.kind < b.kind ? -1 : 1))
}

function isCovered(path: string, trees: ReadonlySet<string>, itself: boolean): boolean {
  if (trees.size === 0) return false
  if (itself && trees.has(path)) return true
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (trees.has(path.slice(0, end))) return true
  }
  return path !== '' && trees.has('')
}
