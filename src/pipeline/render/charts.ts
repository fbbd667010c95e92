/** Charts from repositories: which version a range means, and the archive, kept by its digest. Effects: network, <dataDir>/charts. */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApplicationSource } from '../../api/application.ts'
import { HalcyonError, messageOf } from '../../api/errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import { type ChartAccess, downloadArchive, indexedVersions, writeAtomically } from './chart-http.ts'
import { ociArchive, ociLocation, ociVersions } from './chart-oci.ts'
import type { ChartCredentials, ChartTransport } from './chart-transport.ts'
import { isExactVersion, pickVersion } from './chart-version.ts'
import { SharedFlight } from './shared-flight.ts'

/** A chart in a repository. `chart` undefined: the OCI URL names it itself. */
export interface ChartLocation {
  readonly repository: string
  readonly chart: string | undefined
}

export interface ChartArchive {
  readonly file: string
  /** sha256 of the archive. */
  readonly digest: string
}

export interface Charts {
  /** The exact version a range means now; asks the repository at most every 30 s. Throws RevisionNotFound, ChartUnavailable. */
  version(location: ChartLocation, revision: string, signal?: AbortSignal): Promise<string>
  /** The archive of an exact version. A version that was fetched once is never fetched again. Throws RevisionNotFound, ChartUnavailable. */
  archive(
    location: ChartLocation,
    version: string,
    passCredentials: boolean,
    signal?: AbortSignal,
  ): Promise<ChartArchive>
}

export interface ChartSettings {
  readonly directory: string
  readonly transport: ChartTransport
  readonly clock: Clock
  readonly credentials?: ((repository: string) => ChartCredentials | undefined) | undefined
}

const freshMs = 30_000

/** The location of a source whose chart comes from a repository. */
export function chartLocation(source: ApplicationSource): ChartLocation {
  return { repository: source.repoURL, chart: source.chart === '' ? undefined : source.chart }
}

function isHttp(location: ChartLocation): boolean {
  return /^https?:\/\//.test(location.repository)
}

export function createCharts(settings: ChartSettings): Charts {
  const { clock } = settings
  const resolved = new Map<string, { readonly version: string; readonly at: number }>()
  const versionFlights = new SharedFlight<string>()
  const archiveFlights = new SharedFlight<ChartArchive>()

  function access(location: ChartLocation, signal: AbortSignal): ChartAccess {
    const { transport, directory, credentials } = settings
    return { transport, directory, credentials: credentials?.(location.repository), signal }
  }

  return {
    async version(location, revision, signal) {
      if (isExactVersion(revision)) return revision
      const key = `${location.repository}\0${location.chart ?? ''}\0${revision}`
      const known = resolved.get(key)
      if (known !== undefined && clock.now() - known.at < freshMs) return known.version
      const version = await versionFlights.run(
        key,
        (shared) => latest(access(location, shared), location, revision),
        signal,
      )
      resolved.set(key, { version, at: clock.now() })
      return version
    },

    async archive(location, version, passCredentials, signal) {
      const key = createHash('sha256')
        .update(`${location.repository}\0${location.chart ?? ''}\0${version}`)
        .digest('hex')
      return await archiveFlights.run(
        key,
        async (shared) => {
          const reference = join(settings.directory, 'versions', key)
          const kept = await keptArchive(settings.directory, reference)
          if (kept !== undefined) return kept
          const bytes = await download(access(location, shared), location, version, passCredentials)
          const digest = createHash('sha256').update(bytes).digest('hex')
          const file = archiveFile(settings.directory, digest)
          await writeAtomically(file, bytes)
          await writeAtomically(reference, digest)
          return { file, digest }
        },
        signal,
      )
    },
  }
}

async function latest(access: ChartAccess, location: ChartLocation, revision: string): Promise<string> {
  const versions = await orUnavailable(location, async () => {
    if (!isHttp(location)) return await ociVersions(access, ociLocation(location.repository, location.chart))
    return (await indexedVersions(access, location.repository, location.chart ?? '')).map((entry) => entry.version)
  })
  const version = pickVersion(versions, revision)
  if (version === undefined) throw noVersion(location, revision)
  return version
}

async function download(
  access: ChartAccess,
  location: ChartLocation,
  version: string,
  passCredentials: boolean,
): Promise<Buffer> {
  if (!isHttp(location)) {
    return await orUnavailable(location, () =>
      ociArchive(access, ociLocation(location.repository, location.chart), version),
    )
  }
  const versions = await orUnavailable(location, () =>
    indexedVersions(access, location.repository, location.chart ?? ''),
  )
  const wanted = pickVersion(
    versions.map((entry) => entry.version),
    version,
  )
  const entry = versions.find((candidate) => candidate.version === wanted)
  if (entry === undefined) throw noVersion(location, version)
  return await orUnavailable(location, () => downloadArchive(access, location.repository, entry, passCredentials))
}

/** What was fetched before, unless the file is gone. */
async function keptArchive(directory: string, reference: string): Promise<ChartArchive | undefined> {
  try {
    const digest = (await readFile(reference, 'utf8')).trim()
    const file = archiveFile(directory, digest)
    await stat(file)
    return { file, digest }
  } catch {
    return undefined
  }
}

function archiveFile(directory: string, digest: string): string {
  return join(directory, 'archives', `${digest}.tgz`)
}

function describe(location: ChartLocation): string {
  const repository = location.repository.replace(/\/\/[^/@]*@/, '//')
  return location.chart === undefined ? `chart ${repository}` : `chart ${location.chart} from ${repository}`
}

function noVersion(location: ChartLocation, revision: string): HalcyonError {
  return new HalcyonError(
    'RevisionNotFound',
    `Cannot find ${describe(location)}: no version matches ${revision || '*'}`,
  )
}

async function orUnavailable<T>(location: ChartLocation, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof HalcyonError || (error instanceof Error && error.name === 'AbortError')) throw error
    throw new HalcyonError('ChartUnavailable', `Cannot fetch ${describe(location)}: ${networkDetail(error)}`, {
      cause: error,
    })
  }
}

/** A refused connection to a name with several addresses has an empty message; its code says what happened. */
function networkDetail(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return messageOf(error) || code || 'no answer'
}
