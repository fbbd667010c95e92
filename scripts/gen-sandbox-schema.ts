/**
 * Makes src/sandbox/schema/builtin.generated.json from Kubernetes' own API description. Effects: reads a directory, writes one file.
 *
 * Usage: node scripts/gen-sandbox-schema.ts DIR MODULES VERSION
 * DIR is the `api` directory of a Kubernetes source tree (it holds `openapi-spec/v3` and `discovery`); MODULES is the folder that holds
 * its Go modules as `api@VERSION` and so on (`$(go env GOMODCACHE)/k8s.io`), VERSION theirs (v0.35.4). The Go types say what OpenAPI
 * does not: which fields are pointers, and which are on the wire even when they are zero.
 *
 * Only facts are kept (names, types, references, list and map types, merge keys, defaults); no descriptions. See src/sandbox/schema/facts.ts.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FieldFact, ResourceFact, SchemaFacts, TypeFact } from '../src/sandbox/schema/facts.ts'
import { type GoField, type GoStruct, readGoStructs } from './sandbox-schema/go-structs.ts'

interface OpenApiSchema {
  $ref?: string
  allOf?: { $ref: string }[]
  oneOf?: unknown[]
  type?: string
  format?: string
  default?: unknown
  properties?: Record<string, OpenApiSchema>
  additionalProperties?: OpenApiSchema
  items?: OpenApiSchema
  required?: string[]
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-map-type'?: 'atomic' | 'granular'
  'x-kubernetes-patch-merge-key'?: string
  'x-kubernetes-patch-strategy'?: string
}

interface DiscoveryKind {
  group: string
  version: string
  kind: string
}

interface DiscoveryResource {
  resource: string
  responseKind: DiscoveryKind
  scope: string
  singularResource: string
  verbs: string[]
  shortNames?: string[]
  categories?: string[]
  subresources?: { subresource: string; responseKind: DiscoveryKind; verbs: string[] }[]
}

interface AggregatedDiscovery {
  items: { metadata: { name?: string }; versions: { version: string; resources: DiscoveryResource[] }[] }[]
}

interface CoreDiscovery {
  resources: {
    name: string
    kind: string
    group?: string
    version?: string
    namespaced: boolean
    singularName: string
    verbs: string[]
    shortNames?: string[]
    categories?: string[]
  }[]
}

/** Alpha and beta versions are left out: no cluster serves them by default. */
const STABLE = /^v\d+$/

/** Groups whose every object is about the API server's own machinery, which the sandbox does not have. */
const LEFT_OUT = new Set(['internal.apiserver.k8s.io', 'storagemigration.k8s.io'])

function main(directory: string, structs: Map<string, GoStruct>): void {
  const schemas = readSchemas(join(directory, 'openapi-spec', 'v3'))
  const resources = [...coreResources(directory), ...groupResources(directory)]
  const types: Record<string, TypeFact> = {}
  const kindTypes: Record<string, string> = {}
  for (const [name, { gvks }] of schemas) {
    for (const gvk of gvks) kindTypes[`${gvk.group}/${gvk.version}/${gvk.kind}`] = name
  }
  for (const resource of resources) {
    const wanted = [
      `${resource.group}/${resource.version}/${resource.kind}`,
      ...(resource.subresources ?? []).map((sub) => `${sub.group}/${sub.version}/${sub.kind}`),
    ]
    for (const [index, key] of wanted.entries()) {
      const name = kindTypes[key]
      if (name === undefined) {
        if (index === 0) throw new Error(`Cannot find the schema of ${key}`)
        continue
      }
      if (index === 0) resource.type = shorten(name)
      collect(name, schemas, types)
    }
  }
  collect('io.k8s.apimachinery.pkg.apis.meta.v1.Status', schemas, types)
  for (const [name, fact] of Object.entries(types)) {
    const struct = structs.get(name)
    if (struct === undefined) console.warn(`no Go type of ${name}`)
    else addWire(fact, struct)
  }
  const facts: SchemaFacts = { resources, types: sorted(types) }
  const file = join(import.meta.dirname, '..', 'src', 'sandbox', 'schema', 'builtin.generated.json')
  writeFileSync(file, `${JSON.stringify(facts)}\n`)
  console.log(`${resources.length} resources, ${Object.keys(types).length} types`)
}

interface NamedSchema {
  schema: OpenApiSchema
  gvks: DiscoveryKind[]
}

