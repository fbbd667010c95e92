import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, configMap, startApi } from './testing/api.ts'

const PATH = '/api/v1/namespaces/default/configmaps'
const YAML = 'application/yaml'
const PROTOBUF = 'application/vnd.kubernetes.protobuf'

let api: Api
const defects: unknown[] = []
beforeAll(async () => {
  api = await startApi({ logger: { warn: (details) => defects.push(details) } })
})
afterAll(async () => {
  expect(defects).toEqual([])
  await api[Symbol.asyncDispose]()
})

const nested = (depth: number, open: string, close: string) => `${open.repeat(depth)}1${close.repeat(depth)}`
const UNRECOGNIZED = 'the object provided is unrecognized (must be of type ConfigMap): '

test.each([
  ['nothing', '', undefined, 400, 'unexpected end of JSON input (<empty>)'],
  [
    'half an object',
    '{"kind": "ConfigMap",',
    undefined,
    400,
    `${UNRECOGNIZED}couldn't get version/kind; json parse error: unexpected end of JSON input ({"kind": "ConfigMap",)`,
  ],
  ['a stray character', '{"kind": ConfigMap}', undefined, 400, "invalid character 'C' looking for beginning of value"],
  ['a missing comma', '{"a": 1 "b": 2}', undefined, 400, `invalid character '"' after object key:value pair`],
  [
    'text',
    'hello, this is no JSON at all!!',
    undefined,
    400,
    "invalid character 'h' looking for beginning of value (68656c6c6f2c2074686973206973206e6f204a534f4e20617420616c6c21 ...)",
  ],
  ['a list', '[]', undefined, 400, 'json: cannot unmarshal array into Go value of type struct'],
  ['a string', '"x"', undefined, 400, 'json: cannot unmarshal string into Go value of type struct'],
  [
    'a wrong type',
    { ...configMap('w'), data: { k: 1 } },
    undefined,
    400,
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field',
  ],
  [
    'metadata that is text',
    { kind: 'ConfigMap', apiVersion: 'v1', metadata: 'x' },
    undefined,
    400,
    'cannot unmarshal string',
  ],
  ['deep nesting', nested(5_000, '{"a":', '}'), undefined, 400, 'exceeded max depth'],
  ['deep lists', nested(100_000, '[', ']'), undefined, 400, 'exceeded max depth'],
  ['deep YAML', nested(5_000, '{a: ', '}'), YAML, 400, 'exceeded max depth'],
  ['broken YAML', 'kind: ConfigMap\n  metadata: [', YAML, 400, 'yaml: line 2'],
  ['YAML that is a text', 'just words', YAML, 400, 'json: cannot unmarshal string into Go value of type struct'],
  [
    'a form',
    'a=b',
    'application/x-www-form-urlencoded',
    415,
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  ],
  ['plain text', '{}', 'text/plain', 415, 'the body of the request was in an unknown format'],
  [
    'JSON called protobuf',
    configMap('x'),
    PROTOBUF,
    400,
    'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
  ],
  ['half a protobuf', Buffer.from('6b3873000a0f0a027631', 'hex'), PROTOBUF, 400, 'unexpected EOF'],
  ['random protobuf', Buffer.from('6b387300ffffffffffffffffffffffff', 'hex'), PROTOBUF, 400, 'proto: integer overflow'],
])('create from %s', async (_, body, type, code, message) => {
  const reply = await api.call('POST', PATH, { body, ...(type !== undefined && { type }) })
  expect(reply).toMatchObject({ code, body: { kind: 'Status', status: 'Failure', code } })
  expect(reply.body.message).toContain(message)
})

test('a body in YAML is read as kubectl reads it', async () => {
  const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-yaml}\ndata:\n  a: "1"\n  b: |\n    two\n'
  const reply = await api.call('POST', PATH, { body, type: `${YAML}; charset=utf-8` })
  expect(reply).toMatchObject({ code: 201, body: { data: { a: '1', b: 'two\n' } } })
})

