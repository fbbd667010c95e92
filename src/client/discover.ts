/** Finds the running process of a data directory by the file it leaves there, so that the CLI needs no address and no token. Node only. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HalcyonError, messageOf } from '../api/errors.ts'

export interface ServerAddress {
  readonly url: string
  readonly token: string
}

/** Written by the server process, readable by its user only; removed when it stops. */
export function serverFile(dataDir: string): string {
  return join(dataDir, 'server.json')
}

/** Writes the file (0600) in one step, so that a reader never sees half of it. */
export async function writeServerFile(dataDir: string, address: ServerAddress): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const temporary = `${serverFile(dataDir)}.${process.pid}`
  await writeFile(temporary, `${JSON.stringify({ url: address.url, token: address.token })}\n`, { mode: 0o600 })
  await rename(temporary, serverFile(dataDir))
}

export async function removeServerFile(dataDir: string): Promise<void> {
  await rm(serverFile(dataDir), { force: true })
}

/** Throws ServerUnreachable when no process has left its address. A stale file shows only when the address does not answer. */
export async function readServerFile(dataDir: string): Promise<ServerAddress> {
  let text: string
  try {
    text = await readFile(serverFile(dataDir), 'utf8')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    throw missing
      ? noProcess(dataDir)
      : new HalcyonError('ServerUnreachable', `Cannot read ${serverFile(dataDir)}: ${messageOf(error)}`, {
          cause: error,
        })
  }
  const address = parseAddress(text)
  if (address !== undefined) return address
  throw new HalcyonError(
    'ServerUnreachable',
    `Cannot read ${serverFile(dataDir)}: expected {"url": ..., "token": ...}; restart halcyon to have it written anew`,
  )
}

/** The message for a directory without a process, and for one whose process is gone. */
export function noProcess(dataDir: string, cause?: unknown): HalcyonError {
  return new HalcyonError(
    'ServerUnreachable',
    `Cannot reach halcyon: no process runs for data directory ${dataDir}; start one with: npm start`,
    { cause },
  )
}

function parseAddress(text: string): ServerAddress | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('url' in value) || !('token' in value)) return undefined
    if (typeof value.url !== 'string' || typeof value.token !== 'string') return undefined
    return { url: value.url, token: value.token }
  } catch {
    return undefined
  }
}
