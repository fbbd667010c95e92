/** What the sandbox serves: built-in resources and those of CRDs, found by path, by kind and by storage. */
import { apiVersionOf, type GroupKind } from '../kube/object.ts'
import { builtinResources, builtinType } from './schema/builtin.ts'
import type { SubresourceFact } from './schema/facts.ts'
import type { StructNode } from './schema/types.ts'

/** One version of one resource. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly listKind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: readonly SubresourceFact[]
  readonly type: StructNode
  /** Objects of all versions of a resource are kept together under this key. */
  readonly storageKey: string
  /** Set for resources of a CRD. */
  readonly custom?: CustomVersion
}

/** What a CRD says about one of its versions. */
export interface CustomVersion {
  /** `openAPIV3Schema` as given. */
  readonly schema: unknown
  readonly storageVersion: string
  readonly statusSubresource: boolean
  readonly scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string }
  readonly columns: readonly PrinterColumn[]
  readonly selectableFields: readonly string[]
  readonly deprecationWarning?: string
}

/** An additional printer column of a CRD. */
export interface PrinterColumn {
  name: string
  type: string
  jsonPath: string
  priority?: number
  format?: string
  description?: string
}

export interface Resources {
  /** By path: group, version, plural. */
  find(group: string, version: string, plural: string): Resource | undefined
  /** By kind, at the given or the preferred version. */
  ofKind(kind: GroupKind, version?: string): Resource | undefined
  /** Every version of every resource, in order of preference within a group. */
  all(): readonly Resource[]
  /** The versions of what is kept under a key, the preferred first. */
  stored(storageKey: string): readonly Resource[]
  /** Puts the versions of one CRD in place of what was served under its name. */
  setCustom(storageKey: string, versions: readonly Resource[]): void
  removeCustom(storageKey: string): void
  /** Grows with every change: caches of discovery and OpenAPI compare it. */
  readonly generation: number
}

export function storageKeyOf(group: string, plural: string): string {
  return `${group}/${plural}`
}

export function createResources(): Resources {
  const builtin = builtinResources().map(fromFact)
  const custom = new Map<string, readonly Resource[]>()
  let generation = 0
  let all: readonly Resource[] = []
  let byPath = new Map<string, Resource>()
  let byKind = new Map<string, Resource[]>()
  let byStorage = new Map<string, Resource[]>()

  function rebuild(): void {
    generation++
    all = [...builtin, ...[...custom.values()].flat()]
    byPath = new Map(all.map((resource) => [`${resource.group}/${resource.version}/${resource.plural}`, resource]))
    byKind = Map.groupBy(all, (resource) => `${resource.group}/${resource.kind}`)
    byStorage = Map.groupBy(all, (resource) => resource.storageKey)
  }
  rebuild()

  return {
    find: (group, version, plural) => byPath.get(`${group}/${version}/${plural}`),
    ofKind(kind, version) {
      const candidates = byKind.get(`${kind.group}/${kind.kind}`)
      return version === undefined ? candidates?.[0] : candidates?.find((one) => one.version === version)
    },
    all: () => all,
    stored: (storageKey) => byStorage.get(storageKey) ?? [],
    setCustom(storageKey, versions) {
      custom.set(storageKey, versions)
      rebuild()
    },
    removeCustom(storageKey) {
      if (custom.delete(storageKey)) rebuild()
    },
    get generation() {
      return generation
    },
  }
}

function fromFact(fact: ReturnType<typeof builtinResources>[number]): Resource {
  let type: StructNode | undefined
  return {
    group: fact.group,
    version: fact.version,
    kind: fact.kind,
    plural: fact.plural,
    singular: fact.singular,
    listKind: `${fact.kind}List`,
    namespaced: fact.namespaced,
    verbs: fact.verbs,
    shortNames: fact.shortNames ?? [],
    categories: fact.categories ?? [],
    subresources: fact.subresources ?? [],
    get type() {
      type ??= builtinType(fact.type)
      return type
    },
    storageKey: storageKeyOf(fact.group, fact.plural),
  }
}

/** `apps/v1` of a resource. */
export function groupVersion(resource: Pick<Resource, 'group' | 'version'>): string {
  return apiVersionOf(resource.group, resource.version)
}

/** True when status is written through its own subresource. */
export function hasStatus(resource: Resource): boolean {
  return resource.subresources.some((subresource) => subresource.name === 'status')
}