function readSchemas(directory: string): Map<string, NamedSchema> {
  const schemas = new Map<string, NamedSchema>()
  for (const file of readdirSync(directory).filter((name) => /^apis?__.*_openapi\.json$/.test(name))) {
    const document = JSON.parse(readFileSync(join(directory, file), 'utf8')) as {
      components?: { schemas?: Record<string, OpenApiSchema & { 'x-kubernetes-group-version-kind'?: DiscoveryKind[] }> }
    }
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
      schemas.set(name, { schema, gvks: schema['x-kubernetes-group-version-kind'] ?? [] })
    }
  }
  return schemas
}

function coreResources(directory: string): ResourceFact[] {
  const list = JSON.parse(readFileSync(join(directory, 'discovery', 'api__v1.json'), 'utf8')) as CoreDiscovery
  const facts = new Map<string, ResourceFact>()
  for (const entry of list.resources) {
    const [plural = '', sub] = entry.name.split('/')
    if (sub === undefined) {
      facts.set(plural, {
        group: '',
        version: 'v1',
        kind: entry.kind,
        plural,
        singular: entry.singularName,
        namespaced: entry.namespaced,
        verbs: entry.verbs,
        ...(entry.shortNames && { shortNames: entry.shortNames }),
        ...(entry.categories && { categories: entry.categories }),
        type: '',
      })
      continue
    }
    const parent = facts.get(plural)
    if (parent === undefined) continue
    parent.subresources ??= []
    parent.subresources.push({
      name: sub,
      group: entry.group ?? '',
      version: entry.version ?? 'v1',
      kind: entry.kind,
      verbs: entry.verbs,
    })
  }
  return [...facts.values()]
}

function groupResources(directory: string): ResourceFact[] {
  const text = readFileSync(join(directory, 'discovery', 'aggregated_v2.json'), 'utf8')
  const discovery = JSON.parse(text) as AggregatedDiscovery
  const facts: ResourceFact[] = []
  for (const item of discovery.items) {
    const group = item.metadata.name ?? ''
    if (LEFT_OUT.has(group)) continue
    for (const { version, resources } of item.versions.filter((entry) => STABLE.test(entry.version))) {
      for (const entry of resources) {
        facts.push({
          group,
          version,
          kind: entry.responseKind.kind,
          plural: entry.resource,
          singular: entry.singularResource,
          namespaced: entry.scope === 'Namespaced',
          verbs: entry.verbs,
          ...(entry.shortNames && { shortNames: entry.shortNames }),
          ...(entry.categories && { categories: entry.categories }),
          ...(entry.subresources && {
            subresources: entry.subresources.map((sub) => ({
              name: sub.subresource,
              group: sub.responseKind.group || group,
              version: sub.responseKind.version || version,
              kind: sub.responseKind.kind,
              verbs: sub.verbs,
            })),
          }),
          type: '',
        })
      }
    }
  }
  return facts
}

function collect(name: string, schemas: Map<string, NamedSchema>, types: Record<string, TypeFact>): void {
  const short = shorten(name)
  if (types[short] !== undefined || leafOf(name) !== undefined) return
  const schema = schemas.get(name)?.schema
  if (schema === undefined) throw new Error(`Cannot find the schema ${name}`)
  const fact: TypeFact = { f: {} }
  types[short] = fact
  if (schema.required) fact.r = schema.required
  if (schema['x-kubernetes-map-type'] === 'atomic') fact.a = 1
  for (const [field, property] of Object.entries(schema.properties ?? {})) {
    fact.f[field] = fieldOf(property, (next) => collect(next, schemas, types))
  }
}

const STRUCT_LEAVES = new Set<unknown>(['t', 'q', 'x'])

/** What Go's encoding makes of zero values, and the names of Go types that messages tell. */
function addWire(fact: TypeFact, struct: GoStruct): void {
  const pointers: string[] = []
  const always: string[] = []
  const names: Record<string, string> = {}
  for (const [field, go] of struct.fields) {
    if (!(field in fact.f)) continue
    if (go.pointer) pointers.push(field)
    // Go never leaves out a struct for being empty, and times, quantities and ports by number or name are structs.
    else if (!go.omitZero && (!go.omitEmpty || STRUCT_LEAVES.has(fact.f[field]))) always.push(field)
    const name = goName(go, struct)
    if (name !== undefined) names[field] = name
  }
  if (pointers.length > 0) fact.p = pointers
  if (always.length > 0) fact.z = always
  if (Object.keys(names).length > 0) fact.g = names
}

