/** The OpenAPI 3.1 document, made from the routes and schemas themselves. Pure. */
import { z } from 'zod'
import type { Answer, Route } from './route.ts'
import { applicationRoutes } from './routes/applications.ts'
import { recordRoutes } from './routes/records.ts'
import { components } from './schemas.ts'
import { StreamQuery, streamPath } from './stream.ts'
import { webhookPath } from './webhook.ts'

type Json = Record<string, unknown>

const schemaRef = (name: string) => `#/components/schemas/${name}`

/** Generated anew on each call; the server keeps the first. */
export function openApiDocument(version: string): Json {
  const named = z.registry<{ id: string }>()
  const names = new Map<z.ZodType, string>()
  for (const [name, schema] of Object.entries(components)) {
    named.add(schema, { id: name })
    names.set(schema, name)
  }
  const { schemas } = z.toJSONSchema(named, { uri: schemaRef })
  const paths: Record<string, Json> = {}
  for (const route of [...applicationRoutes, ...recordRoutes]) {
    const path = `/api/v1${route.path}`
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, names) }
  }
  paths[streamPath] = { get: streamOperation() }
  paths[webhookPath] = { post: webhookOperation() }
  return {
    openapi: '3.1.0',
    info: { title: 'Halcyon', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutIds(schema)])),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  }
}

function operationOf(route: Route, names: ReadonlyMap<z.ZodType, string>): Json {
  const parameters = [...pathParameters(route.path), ...queryParameters(route.query)]
  return {
    summary: route.summary,
    operationId: operationId(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: inline(route.body, 'input') } } } }),
    responses: {
      [route.answer.status ?? 200]: responseOf(route.answer, names),
      default: {
        description: 'What went wrong',
        content: { 'application/problem+json': { schema: { $ref: schemaRef('Problem') } } },
      },
    },
  }
}

function responseOf({ description, schema, list, contentType }: Answer, names: ReadonlyMap<z.ZodType, string>): Json {
  if (contentType !== undefined) return { description, content: { [contentType]: { schema: { type: 'string' } } } }
  if (list !== undefined) {
    const items = { type: 'array', items: { $ref: schemaRef(names.get(list) ?? '') } }
    const page = {
      type: 'object',
      required: ['items'],
      properties: { items, cursor: { type: 'string' }, total: { type: 'integer' } },
    }
    return { description, content: { 'application/json': { schema: page } } }
  }
  if (schema === undefined) return { description }
  return { description, content: { 'application/json': { schema: { $ref: schemaRef(names.get(schema) ?? '') } } } }
}

function streamOperation(): Json {
  const lastEventId = { name: 'Last-Event-ID', in: 'header', schema: { type: 'integer' } }
  return {
    summary: 'The event log as server-sent events: `id` is `seq`, `data` an Event as JSON',
    operationId: 'streamEvents',
    parameters: [...queryParameters(StreamQuery), lastEventId],
    responses: { 200: { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } } },
  }
}

function webhookOperation(): Json {
  const schema = {
    type: 'object',
    properties: { repository: { description: 'A URL, or the repository of a Git host’s push notification' } },
  }
  return {
    summary: 'A push notification of a Git host, or {"repository": URL}; signed when a secret is configured',
    operationId: 'webhook',
    security: [],
    requestBody: { content: { 'application/json': { schema } } },
    responses: {
      202: {
        description: 'How many repositories were woken',
        content: { 'application/json': { schema: { $ref: schemaRef('Woken') } } },
      },
    },
  }
}

/** `POST /applications/{name}/sync` is postApplicationsSync. */
function operationId({ method, path }: Route): string {
  const words = path.split('/').filter((part) => part !== '' && !part.startsWith('{'))
  const one = path.endsWith('{name}') ? 'One' : ''
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('') + one
}

function pathParameters(path: string): Json[] {
  return path.includes('{name}') ? [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }] : []
}

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (query === undefined) return []
  const { properties = {} } = inline(query, 'output') as { properties?: Record<string, Json> }
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }))
}

function inline(schema: z.ZodType, io: 'input' | 'output'): Json {
  return withoutIds(z.toJSONSchema(schema, { io }))
}

function withoutIds(schema: Json): Json {
  const { $schema, $id, ...rest } = schema
  return rest
}
