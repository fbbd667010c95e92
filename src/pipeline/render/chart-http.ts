/** A chart repository over HTTP: its index, kept with the ETag, and the archives it names. Effects: network, <dataDir>/charts. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseYaml } from '../../kube/yaml.ts'
import { basicAuthorization, type ChartCredentials, type ChartTransport } from './chart-transport.ts'
import { isRecord } from './manifest.ts'

/** What is needed of one version: where it is, and its sha256 ('' when the index names none). */
export interface IndexedVersion {
  readonly version: string
  readonly url: string
  readonly digest: string
}

interface StoredIndex {
  readonly etag: string
  readonly lastModified: string
  readonly charts: Readonly<Record<string, readonly IndexedVersion[]>>
}

export interface ChartAccess {
  readonly transport: ChartTransport
  readonly directory: string
  readonly credentials: ChartCredentials | undefined
  readonly signal?: AbortSignal | undefined
}

/** The versions of a chart; asks the repository whether its index changed. Throws Error. */
export async function indexedVersions(
  access: ChartAccess,
  repository: string,
  chart: string,
): Promise<readonly IndexedVersion[]> {
  const file = join(access.directory, 'indexes', `${createHash('sha256').update(repository).digest('hex')}.json`)
  const stored = await readStored(file)
  const index = await refreshed(access, repository, stored)
  if (index !== stored) await writeAtomically(file, JSON.stringify(index))
  return index.charts[chart] ?? []
}

/** The archive of a version, its digest checked. Throws Error. */
export async function downloadArchive(
  access: ChartAccess,
  repository: string,
  version: IndexedVersion,
  passCredentials: boolean,
): Promise<Buffer> {
  const url = new URL(version.url, repository.endsWith('/') ? repository : `${repository}/`)
  const trusted = passCredentials || url.host === new URL(repository).host
  const answer = await access.transport.get(url.href, trusted ? authorization(access) : {}, access.signal)
  if (answer.status !== 200) throw new Error(`${url.host} answered ${answer.status}`)
  const digest = createHash('sha256').update(answer.body).digest('hex')
  if (version.digest !== '' && version.digest !== digest)
    throw new Error(`the archive has digest ${digest}, the index says ${version.digest}`)
  return answer.body
}

async function refreshed(
  access: ChartAccess,
  repository: string,
  stored: StoredIndex | undefined,
): Promise<StoredIndex> {
  const headers: Record<string, string> = { ...authorization(access) }
  if (stored?.etag) headers['if-none-match'] = stored.etag
  else if (stored?.lastModified) headers['if-modified-since'] = stored.lastModified
  const answer = await access.transport.get(`${repository.replace(/\/+$/, '')}/index.yaml`, headers, access.signal)
  if (answer.status === 304 && stored !== undefined) return stored
  if (answer.status !== 200) throw new Error(`${new URL(repository).host} answered ${answer.status} for index.yaml`)
  return {
    etag: headerText(answer.headers['etag']),
    lastModified: headerText(answer.headers['last-modified']),
    charts: readIndex(answer.body.toString('utf8')),
  }
}

/** Keeps versions, first URL and digest of each chart. Throws YamlError. */
export function readIndex(text: string): Record<string, IndexedVersion[]> {
  const index = parseYaml(text).documents[0]?.value
  const entries = isRecord(index) ? index['entries'] : undefined
  const charts: Record<string, IndexedVersion[]> = {}
  if (!isRecord(entries)) return charts
  for (const [name, versions] of Object.entries(entries)) {
    if (!Array.isArray(versions)) continue
    charts[name] = versions.flatMap((entry: unknown) => {
      if (!isRecord(entry) || !Array.isArray(entry['urls']) || entry['urls'].length === 0) return []
      const digest = String(entry['digest'] ?? '').replace(/^sha256:/, '')
      return [
        {
          version: String(entry['version']),
          url: String(entry['urls'][0]),
          digest: /^[0-9a-f]{64}$/.test(digest) ? digest : '',
        },
      ]
    })
  }
  return charts
}

function authorization(access: ChartAccess): Record<string, string> {
  return access.credentials === undefined ? {} : { authorization: basicAuthorization(access.credentials) }
}

function headerText(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.[0] ?? '')
}

async function readStored(file: string): Promise<StoredIndex | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Whole or not at all. */
export async function writeAtomically(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}.${Math.floor(performance.now() * 1000)}`
  await writeFile(draft, bytes, { mode: 0o600 })
  await rename(draft, file)
}