/** The type as Go's JSON decoder names it; undefined for the usual ones. */
function goName(go: GoField, struct: GoStruct): string | undefined {
  const type = go.type.replace(/^\*/, '')
  if (['string', 'int32', 'bool'].includes(type)) return undefined
  if (/^(int64|uint64|float64|uint32|int|int16|byte)$/.test(type) || type.startsWith('[]byte'))
    return type.replace('byte', 'uint8')
  return type.replace(/\b([A-Z]\w*)/g, (name, _text, at: number) =>
    type[at - 1] === '.' ? name : `${struct.package}.${name}`,
  )
}

function fieldOf(schema: OpenApiSchema, need: (name: string) => void): FieldFact {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref
  if (reference !== undefined) {
    const name = reference.slice(reference.lastIndexOf('/') + 1)
    const leaf = leafOf(name)
    if (leaf !== undefined) return leaf
    need(name)
    const atomic = schema['x-kubernetes-map-type'] === 'atomic'
    const zero = schema.default !== undefined
    return atomic ? { s: `${zero ? '!' : '@'}${shorten(name)}`, a: 1 } : `${zero ? '!' : '@'}${shorten(name)}`
  }
  if (schema.type === 'array') {
    const list: Extract<FieldFact, { l: unknown }> = { l: fieldOf(schema.items ?? {}, need) }
    const type = schema['x-kubernetes-list-type']
    if (type !== undefined && type !== 'atomic') list.t = type
    if (schema['x-kubernetes-list-map-keys']) list.k = schema['x-kubernetes-list-map-keys']
    if (schema['x-kubernetes-patch-merge-key']) list.m = schema['x-kubernetes-patch-merge-key']
    if (schema['x-kubernetes-patch-strategy']) list.p = schema['x-kubernetes-patch-strategy']
    return list
  }
  if (schema.additionalProperties !== undefined) {
    const value = fieldOf(schema.additionalProperties, need)
    return schema['x-kubernetes-map-type'] === 'atomic' ? { v: value, a: 1 } : { v: value }
  }
  const scalar = scalarOf(schema)
  const fallback = schema.default
  // A default of '' or 0 only says that the Go field is no pointer.
  return fallback !== undefined && fallback !== '' && fallback !== 0 && fallback !== false && scalar !== '*'
    ? { s: scalar, d: fallback }
    : scalar
}

function scalarOf(schema: OpenApiSchema): string {
  if (schema.format === 'int-or-string') return 'x'
  switch (schema.type) {
    case 'string':
      return schema.format === 'byte' ? 'y' : schema.format === 'date-time' ? 't' : 's'
    case 'integer':
      return 'i'
    case 'number':
      return 'n'
    case 'boolean':
      return 'b'
    default:
      return '*'
  }
}

/** Definitions that are scalars or free-form on the wire. */
function leafOf(name: string): string | undefined {
  switch (name.slice(name.lastIndexOf('.') + 1)) {
    case 'Quantity':
      return 'q'
    case 'IntOrString':
      return 'x'
    case 'Time':
    case 'MicroTime':
      return 't'
    case 'Duration':
      return 's'
    case 'RawExtension':
    case 'FieldsV1':
    case 'JSON':
    case 'JSONSchemaProps':
    case 'JSONSchemaPropsOrBool':
    case 'JSONSchemaPropsOrArray':
    case 'JSONSchemaPropsOrStringArray':
    case 'CustomResourceSubresourceStatus':
      return '*'
    default:
      return undefined
  }
}

/** `io.k8s.api.apps.v1.Deployment` -> `apps.v1.Deployment`: shorter, still unique. */
function shorten(name: string): string {
  return name.replace(
    /^io\.k8s\.(api\.|apimachinery\.pkg\.apis\.|apiextensions-apiserver\.pkg\.apis\.|kube-aggregator\.pkg\.apis\.)/,
    '',
  )
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const [, , directory, modules, version] = process.argv
if (directory === undefined || modules === undefined || version === undefined) {
  console.error('Usage: node scripts/gen-sandbox-schema.ts DIR MODULES VERSION')
  process.exitCode = 2
} else main(directory, readGoStructs(modules, version))
