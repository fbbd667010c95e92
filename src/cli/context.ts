/** What every command works with: the way to print, the way to the server, the outcome. */
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { HalcyonError } from '../api/errors.ts'
import { createClient, type HalcyonClient } from '../client/client.ts'
import { noProcess, readServerFile } from '../client/discover.ts'
import type { CliHandlers, ServerTarget } from './handlers.ts'
import type { CliIo } from './io.ts'
import { type Style, styleFor } from './output/style.ts'

export interface CliContext {
  readonly handlers: CliHandlers
  readonly io: CliIo
  /** For stdout. */
  readonly style: Style
  /** Terminal columns of stdout; undefined for a pipe, where nothing is cut. */
  readonly width: number | undefined
  /** 0 fine, 1 differences or not healthy, 2 usage or error. */
  exitCode: number
  /** The client for the options of a command. */
  client(options: TargetOptions): Promise<HalcyonClient>
  print(lines: readonly string[] | string): void
}

/** The values of addTargetOptions. */
export interface TargetOptions {
  readonly data?: string
  readonly server?: string
}

export function createContext(handlers: CliHandlers, io: CliIo): CliContext {
  const isTty = io.stdout.isTTY === true
  return {
    handlers,
    io,
    style: styleFor(isTty, io.env),
    width: isTty ? (io.stdout.columns ?? 80) : undefined,
    exitCode: 0,
    client: (options) => connect(handlers, targetOf(options, io)),
    print(lines) {
      io.stdout.write(typeof lines === 'string' ? lines : lines.map((line) => `${line}\n`).join(''))
    },
  }
}

/** `--data` and `--server`, for the commands that speak to a running process. */
export function addTargetOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'data directory of the process to ask (default: $HALCYON_DATA, else ~/.halcyon)')
    .option('--server <url>', 'address of the process, with its token in $HALCYON_TOKEN (default: $HALCYON_SERVER)')
}

/** The data directory: option, HALCYON_DATA, ~/.halcyon. */
export function dataDirectory(option: string | undefined, io: Pick<CliIo, 'env' | 'home'>): string {
  const chosen = option || io.env['HALCYON_DATA']
  return chosen ? resolve(chosen) : join(io.home, '.halcyon')
}

function targetOf(options: TargetOptions, io: CliIo): ServerTarget {
  // A --data on the command line is meant more than a server in the environment.
  const server = options.server ?? (options.data === undefined ? io.env['HALCYON_SERVER'] || undefined : undefined)
  return { dataDir: dataDirectory(options.data, io), server, token: io.env['HALCYON_TOKEN'] || undefined }
}

async function connect(handlers: CliHandlers, target: ServerTarget): Promise<HalcyonClient> {
  if (handlers.connect !== undefined) return handlers.connect(target)
  if (target.server !== undefined) {
    if (target.token === undefined) {
      throw new HalcyonError('Unauthenticated', `Cannot reach ${target.server}: no token in $HALCYON_TOKEN`)
    }
    return createClient({ url: target.server, token: target.token })
  }
  const address = await readServerFile(target.dataDir)
  return createClient({ ...address, fetch: (input, init) => fetchOf(target.dataDir, input, init) })
}

/** A process that was killed leaves its address behind: nobody answers there, which is the same as no process. */
async function fetchOf(dataDir: string, ...request: Parameters<typeof fetch>): Promise<Response> {
  try {
    return await fetch(...request)
  } catch (error) {
    if (isRefused(error)) throw noProcess(dataDir, error)
    throw error
  }
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}
