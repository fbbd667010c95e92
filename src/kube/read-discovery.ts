/** Reads discovery from a server: aggregated where it is served (Kubernetes 1.26 and later), else document by document. */
import type { ApiResource } from './client.ts'
import { createDiscovery, type GroupVersion, type Snapshot } from './discovery.ts'
import { ApiError } from './errors.ts'
import { getBoolean, getList, getString } from './fields.ts'
import { groupOf, versionOf } from './object.ts'

/** GETs a path as JSON. Throws ApiError or ConnectionError. */
export type GetJson = (path: string, accept?: string) => Promise<unknown>

const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',')

/**
 * Throws when the server itself cannot be read. A single group version that fails is listed in `failures`, with the resources that
 * `previous` knew.
 */
export async function readDiscovery(get: GetJson, previous?: Snapshot): Promise<Snapshot> {
  const [core, groups, version] = await Promise.all([
    get('/api', aggregated).catch(absentAsUndefined),
    get('/apis', aggregated).catch(absentAsUndefined),
    get('/version').catch(absentAsUndefined),
  ])
  const parts = await Promise.all([readPart(get, core, coreVersions), readPart(get, groups, groupVersions)])
  return createDiscovery(parts.flat(), getString(version, 'gitVersion') ?? '', previous)
}

/** A proxy may serve only part of the three documents; what it forbids or lacks is absent, anything else is an error. */
function absentAsUndefined(error: unknown): undefined {
  if (error instanceof ApiError && (error.code === 403 || error.code === 404)) return undefined
  throw error
}

async function readPart(
  get: GetJson,
  document: unknown,
  plain: (document: unknown) => string[],
): Promise<GroupVersion[]> {
  if (document === undefined) return []
  if (getString(document, 'kind') === 'APIGroupDiscoveryList') return parseAggregated(document)
  return Promise.all(plain(document).map((apiVersion) => readPlain(get, apiVersion)))
}

function parseAggregated(document: unknown): GroupVersion[] {
  return getList(document, 'items').flatMap((item) => {
    const group = getString(item, 'metadata', 'name') ?? ''
    return getList(item, 'versions').map((served): GroupVersion => {
      const version = getString(served, 'version') ?? ''
      const stale = getString(served, 'freshness') === 'Stale'
      const resources = getList(served, 'resources').flatMap((resource) => aggregatedResource(group, version, resource))
      return {
        group,
        version,
        resources: stale && resources.length === 0 ? undefined : resources,
        failure: stale ? 'its API server does not answer; what is known of it may be out of date' : '',
      }
    })
  })
}

function aggregatedResource(group: string, version: string, resource: unknown): ApiResource[] {
  const plural = getString(resource, 'resource')
  // The kind lives in responseKind; a resource without one (a bug of some aggregated servers) cannot be addressed.
  const kind = getString(resource, 'responseKind', 'kind')
  if (plural === undefined || !kind) return []
  return [
    {
      group,
      version,
      kind,
      plural,
      singular: getString(resource, 'singularResource') ?? '',
      namespaced: getString(resource, 'scope') === 'Namespaced',
      verbs: strings(resource, 'verbs'),
      shortNames: strings(resource, 'shortNames'),
      subresources: getList(resource, 'subresources').flatMap((sub) => getString(sub, 'subresource') ?? []),
    },
  ]
}

function coreVersions(document: unknown): string[] {
  return strings(document, 'versions')
}

/** The preferred version of each group first, the others as the server orders them. */
function groupVersions(document: unknown): string[] {
  return getList(document, 'groups').flatMap((group) => {
    const preferred = getString(group, 'preferredVersion', 'groupVersion')
    const served = getList(group, 'versions').flatMap((version) => getString(version, 'groupVersion') ?? [])
    return [...new Set(preferred === undefined ? served : [preferred, ...served])]
  })
}

async function readPlain(get: GetJson, apiVersion: string): Promise<GroupVersion> {
  const group = groupOf(apiVersion)
  const version = versionOf(apiVersion)
  try {
    const document = await get(group === '' ? `/api/${version}` : `/apis/${group}/${version}`)
    return { group, version, resources: parsePlain(group, version, document), failure: '' }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { group, version, resources: undefined, failure: error.message }
  }
}

function parsePlain(group: string, version: string, document: unknown): ApiResource[] {
  const items = getList(document, 'resources')
  const subresources = new Map<string, string[]>()
  for (const item of items) {
    const [plural = '', subresource] = (getString(item, 'name') ?? '').split('/')
    if (subresource !== undefined) subresources.set(plural, [...(subresources.get(plural) ?? []), subresource])
  }
  return items.flatMap((item) => {
    const plural = getString(item, 'name') ?? ''
    const kind = getString(item, 'kind')
    if (plural === '' || plural.includes('/') || !kind) return []
    return {
      group,
      version,
      kind,
      plural,
      singular: getString(item, 'singularName') ?? '',
      namespaced: getBoolean(item, 'namespaced') ?? false,
      verbs: strings(item, 'verbs'),
      shortNames: strings(item, 'shortNames'),
      subresources: subresources.get(plural) ?? [],
    }
  })
}

function strings(tree: unknown, ...path: string[]): string[] {
  return getList(tree, ...path).filter((value) => typeof value === 'string')
}
