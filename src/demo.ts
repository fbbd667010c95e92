/** Makes the demo repository from examples/, once: a bare repository to push to, and a clone to edit. Effects: git, files of the data directory. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { access, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { HalcyonError, messageOf } from './api/errors.ts'

const run = promisify(execFile)

/** The folder of the demo repository that holds its Applications. */
export const demoPath = 'apps'

/** Stands for the repository itself in the examples' Applications; replaced by the path of the bare repository. */
export const placeholderUrl = 'https://git.example.com/halcyon/fleet.git'

const author = ['-c', 'user.name=Halcyon Demo', '-c', 'user.email=demo@example.com', '-c', 'commit.gpgSign=false']

export interface DemoOptions {
  readonly dataDir: string
  /** The folder examples/ of this project. */
  readonly examplesDir: string
  readonly signal?: AbortSignal
}

export interface Demo {
  readonly bare: string
  readonly clone: string
  /** False when an earlier start made it. */
  readonly created: boolean
}

/**
 * `<dataDir>/demo/fleet.git` with the branches main and one for each folder of examples/changes, and the clone `<dataDir>/demo/fleet`.
 * Built beside and moved into place in one step: an interrupted start leaves nothing half-made. What exists is never changed, it is the user's.
 * Throws HalcyonError: ToolUnavailable (no git), ConfigInvalid (half of it was removed), RepositoryUnavailable (git failed).
 */
export async function ensureDemo(options: DemoOptions): Promise<Demo> {
  const place = join(options.dataDir, 'demo')
  const bare = join(place, 'fleet.git')
  const clone = join(place, 'fleet')
  if (await exists(bare)) {
    if (!(await exists(clone))) await cloneDemo(bare, clone, options.signal)
    return { bare, clone, created: false }
  }
  if (await exists(place)) {
    throw new HalcyonError(
      'ConfigInvalid',
      `Cannot open the demo repository: ${bare} is missing; remove ${place} to have it made anew`,
    )
  }
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 })
  const building = `${place}.${randomUUID().slice(0, 8)}.tmp`
  try {
    await build(building, bare, options)
    await rename(building, place)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
  return { bare, clone, created: true }
}

/** `finalBare` is where the bare repository will be: that path goes into the Applications and the clone's origin. */
async function build(directory: string, finalBare: string, options: DemoOptions): Promise<void> {
  const { examplesDir, signal } = options
  const bare = join(directory, 'fleet.git')
  const clone = join(directory, 'fleet')
  await mkdir(directory, { recursive: true })
  await git(directory, ['init', '--quiet', '--bare', '--template=', '-b', 'main', bare], signal)
  await git(directory, ['init', '--quiet', '-b', 'main', clone], signal)

  await cp(join(examplesDir, 'fleet'), clone, { recursive: true })
  await fillIn(clone, finalBare)
  await commit(clone, 'The demo fleet', signal)

  const changes = join(examplesDir, 'changes')
  for (const name of await directories(changes)) {
    await git(clone, ['checkout', '--quiet', '-b', name, 'main'], signal)
    await cp(join(changes, name), clone, { recursive: true })
    const message = join(clone, 'COMMIT_MESSAGE')
    const subject = await readFile(message, 'utf8').catch(() => name)
    await rm(message, { force: true })
    await commit(clone, subject.trim(), signal)
  }
  await git(clone, ['push', '--quiet', bare, '--all'], signal)

  await git(clone, ['checkout', '--quiet', 'main'], signal)
  for (const name of await directories(changes)) await git(clone, ['branch', '--quiet', '-D', name], signal)
  await git(clone, ['fetch', '--quiet', bare, '+refs/heads/*:refs/remotes/origin/*'], signal)
  await git(clone, ['remote', 'add', 'origin', finalBare], signal)
  await git(clone, ['config', 'branch.main.remote', 'origin'], signal)
  await git(clone, ['config', 'branch.main.merge', 'refs/heads/main'], signal)
  await lendIdentity(clone, signal)
}

async function cloneDemo(bare: string, clone: string, signal: AbortSignal | undefined): Promise<void> {
  const building = `${clone}.${randomUUID().slice(0, 8)}.tmp`
  try {
    await git(join(bare, '..'), ['clone', '--quiet', bare, building], signal)
    await lendIdentity(building, signal)
    await rename(building, clone)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

/** A machine without a git identity could not commit in the clone; one that has an identity keeps using it. */
async function lendIdentity(clone: string, signal: AbortSignal | undefined): Promise<void> {
  const known = await git(clone, ['config', 'user.email'], signal).then(
    (output) => output.trim() !== '',
    () => false,
  )
  if (known) return
  await git(clone, ['config', 'user.name', 'Halcyon Demo'], signal)
  await git(clone, ['config', 'user.email', 'demo@example.com'], signal)
}

/** Puts the repository's own path where the Applications say the placeholder. Quoted when YAML would read the bare text otherwise. */
async function fillIn(directory: string, url: string): Promise<void> {
  const text = /^[\w./-]+$/.test(url) ? url : JSON.stringify(url)
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.ya?ml$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const before = await readFile(path, 'utf8')
    if (before.includes(placeholderUrl))
      await writeFile(
        path,
        before.replaceAll(placeholderUrl, () => text),
      )
  }
}

async function commit(clone: string, message: string, signal: AbortSignal | undefined): Promise<void> {
  await git(clone, ['add', '--all', '--force'], signal)
  await git(clone, [...author, 'commit', '--quiet', '--no-verify', '-m', message], signal)
}

async function directories(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map((entry) => basename(entry.name))
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function git(cwd: string, args: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' }
  // Inside a hook or an alias, git names the repository it runs in; ours are others.
  for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY']) delete env[name]
  try {
    const { stdout } = await run('git', ['-c', 'core.hooksPath=/dev/null', '-c', 'core.autocrlf=false', ...args], {
      cwd,
      env,
      ...(signal !== undefined && { signal }),
    })
    return stdout
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new HalcyonError('ToolUnavailable', 'Cannot make the demo repository: git is not installed', {
        cause: error,
      })
    }
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new HalcyonError('RepositoryUnavailable', `Cannot make the demo repository: ${stderr || messageOf(error)}`, {
      cause: error,
    })
  }
}
