/** A Git server over SSH for tests: the real protocol on loopback, public keys only, and `git upload-pack` behind it. Effects. */
import { execFile, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import type { Duplex, Readable, Writable } from 'node:stream'
import { promisify } from 'node:util'

/** What is used of the package ssh2. */
interface Ssh2 {
  readonly Server: new (
    options: { readonly hostKeys: readonly string[] },
    onClient: (client: Client) => void,
  ) => { listen(port: number, host: string, done: () => void): void; address(): unknown; close(done: () => void): void }
  readonly utils: {
    generateKeyPairSync(type: 'ed25519'): { readonly private: string; readonly public: string }
    parseKey(text: string): Key | Error
  }
}

interface Key {
  getPublicSSH(): Buffer
  verify(blob: Buffer, signature: Buffer, hash?: string): boolean | Error
}

interface Client {
  on(event: 'error', listener: () => void): void
  on(event: 'authentication', listener: (context: Authentication) => void): void
  on(event: 'session', listener: (accept: () => Session) => void): void
}

interface Authentication {
  readonly method: string
  readonly key: { readonly data: Buffer }
  readonly blob?: Buffer
  readonly signature?: Buffer
  readonly hashAlgo?: string
  accept(): void
  reject(methods?: readonly string[]): void
}

interface Session {
  on(event: 'env', listener: (accept?: () => void) => void): void
  on(
    event: 'exec',
    listener: (accept: () => Channel, reject: () => void, info: { readonly command: string }) => void,
  ): void
}

type Channel = Duplex & Readable & { readonly stderr: Writable; exit(code: number): void }

const packageDirectory = join(import.meta.dirname, '..', 'ssh')

/** Installed on first use, without its install scripts: plain JavaScript is fast enough here. */
async function loadSsh2(): Promise<Ssh2> {
  if (!existsSync(join(packageDirectory, 'node_modules', 'ssh2'))) {
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: packageDirectory })
  }
  return createRequire(join(packageDirectory, 'package.json'))('ssh2') as Ssh2
}

export interface SshServer extends AsyncDisposable {
  /** A git configuration (for GIT_CONFIG_GLOBAL) whose ssh knows the server as host `git.test`, its key, and ours. */
  readonly gitConfig: string
  /** The same with a key that the server does not know. */
  readonly strangerConfig: string
  /** The same, but expecting another host key: somebody in between. */
  readonly impostorConfig: string
  /** What was asked for, as `git-upload-pack '/fleet.git'`. */
  readonly commands: readonly string[]
}

/** Serves the bare repositories in `root`. Keys and configurations are written to `directory`. */
export async function startSshServer(root: string, directory: string): Promise<SshServer> {
  const { Server, utils } = await loadSsh2()
  const { generateKeyPairSync, parseKey } = utils
  const host = generateKeyPairSync('ed25519')
  const user = generateKeyPairSync('ed25519')
  const stranger = generateKeyPairSync('ed25519')
  const allowed = parseKey(user.public)
  if (allowed instanceof Error) throw allowed
  const commands: string[] = []

  const server = new Server({ hostKeys: [host.private] }, (client) => {
    client.on('error', () => {})
    client.on('authentication', (context) => {
      if (context.method !== 'publickey') return context.reject(['publickey'])
      if (!allowed.getPublicSSH().equals(context.key.data)) return context.reject(['publickey'])
      if (context.blob !== undefined && context.signature !== undefined) {
        if (allowed.verify(context.blob, context.signature, context.hashAlgo) !== true) return context.reject()
      }
      context.accept()
    })
    client.on('session', (accept) => {
      const session = accept()
      session.on('env', (accepted) => accepted?.())
      session.on('exec', (accepted, reject, { command }) => {
        commands.push(command)
        const path = /^git-upload-pack '?([^']+)'?$/.exec(command)?.[1]
        if (path === undefined) return reject()
        const channel = accepted()
        const git = spawn('git', ['upload-pack', join(root, basename(path))], { stdio: ['pipe', 'pipe', 'pipe'] })
        channel.pipe(git.stdin).on('error', () => {})
        git.stdout.pipe(channel, { end: false })
        git.stderr.pipe(channel.stderr, { end: false })
        git.once('close', (code) => {
          channel.exit(code ?? 1)
          channel.end()
        })
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  function config(name: string, key: string, hostKey: string): string {
    const file = (suffix: string, text: string) => {
      const path = join(directory, `${name}.${suffix}`)
      writeFileSync(path, text, { mode: 0o600 })
      return path
    }
    const ssh = file(
      'ssh',
      `Host git.test
  HostName 127.0.0.1
  Port ${port}
  IdentityFile ${file('key', key)}
  IdentitiesOnly yes
  UserKnownHostsFile ${file('hosts', `[127.0.0.1]:${port} ${hostKey.trim()}\n`)}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
`,
    )
    return file('gitconfig', `[core]\n\tsshCommand = ssh -F ${ssh}\n`)
  }

  return {
    gitConfig: config('ours', user.private, host.public),
    strangerConfig: config('stranger', stranger.private, host.public),
    impostorConfig: config('impostor', user.private, stranger.public),
    commands,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
