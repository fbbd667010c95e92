/** What differs between two trees, reading only the directories whose ids differ. */
import type { ChangedPath } from './source.ts'
import { TreeCursor } from './tree-object.ts'

export type ReadRawTree = (oid: string, signal?: AbortSignal) => Promise<{ readonly raw: Buffer }>

/** Changed files, links and submodules in Git order, between two root directories; the same as `git diff-tree -r`. */
export async function diffTrees(
  read: ReadRawTree,
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<readonly ChangedPath[]> {
  const changes: ChangedPath[] = []
  collect(await diffDirectory(read, from, to, '', signal), changes)
  return changes
}

/** Changes of one directory; what lies deeper is found at the same time, so that the reads of a level travel together. */
type Found = ChangedPath | Promise<readonly Found[]> | readonly Found[]

async function diffDirectory(
  read: ReadRawTree,
  from: string,
  to: string,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<readonly Found[]> {
  if (from === to) return []
  const [old, young] = await Promise.all([read(from, signal), read(to, signal)])
  const a = new TreeCursor(old.raw, from.length / 2)
  const b = new TreeCursor(young.raw, to.length / 2)
  const found: Found[] = []
  let hasA = a.next()
  let hasB = b.next()
  while (hasA || hasB) {
    const order = !hasA ? 1 : !hasB ? -1 : a.equals(b) ? undefined : a.compare(b)
    if (order === undefined || order === 0) {
      if (order === 0) found.push(changed(read, a, b, prefix, signal))
      hasA = a.next()
      hasB = b.next()
    } else if (order < 0) {
      found.push(whole(read, a, 'deleted', prefix, undefined, signal))
      hasA = a.next()
    } else {
      found.push(whole(read, b, 'added', prefix, undefined, signal))
      hasB = b.next()
    }
  }
  return resolved(found)
}

function changed(
  read: ReadRawTree,
  a: TreeCursor,
  b: TreeCursor,
  prefix: string,
  signal: AbortSignal | undefined,
): Found {
  const path = prefix + b.name()
  if (b.isDirectory()) return diffDirectory(read, a.oid(), b.oid(), `${path}/`, signal)
  return a.kind() === b.kind() ? { path, change: 'modified' } : { path, change: 'modified', top: path }
}

/** An entry that came or went, with everything below it. */
function whole(
  read: ReadRawTree,
  cursor: TreeCursor,
  change: 'added' | 'deleted',
  prefix: string,
  above: string | undefined,
  signal: AbortSignal | undefined,
): Found {
  const path = prefix + cursor.name()
  const top = above ?? path
  if (!cursor.isDirectory()) return { path, change, top }
  const oid = cursor.oid()
  return (async () => {
    const { raw } = await read(oid, signal)
    const inner = new TreeCursor(raw, oid.length / 2)
    const found: Found[] = []
    while (inner.next()) found.push(whole(read, inner, change, `${path}/`, top, signal))
    return resolved(found)
  })()
}

/** Waits for every part, so that a failing one leaves none behind unobserved. */
async function resolved(found: readonly Found[]): Promise<readonly Found[]> {
  if (!found.some((one) => one instanceof Promise)) return found
  return Promise.all(found)
}

function collect(found: readonly Found[], into: ChangedPath[]): void {
  for (const one of found) {
    if (Array.isArray(one)) collect(one, into)
    else if (!(one instanceof Promise)) into.push(one as ChangedPath)
  }
}
