/** OpenAPI v3 documents, one per group and version, made from the types: enough for kubectl's apply, diff and explain. Pure. */
import { GIT_VERSION } from './discovery.ts'
import { groupVersion, type Resource } from './resources.ts'
import type { Field, ScalarType, StructNode, TypeNode } from './schema/types.ts'
import { type Data, isData } from './values.ts'

/** /openapi/v3: where the documents are. `generation` changes the address when they change. */
export function openApiIndex(resources: readonly Resource[], generation: number): Data {
  const paths: Data = {}
  for (const resource of resources) {
    const path = pathOf(resource)
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${generation}` }
  }
  return { paths }
}

function pathOf(resource: Pick<Resource, 'group' | 'version'>): string {
  return resource.group === '' ? `api/${resource.version}` : `apis/${resource.group}/${resource.version}`
}

/** /openapi/v3/apis/GROUP/VERSION; undefined when there is no such version. */
export function openApiDocument(resources: readonly Resource[], group: string, version: string): Data | undefined {
  const members = resources.filter((resource) => resource.group === group && resource.version === version)
  if (members.length === 0) return undefined
  const schemas: Data = {}
  const paths: Data = {}
  for (const resource of members) {
    const name = schemaName(resource)
    const gvk = { group: resource.group, version: resource.version, kind: resource.kind }
    schemas[name] = { ...rootSchema(resource, schemas), 'x-kubernetes-group-version-kind': [gvk] }
    addPaths(paths, resource, gvk, name)
  }
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: GIT_VERSION }, paths, components: { schemas } }
}

function schemaName(resource: Resource): string {
  return resource.custom === undefined
    ? fullName(resource.type.name)
    : [...resource.group.split('.').reverse(), resource.version, resource.kind].join('.')
}

/** The names under which clients know built-in types. */
function fullName(short: string): string {
  return short.startsWith('meta.') ? `io.k8s.apimachinery.pkg.apis.${short}` : `io.k8s.api.${short}`
}

function rootSchema(resource: Resource, schemas: Data): Data {
  if (resource.custom === undefined) {
    collect(resource.type, schemas)
    return schemas[fullName(resource.type.name)] as Data
  }
  collect(resource.type.fields.get('metadata')!.type, schemas)
  const given = isData(resource.custom.schema)
    ? resource.custom.schema
    : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const properties = isData(given['properties']) ? given['properties'] : {}
  return {
    ...given,
    properties: {
      ...properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { allOf: [{ $ref: `#/components/schemas/${fullName('meta.v1.ObjectMeta')}` }] },
    },
  }
}

function collect(type: TypeNode, schemas: Data): Data {
  switch (type.kind) {
    case 'any':
      return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
    case 'scalar':
      return LEAVES[type.type] === undefined ? scalarSchema(type.type) : leafReference(type.type, schemas)
    case 'list':
      return {
        type: 'array',
        items: collect(type.items, schemas),
        'x-kubernetes-list-type': type.listType,
        ...(type.keys.length > 0 && { 'x-kubernetes-list-map-keys': type.keys }),
        ...(type.mergeKey !== '' && { 'x-kubernetes-patch-merge-key': type.mergeKey }),
        ...(type.patchMerge && { 'x-kubernetes-patch-strategy': 'merge' }),
      }
    case 'map':
      return { type: 'object', additionalProperties: collect(type.values, schemas) }
    default:
      return structReference(type, schemas)
  }
}

function structReference(type: StructNode, schemas: Data): Data {
  const name = fullName(type.name)
  if (schemas[name] === undefined) {
    const properties: Data = {}
    const schema: Data = { type: 'object', properties }
    schemas[name] = schema
    if (type.atomic) schema['x-kubernetes-map-type'] = 'atomic'
    if (type.required.size > 0) schema['required'] = [...type.required]
    for (const [field, one] of type.fields) properties[field] = fieldSchema(one, schemas)
  }
  return { $ref: `#/components/schemas/${name}` }
}

function fieldSchema(field: Field, schemas: Data): Data {
  const schema = collect(field.type, schemas)
  const wrapped: Data = '$ref' in schema ? { allOf: [schema] } : schema
  if (field.byValue) wrapped['default'] = {}
  if (field.default !== undefined) wrapped['default'] = field.default
  if (field.retainKeys) {
    const merges = field.type.kind === 'list' && field.type.patchMerge
    wrapped['x-kubernetes-patch-strategy'] = merges ? 'merge,retainKeys' : 'retainKeys'
  }
  return wrapped
}

/** Scalars that clients know by name. */
const LEAVES: Partial<Record<ScalarType, string>> = {
  time: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
}

function leafReference(type: ScalarType, schemas: Data): Data {
  const name = LEAVES[type]!
  schemas[name] ??= scalarSchema(type)
  return { $ref: `#/components/schemas/${name}` }
}

function scalarSchema(type: ScalarType): Data {
  switch (type) {
    case 'integer':
      return { type: 'integer' }
    case 'number':
      return { type: 'number' }
    case 'boolean':
      return { type: 'boolean' }
    case 'time':
      return { type: 'string', format: 'date-time' }
    case 'bytes':
      return { type: 'string', format: 'byte' }
    case 'intOrString':
      return { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' }
    case 'quantity':
      return { oneOf: [{ type: 'string' }, { type: 'number' }] }
    default:
      return { type: 'string' }
  }
}

const QUERY = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
  name,
  in: 'query',
  schema: { type: name === 'force' ? 'boolean' : 'string' },
}))

/** Clients look here for which patches a kind takes and whether it can be validated by the server. */
function addPaths(paths: Data, resource: Resource, gvk: Data, name: string): void {
  const base = resource.group === '' ? `/api/${resource.version}` : `/apis/${groupVersion(resource)}`
  const collection = `${base}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}`
  const answer = {
    responses: {
      200: { description: 'OK', content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } },
    },
  }
  const patches = ['json-patch+json', 'merge-patch+json', 'apply-patch+yaml']
  if (resource.custom === undefined) patches.push('strategic-merge-patch+json')
  const operation = (action: string): Data => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
    parameters: action === 'get' || action === 'list' ? [] : QUERY,
    ...answer,
  })
  paths[collection] = { get: operation('list'), post: operation('post') }
  paths[`${collection}/{name}`] = {
    get: operation('get'),
    put: operation('put'),
    delete: operation('delete'),
    patch: {
      ...operation('patch'),
      requestBody: {
        content: Object.fromEntries(patches.map((type) => [`application/${type}`, { schema: { type: 'object' } }])),
      },
    },
  }
}
