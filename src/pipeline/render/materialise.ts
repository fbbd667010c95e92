/** Copies files of a SourceTree into a private folder. Effects: writes below the folder only. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { HalcyonError } from '../../api/errors.ts'
import type { SourceTree } from '../source/source.ts'

export interface CopiedFile {
  /** Path in the tree. */
  readonly from: string
  /** Path in the folder; the same as `from` when left out. */
  readonly to?: string
  readonly executable?: boolean
}

/** Writes the files; links become the files they lead to. `inspect` sees every content. Throws PathRefused for a path that leaves the folder. */
export async function materialise(
  tree: SourceTree,
  files: Iterable<CopiedFile>,
  folder: string,
  options: { readonly signal?: AbortSignal | undefined; readonly inspect?: (path: string, bytes: Buffer) => void } = {},
): Promise<void> {
  const made = new Set<string>()
  for (const { from, to = from, executable = false } of files) {
    const file = await tree.read(from, options.signal)
    if (file === undefined) continue
    options.inspect?.(to, file.bytes)
    await writeInside(folder, to, file.bytes, made, executable)
  }
}

/** Writes one file below the folder and makes its directories. */
export async function writeInside(
  folder: string,
  path: string,
  bytes: Uint8Array | string,
  made: Set<string> = new Set(),
  executable = false,
): Promise<string> {
  const target = join(folder, path)
  if (!target.startsWith(folder + sep))
    throw new HalcyonError('PathRefused', `Cannot copy ${path}: it leaves the folder`)
  const directory = dirname(target)
  if (!made.has(directory)) {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    made.add(directory)
  }
  await writeFile(target, bytes, { mode: executable ? 0o700 : 0o600 })
  return target
}
