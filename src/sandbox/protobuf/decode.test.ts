import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Api, startApi } from '../testing/api.ts'
import { isData } from '../values.ts'
import { decodeMessage, readEnvelope } from './decode.ts'
import { WireError } from './wire.ts'

interface Case {
  type: string
  /** Base64. */
  proto: string
  json: Record<string, unknown>
}

/** Objects with every field filled at random, written by Kubernetes' own Go types both ways. */
const cases = JSON.parse(readFileSync(new URL('./testdata/encoded.json', import.meta.url), 'utf8')) as Case[]

/** Go writes an empty list that is required as null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isData(value)) return value
  const entries = Object.entries(value).filter(([, one]) => one !== null)
  return Object.fromEntries(entries.map(([key, one]) => [key, withoutNulls(one)]))
}

describe('what Go writes as protocol buffers is read as what Go writes as JSON', () => {
  test.each(cases)('$type', ({ type, proto, json }) => {
    const { apiVersion, kind, raw } = readEnvelope(Buffer.from(proto, 'base64'))
    expect({ apiVersion, kind, ...decodeMessage(raw, type) }).toEqual(withoutNulls(json))
  })
})

test('every prefix of a message is either read or refused as broken, never anything else', () => {
  for (const { type, proto } of cases) {
    const bytes = Buffer.from(proto, 'base64')
    for (let length = 0; length < bytes.length; length += 7) {
      try {
        decodeMessage(readEnvelope(bytes.subarray(0, length)).raw, type)
      } catch (error) {
        expect(error).toBeInstanceOf(WireError)
      }
    }
  }
})

test('bytes changed at random are read or refused as broken', () => {
  let state = 1
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648)
  for (const { type, proto } of cases) {
    for (let round = 0; round < 50; round++) {
      const bytes = Buffer.from(proto, 'base64')
      bytes[next() % bytes.length] = next() % 256
      try {
        decodeMessage(readEnvelope(bytes).raw, type)
      } catch (error) {
        expect(error).toBeInstanceOf(WireError)
      }
    }
  }
})

describe('over HTTP', () => {
  let api: Api
  beforeAll(async () => {
    api = await startApi()
  })
  afterAll(() => api[Symbol.asyncDispose]())

  /** `name` as the metadata of a message. */
  function envelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
    const typeMeta = Buffer.concat([field(1, Buffer.from(apiVersion)), field(2, Buffer.from(kind))])
    return Buffer.concat([Buffer.from('k8s\0'), field(1, typeMeta), field(2, raw)])
  }
  const field = (number: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes])
  const named = (name: string) => field(1, field(1, Buffer.from(name)))
  const type = 'application/vnd.kubernetes.protobuf'

  test('create, and delete with options', async () => {
    const body = envelope('v1', 'Namespace', named('from-protobuf'))
    const accept = 'application/vnd.kubernetes.protobuf,application/json'
    const reply = await api.call('POST', '/api/v1/namespaces', { body, type, headers: { accept } })
    expect(reply).toMatchObject({ code: 201, body: { kind: 'Namespace', metadata: { name: 'from-protobuf' } } })

    const options = envelope('v1', 'DeleteOptions', field(2, field(1, Buffer.from('other-uid'))))
    expect(await api.call('DELETE', '/api/v1/namespaces/from-protobuf', { body: options, type })).toMatchObject({
      code: 409,
      body: { message: expect.stringContaining('the UID in the precondition (other-uid)') },
    })
  })

  test('custom kinds have no protocol buffers: 415', async () => {
    const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' }
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
    const versions = [{ name: 'v1', served: true, storage: true, schema }]
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: { group: 'example.com', scope: 'Namespaced', names, versions },
    }
    expect(
      (await api.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: crd })).code,
    ).toBe(201)
    await api.clock.advance(1_000)
    const body = envelope('example.com/v1', 'Thing', named('x'))
    expect(await api.call('POST', '/apis/example.com/v1/namespaces/default/things', { body, type })).toMatchObject({
      code: 415,
      body: { reason: 'UnsupportedMediaType' },
    })
  })
})
