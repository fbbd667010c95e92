/**
 * Bodies that Kubernetes' typed clients send as protocol buffers, read into what the same client would have sent as JSON. Pure.
 *
 * kubectl sends them for whatever it makes itself (`create namespace`, `create deployment`, `auth can-i`, `autoscale`, `drain`).
 */
import type { Data } from '../values.ts'
import { isData } from '../values.ts'
import { type Message, messageOf, type WireType } from './messages.ts'
import { WireError, type WireField, wireFields } from './wire.ts'

const PREFIX = Buffer.from('k8s\0')
/** As the JSON and YAML readers of the server have it. */
const MAX_DEPTH = 100

/** The envelope around every object (runtime.Unknown). */
export interface Envelope {
  readonly apiVersion: string
  readonly kind: string
  readonly raw: Buffer
}

/** Throws WireError. */
export function readEnvelope(body: Buffer): Envelope {
  if (!body.subarray(0, PREFIX.length).equals(PREFIX)) {
    const prefix = `[${[...PREFIX].join(' ')}]`
    throw new WireError(`provided data does not appear to be a protobuf message, expected prefix ${prefix}`)
  }
  let apiVersion = ''
  let kind = ''
  let raw: Buffer = Buffer.alloc(0)
  for (const field of wireFields(body.subarray(PREFIX.length))) {
    if (field.number === 2) raw = field.bytes
    if (field.number !== 1) continue
    for (const part of wireFields(field.bytes)) {
      if (part.number === 1) apiVersion = part.bytes.toString('utf8')
      if (part.number === 2) kind = part.bytes.toString('utf8')
    }
  }
  return { apiVersion, kind, raw }
}

/** The object in an envelope as JSON data; `type` names its message (`core.v1.Pod`). Undefined when there is no such message. Throws WireError. */
export function decodeMessage(bytes: Buffer, type: string): Data | undefined {
  const message = messageOf(type)
  if (message === undefined) return undefined
  const data = decodeFields(bytes, message, 0)
  return isData(data) ? data : undefined
}

function decodeFields(bytes: Buffer, message: Message, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new WireError('exceeded max depth')
  const only = message.get(1)
  if (only?.name === '' && only.type.startsWith('[')) {
    const items: unknown[] = []
    for (const field of wireFields(bytes)) if (field.number === 1) addItems(items, field, only.type.slice(1), depth)
    return items
  }
  const result: Data = {}
  for (const field of wireFields(bytes)) {
    const known = message.get(field.number)
    if (known !== undefined) put(result, known.name, known.type, field, depth)
  }
  return result
}

function put(result: Data, name: string, type: WireType, field: WireField, depth: number): void {
  switch (type[0]) {
    case '[': {
      const list = (result[name] ?? []) as unknown[]
      result[name] = list
      addItems(list, field, type.slice(1), depth)
      return
    }
    case '{': {
      const map = (result[name] ?? {}) as Data
      result[name] = map
      const { key, value } = decodeEntry(field.bytes, type.slice(1), depth)
      // A key like __proto__ is data as every other.
      Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
      return
    }
    case '^':
      Object.assign(result, decodeValue(field, type.slice(1), depth))
      return
    case '-': {
      const value = decodeValue(field, type.slice(1), depth)
      if (value === '' || value === 0 || value === false) delete result[name]
      else result[name] = value
      return
    }
    default: {
      const value = decodeValue(field, type, depth)
      if (value !== undefined) result[name] = value
    }
  }
}

function addItems(list: unknown[], field: WireField, type: WireType, depth: number): void {
  if (field.wire === 2 && (type === 'i' || type === 'b')) {
    throw new WireError('proto: packed lists are not used by Kubernetes')
  }
  list.push(decodeValue(field, type, depth))
}

function decodeEntry(bytes: Buffer, type: WireType, depth: number): { key: string; value: unknown } {
  let key = ''
  let value: unknown
  for (const field of wireFields(bytes)) {
    if (field.number === 1) key = field.bytes.toString('utf8')
    if (field.number === 2) value = decodeValue(field, type, depth)
  }
  return { key, value: value ?? (type === 's' || type === 'y' ? '' : type.startsWith('@') ? {} : undefined) }
}

function decodeValue(field: WireField, type: WireType, depth: number): unknown {
  expectWire(field, type)
  switch (type[0]) {
    case 's':
      return field.bytes.toString('utf8')
    case 'i':
      return Number(field.integer)
    case 'b':
      return field.integer !== 0n
    case 'd':
      return field.bytes.readDoubleLE()
    case 'y':
      return field.bytes.toString('base64')
    case 'q':
      return part(field.bytes, 1)?.bytes.toString('utf8') ?? '0'
    case 'x':
      return Number(part(field.bytes, 1)?.integer ?? 0n) === 1
        ? (part(field.bytes, 3)?.bytes.toString('utf8') ?? '')
        : Number(part(field.bytes, 2)?.integer ?? 0n)
    case 't':
    case 'u':
      return decodeTime(field.bytes, type === 'u')
    case 'r':
      return decodeRaw(field.bytes)
    default: {
      const message = messageOf(type.slice(1))
      if (message === undefined) throw new WireError(`no message ${type.slice(1)}`)
      return decodeFields(field.bytes, message, depth + 1)
    }
  }
}

function expectWire(field: WireField, type: WireType): void {
  const wanted = type === 'i' || type === 'b' ? 0 : type === 'd' ? 1 : 2
  if (field.wire !== wanted) throw new WireError(`proto: wrong wireType = ${field.wire} for field ${field.number}`)
}

function part(bytes: Buffer, number: number): WireField | undefined {
  return [...wireFields(bytes)].findLast((field) => field.number === number)
}

/** An empty message is the zero time, which JSON leaves out. */
function decodeTime(bytes: Buffer, micro: boolean): string | undefined {
  if (bytes.length === 0) return undefined
  const seconds = Number(part(bytes, 1)?.integer ?? 0n)
  const nanos = Number(part(bytes, 2)?.integer ?? 0n)
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) throw new WireError(`time ${seconds} is out of range`)
  const whole = date.toISOString().slice(0, 19)
  return micro ? `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z` : `${whole}Z`
}

function decodeRaw(bytes: Buffer): unknown {
  const raw = part(bytes, 1)?.bytes
  if (raw === undefined || raw.length === 0) return undefined
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch {
    throw new WireError('raw data is no JSON')
  }
}
