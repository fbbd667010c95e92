/**
 * Rendered output by key: parsed in memory, and compressed and encrypted wherever it outlives the process. Rendered Secrets must not lie
 * in a store in the clear, so every value is sealed with a key kept in a file of its own.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { parseJson, stringifyJson } from '../../kube/json.ts'
import { ByteCache } from './byte-cache.ts'
import { freeze } from './manifest.ts'
import type { SourceOutput } from './source-output.ts'

/** A slice of the store. */
export interface RenderStore {
  get(digest: string): Promise<Uint8Array | undefined>
  put(digest: string, bytes: Uint8Array): Promise<void>
}

/** Output, or the note that it depends on the cluster and lies under a key with the cluster's facts in it. */
export type CacheEntry = SourceOutput | 'DependsOnCluster'

export class RenderCache {
  readonly #store: RenderStore
  readonly #keyFile: string
  readonly #memory: ByteCache<CacheEntry>
  #key: Promise<Buffer> | undefined

  constructor(store: RenderStore, keyFile: string, memoryBytes: number) {
    this.#store = store
    this.#keyFile = keyFile
    this.#memory = new ByteCache(memoryBytes)
  }

  /** A stored value that cannot be read counts as missing. */
  async get(key: string): Promise<CacheEntry | undefined> {
    const known = this.#memory.get(key)
    if (known !== undefined) return known
    const sealed = await this.#store.get(key)
    if (sealed === undefined) return undefined
    try {
      const bytes = zstdDecompressSync(unseal(sealed, await this.#sealingKey(), key))
      const entry = decodeEntry(bytes.toString('utf8'))
      this.#memory.set(key, entry, bytes.length + 64)
      return entry
    } catch {
      return undefined
    }
  }

  /** Forgets what is in memory; what is in the store stays. */
  clear(): void {
    this.#memory.clear()
  }

  async put(key: string, entry: CacheEntry, outlivesProcess: boolean): Promise<void> {
    const bytes = Buffer.from(stringifyJson(entry))
    this.#memory.set(key, entry, bytes.length + 64)
    if (outlivesProcess) await this.#store.put(key, seal(zstdCompressSync(bytes), await this.#sealingKey(), key))
  }

  #sealingKey(): Promise<Buffer> {
    this.#key ??= readOrMakeKey(this.#keyFile)
    return this.#key
  }
}

async function readOrMakeKey(file: string): Promise<Buffer> {
  await mkdir(dirname(file), { recursive: true })
  try {
    await writeFile(file, randomBytes(32), { flag: 'wx', mode: 0o600 })
  } catch {
    // It is there already.
  }
  return await readFile(file)
}

/** AES-256-GCM; the cache key is authenticated with it, so a value cannot be moved to another key. */
function seal(bytes: Buffer, key: Buffer, name: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name))
  const body = Buffer.concat([cipher.update(bytes), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

function unseal(sealed: Uint8Array, key: Buffer, name: string): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(name))
  decipher.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
}

function decodeEntry(text: string): CacheEntry {
  const entry = parseJson(text) as CacheEntry
  if (entry !== 'DependsOnCluster') for (const { object } of entry.objects) freeze(object)
  return entry
}
