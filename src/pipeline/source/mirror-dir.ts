/** The bare repository of a mirror on disk: made whole or not at all, and made again when it is broken. Effect: files, git. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runGit } from './git.ts'
import { findGitDir } from './git-dir.ts'
import { isRefName } from './revision.ts'

/** Makes sure a usable bare repository is at `path`. Keeps what is there; removes the locks of a process that was killed. */
export async function ensureMirror(path: string, signal?: AbortSignal): Promise<void> {
  if (findGitDir(path)?.own === path) {
    await removeLocks(path)
    return
  }
  await rm(path, { recursive: true, force: true })
  await makeMirror(path, signal)
}

/** Throws away what is there. */
export async function rebuildMirror(path: string, signal?: AbortSignal): Promise<void> {
  await rm(path, { recursive: true, force: true })
  await makeMirror(path, signal)
}

/** Beside the final place first: an interrupted init leaves nothing that looks finished. */
async function makeMirror(path: string, signal: AbortSignal | undefined): Promise<void> {
  const unfinished = `${path}.new`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true, mode: 0o700 })
  await runGit(['init', '--quiet', '--bare', '--template=', '--', unfinished], { signal })
  await mkdir(join(unfinished, 'refs', 'heads'), { recursive: true })
  await rename(unfinished, path)
}

/** HEAD of the mirror follows the default branch of the remote. */
export async function pointHead(path: string, ref: string): Promise<void> {
  if (!ref.startsWith('refs/heads/') || !isRefName(ref)) return
  const next = join(path, 'HEAD.next')
  await writeFile(next, `ref: ${ref}\n`)
  await rename(next, join(path, 'HEAD'))
}

/** One process owns the data directory and one fetch runs at a time: a lock at start belongs to nobody. */
async function removeLocks(path: string): Promise<void> {
  const names = ['HEAD.lock', 'packed-refs.lock', 'shallow.lock', 'config.lock', 'gc.pid.lock']
  const refs = join(path, 'refs')
  const loose = existsSync(refs) ? await readdir(refs, { recursive: true }) : []
  const stale = [
    ...names.map((name) => join(path, name)),
    ...loose.filter((name) => name.endsWith('.lock')).map((name) => join(refs, name)),
  ]
  await Promise.all(stale.map((lock) => rm(lock, { force: true })))
}
