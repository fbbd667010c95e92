/** The Swagger 2.0 document of everything that is served, made from the OpenAPI v3 ones. For clients that still ask. Pure. */
import { GIT_VERSION } from './discovery.ts'
import { openApiDocument } from './openapi.ts'
import type { Resource } from './resources.ts'
import { type Data, dataAt, isData } from './values.ts'

export function swaggerDocument(resources: readonly Resource[]): Data {
  const definitions: Data = {}
  for (const key of new Set(resources.map((resource) => `${resource.group}/${resource.version}`))) {
    const [group = '', version = ''] = key.split('/')
    const schemas = dataAt(openApiDocument(resources, group, version), 'components', 'schemas')
    for (const name in schemas) definitions[name] = converted(schemas[name])
  }
  return { swagger: '2.0', info: { title: 'Kubernetes', version: GIT_VERSION }, paths: {}, definitions }
}

/** Swagger has no oneOf, and a reference stands alone. */
function converted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(converted)
  if (!isData(value)) return value
  const [only] = Array.isArray(value['allOf']) ? value['allOf'] : []
  const reference = isData(only) ? only['$ref'] : value['$ref']
  if (typeof reference === 'string') return { $ref: reference.replace('#/components/schemas/', '#/definitions/') }
  const { oneOf, ...rest } = value
  const result: Data = Array.isArray(oneOf) ? { type: 'string' } : {}
  for (const key in rest) result[key] = converted(rest[key])
  return result
}