test('three MiB are taken, one byte more is 413', async () => {
  const padded = (size: number) => {
    const text = JSON.stringify(configMap('big', { k: 'v' }))
    return `${text}${' '.repeat(size - text.length)}`
  }
  const limit = 3 * 1024 * 1024
  expect((await api.call('POST', PATH, { body: padded(limit) })).code).toBe(201)
  expect(await api.call('POST', PATH, { body: padded(limit + 1) })).toMatchObject({
    code: 413,
    headers: { connection: 'close' },
    body: { reason: 'RequestEntityTooLarge', message: `Request entity too large: limit is ${limit}` },
  })
})

test.each([
  ['GET', '/api/v1/nonsense', 404, 'NotFound'],
  ['GET', '/api/v1/namespaces/default/nodes', 404, 'NotFound'],
  ['GET', `${PATH}/kube/nothing`, 404, 'NotFound'],
  ['GET', '/api/v1/namespaces/%E0%A4%A/pods', 400, 'BadRequest'],
  ['POST', `${PATH}/name`, 405, 'MethodNotAllowed'],
  ['PATCH', PATH, 405, 'MethodNotAllowed'],
  ['HEAD', PATH, 405, undefined],
  ['GET', '/api/v1/bindings', 404, 'NotFound'],
  ['POST', '/api/v1/configmaps', 405, 'MethodNotAllowed'],
  ['OPTIONS', PATH, 405, 'MethodNotAllowed'],
  ['PUT', '/api/v1/namespaces', 405, 'MethodNotAllowed'],
  ['DELETE', '/api/v1/namespaces', 405, 'MethodNotAllowed'],
])('%s %s is %i', async (method, path, code, reason) => {
  const reply = await api.call(method, path)
  expect(reply.code).toBe(code)
  if (reason !== undefined) expect(reply.body).toMatchObject({ kind: 'Status', code, reason })
})

test.each(['/apis/none.example.com/v1/things', '/apis/none.example.com', '/somewhere', '/healthz/nothing'])(
  '%s is outside every API: a page that is not there',
  async (path) => {
    expect(await api.call('GET', path)).toMatchObject({ code: 404, text: '404 page not found\n' })
  },
)

test('keys that are special to JavaScript are data', async () => {
  const text =
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"proto"},"data":{"constructor":"c","toString":"t"}}'
  expect((await api.call('POST', PATH, { body: text })).body.data).toEqual({ constructor: 'c', toString: 't' })
  const patch = '{"metadata":{"annotations":{"__proto__":"x"}},"__proto__":{"polluted":"yes"}}'
  await api.call('PATCH', `${PATH}/proto`, { body: patch, type: 'application/merge-patch+json' })
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('apply refuses what is no configuration', async () => {
  const apply = (body: string, query = '?fieldManager=me') =>
    api.call('PATCH', `${PATH}/applied${query}`, { body, type: 'application/apply-patch+yaml' })
  expect((await apply('[]')).body).toMatchObject({
    code: 400,
    message: 'error decoding YAML: json: cannot unmarshal array into Go value of type map[string]interface {}',
  })
  expect((await apply('a: [')).body).toMatchObject({
    code: 400,
    message: expect.stringContaining('error decoding YAML: yaml: '),
  })
  expect((await apply('{}', '')).body).toMatchObject({
    code: 422,
    message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  })
})

test('clients that hang up in the middle of a body, and talk no HTTP, harm nobody', async () => {
  const { hostname, port } = new URL(api.sandbox.url)
  const raw = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(text, () => socket.destroy()))
      socket.on('close', () => resolve()).on('error', reject)
    })
  const head = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.sandbox.token}\r\nContent-Type: application/json\r\n`
  await raw(`${head}Content-Length: 1000\r\n\r\n{"kind":`)
  await raw(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)
  await raw('\x16\x03\x01\x00\xa5')
  expect((await api.call('GET', '/readyz')).text).toBe('ok')
})
