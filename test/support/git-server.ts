/** A real Git server for tests: smart HTTP by `git http-backend` on a random loopback port, with repositories in a temporary folder. */
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Path to content; null removes it, `{ link }` makes a symlink, `{ run }` an executable. */
export type Files = Readonly<
  Record<string, string | Buffer | null | { readonly link: string } | { readonly run: string }>
>

export interface TestRepository {
  readonly name: string
  /** The bare repository on disk. */
  readonly path: string
  /** Over HTTP, without credentials. */
  readonly url: string
  /** A clone to work in; `commit` works here too. */
  readonly workTree: string
  /** Writes, commits and pushes to `main`, or to the branch given (made from what is checked out). Returns the SHA. */
  commit(files: Files, message?: string, options?: { readonly branch?: string }): Promise<string>
  /** Tags what is checked out, or a commit, and pushes the tag. */
  tag(name: string, options?: { readonly annotated?: boolean; readonly at?: string }): Promise<void>
  /** Any git command in the clone; returns its output, trimmed. */
  git(...args: string[]): Promise<string>
}

/** How the server answers: `ok`, every request 500, or never. */
export type GitServerMode = 'ok' | 'fail' | 'hang'

export interface GitServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly root: string
  mode: GitServerMode
  /** Requests so far, as `GET /fleet.git/info/refs?service=git-upload-pack`. */
  readonly requests: readonly string[]
  createRepository(files?: Files, options?: { readonly name?: string }): Promise<TestRepository>
  /** Ends all connections and refuses new ones until `start`. */
  stop(): Promise<void>
  /** Listens again on the same port. */
  start(): Promise<void>
}

export interface GitServerOptions {
  /** Basic authentication for every request. */
  readonly user?: string
  readonly password?: string
}

/** Starts the server; dispose it to end it and remove its files. */
export async function startGitServer(options: GitServerOptions = {}): Promise<GitServer> {
  const root = await mkdtemp(join(tmpdir(), 'halcyon-git-'))
  const requests: string[] = []
  const repositories = new Map<string, Promise<TestRepository>>()
  const state: { mode: GitServerMode; server: Server; port: number } = { mode: 'ok', server: createServer(), port: 0 }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    requests.push(`${request.method} ${request.url}`)
    if (state.mode === 'hang') return
    if (state.mode === 'fail') {
      response.writeHead(500).end('told to fail')
      return
    }
    if (!isAllowed(request, options)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end('who are you?')
      return
    }
    runBackend(root, request, response)
  }

  async function listen(): Promise<void> {
    state.server = createServer(answer)
    await new Promise<void>((resolve, reject) => {
      state.server.once('error', reject)
      state.server.listen(state.port, '127.0.0.1', resolve)
    })
    state.port = (state.server.address() as AddressInfo).port
  }

  async function close(): Promise<void> {
    state.server.closeAllConnections()
    await new Promise((resolve) => state.server.close(resolve))
  }

  await listen()
  return {
    get url() {
      return `http://127.0.0.1:${state.port}`
    },
    root,
    requests,
    get mode() {
      return state.mode
    },
    set mode(mode) {
      state.mode = mode
      if (mode !== 'hang') state.server.closeIdleConnections()
    },
    createRepository(files = { 'README.md': '# test\n' }, { name = `repository-${repositories.size + 1}` } = {}) {
      const created = createRepository(root, name, files).then((repository) => ({
        ...repository,
        url: `http://127.0.0.1:${state.port}/${name}.git`,
      }))
      repositories.set(name, created)
      return created
    },
    stop: close,
    start: listen,
    async [Symbol.asyncDispose]() {
      await close()
      await rm(root, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A bare repository and a clone in `root`, without any server; `url` is a file URL. */
export async function createRepository(root: string, name: string, files: Files): Promise<TestRepository> {
  const path = join(root, `${name}.git`)
  const workTree = join(root, 'work', name)
  await mkdir(workTree, { recursive: true })
  await git(root, 'init', '--quiet', '--bare', '--', path)
  await git(path, 'config', 'http.receivepack', 'true')
  // Any commit may be asked for by its id, as the big hosting services allow.
  await git(path, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
  await git(workTree, 'init', '--quiet')
  await git(workTree, 'remote', 'add', 'origin', path)
  const repository: TestRepository = {
    name,
    path,
    url: `file://${path}`,
    workTree,
    git: (...args) => git(workTree, ...args),
    async commit(changes, message = 'a change', { branch } = {}) {
      if (branch !== undefined) await git(workTree, 'checkout', '--quiet', '-B', branch)
      await writeFiles(workTree, changes)
      await git(workTree, 'add', '--all', '--force')
      await git(workTree, 'commit', '--quiet', '--allow-empty', '-m', message)
      await git(workTree, 'push', '--quiet', '--force', 'origin', 'HEAD')
      return git(workTree, 'rev-parse', 'HEAD')
    },
    async tag(tag, { annotated = false, at = 'HEAD' } = {}) {
      await git(workTree, 'tag', '--force', ...(annotated ? ['-a', '-m', tag] : []), tag, at)
      await git(workTree, 'push', '--quiet', '--force', 'origin', `refs/tags/${tag}`)
    },
  }
  await repository.commit(files, 'first')
  return repository
}

/** git with an identity and a main branch, and without the configuration of whoever runs the tests. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute(
    'git',
    ['-c', 'init.defaultBranch=main', '-c', 'gc.auto=0', '-c', 'commit.gpgSign=false', ...args],
    {
      cwd,
      env: gitIdentity(),
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  return stdout.trim()
}

function gitIdentity(): NodeJS.ProcessEnv {
  const who = { NAME: 'Test Person', EMAIL: 'test@example.com' }
  return {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: who.NAME,
    GIT_AUTHOR_EMAIL: who.EMAIL,
    GIT_COMMITTER_NAME: who.NAME,
    GIT_COMMITTER_EMAIL: who.EMAIL,
  }
}

/** Writes the files below a directory. */
export async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, path)
    if (content === null) {
      await rm(full, { recursive: true, force: true })
      continue
    }
    await mkdir(dirname(full), { recursive: true })
    if (typeof content === 'object' && 'link' in content) {
      await rm(full, { force: true })
      await symlink(content.link, full)
    } else if (typeof content === 'object' && 'run' in content) await writeFile(full, content.run, { mode: 0o755 })
    else await writeFile(full, content)
  }
}

function isAllowed(request: IncomingMessage, { user, password }: GitServerOptions): boolean {
  if (user === undefined && password === undefined) return true
  const expected = `Basic ${Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64')}`
  return request.headers.authorization === expected
}

/** CGI, as git-http-backend(1) wants it. */
function runBackend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const child = spawn('git', ['http-backend'], {
    env: {
      ...gitIdentity(),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.once('error', () => response.destroy())
  child.stdin.on('error', () => {})
  request.pipe(child.stdin)
  response.once('close', () => child.kill())

  let head = Buffer.alloc(0)
  const onHead = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    child.stdout.off('data', onHead)
    writeHead(response, head.toString('latin1', 0, end))
    response.write(head.subarray(end + 4))
    child.stdout.pipe(response)
  }
  child.stdout.on('data', onHead)
  child.stdout.once('end', () => {
    if (!response.headersSent) response.writeHead(500).end()
  })
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10)
    else response.appendHeader(name, value)
  }
  response.writeHead(status)
}
