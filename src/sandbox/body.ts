/** The body of a request as data: JSON, YAML, or Kubernetes' protocol buffers. Pure. */
import { stringifyJson } from '../kube/json.ts'
import { parseYaml, YamlError } from '../kube/yaml.ts'
import { jsonComplaint } from './json-complaint.ts'
import { decodeMessage, readEnvelope } from './protobuf/decode.ts'
import { WireError } from './protobuf/wire.ts'
import { badRequest, unsupportedMediaType } from './status-error.ts'
import { type Data, isData } from './values.ts'

/** As the API server's limit on bodies. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024

/** Nesting beyond this is refused; the real server's own limit is ten times that, and nobody comes near either. */
const MAX_NESTING = 1_000

export interface Body {
  readonly contentType: string
  readonly body: Buffer
}

/** What the body should hold. */
export interface Expected {
  /** '' where the server's complaints do not name it. */
  readonly kind: string
  /** Name of its message (`core.v1.Pod`); undefined for custom kinds, which have no protocol buffers. */
  readonly message: string | undefined
}

const JSON_TYPE = 'application/json'
const YAML_TYPE = 'application/yaml'
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf'

/** The body as data, its apiVersion and kind as sent. Throws a StatusError: 415 for a format the server does not read, 400 for a body that is broken. */
export function readBody({ contentType, body }: Body, expected: Expected): Data {
  const type = mediaType(contentType)
  const unrecognized = (detail: string) =>
    badRequest(
      expected.kind === ''
        ? detail
        : `the object provided is unrecognized (must be of type ${expected.kind}): ${detail} (${summaryOf(body)})`,
    )
  switch (type) {
    case '':
    case JSON_TYPE:
      return asObject(
        parseJsonBody(body, (text) => unrecognized(`couldn't get version/kind; json parse error: ${text}`)),
      )
    case YAML_TYPE:
      return asObject(parseYamlBody(body, unrecognized))
    case PROTOBUF_TYPE: {
      const data = readProtobuf(body, expected, unrecognized)
      if (data !== undefined) return data
    }
  }
  throw unsupportedMediaType(acceptedTypes(expected))

  function asObject(value: unknown): Data {
    if (value === null || value === undefined) return {}
    if (!isData(value)) {
      const got = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
      throw unrecognized(
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${got} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
      )
    }
    for (const field of ['apiVersion', 'kind']) {
      const given = value[field]
      if (given === undefined || given === null || typeof given === 'string') continue
      const got = Array.isArray(given)
        ? 'array'
        : isData(given)
          ? 'object'
          : typeof given === 'boolean'
            ? 'bool'
            : typeof given
      throw unrecognized(
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${got} into Go struct field .${field} of type string`,
      )
    }
    return value
  }
}

/** `application/json; charset=utf-8` is JSON. */
export function mediaType(header: string): string {
  return (header.split(';')[0] ?? '').trim().toLowerCase()
}

/** JSON that is not too deep; `refuse` makes the error of a text that is none. */
export function parseJsonBody(body: Buffer, refuse: (detail: string) => Error): unknown {
  const text = body.toString('utf8')
  if (nestingOf(text) > MAX_NESTING) throw refuse('exceeded max depth')
  try {
    return JSON.parse(text)
  } catch {
    throw refuse(jsonComplaint(text))
  }
}

/** YAML (or JSON, which is YAML); `refuse` makes the error of a text that is none. */
export function parseYamlBody(body: Buffer, refuse: (detail: string) => Error): unknown {
  const text = body.toString('utf8')
  if (/^\s*\{/.test(text)) {
    try {
      return parseJsonBody(body, refuse)
    } catch {
      // A flow mapping that is YAML only: read below.
    }
  }
  if (nestingOf(text) > MAX_NESTING) throw refuse('yaml: exceeded max depth of 10000')
  try {
    // Through text once more: integers beyond 2^53 become numbers as in JSON bodies, and aliases become copies.
    return JSON.parse(stringifyJson(parseYaml(text).documents[0]?.value ?? null))
  } catch (error) {
    if (error instanceof YamlError) throw refuse(`yaml: line ${error.line}: ${error.message}`)
    throw refuse(`yaml: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function readProtobuf(body: Buffer, expected: Expected, unrecognized: (detail: string) => Error): Data | undefined {
  if (expected.message === undefined) return undefined
  try {
    const { apiVersion, kind, raw } = readEnvelope(body)
    const data = decodeMessage(raw, expected.message)
    if (data === undefined) return undefined
    return { ...(apiVersion !== '' && { apiVersion }), ...(kind !== '' && { kind }), ...data }
  } catch (error) {
    if (error instanceof WireError) throw unrecognized(error.message)
    throw error
  }
}

function acceptedTypes(expected: Expected): string[] {
  return expected.message === undefined ? [JSON_TYPE, YAML_TYPE] : [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE]
}

/** The first bytes as the server shows them in its refusals: as text when they could be JSON, else as digits. */
function summaryOf(body: Buffer): string {
  if (body.length === 0) return '<empty>'
  const shown = body.subarray(0, 30)
  return `${shown.toString(body[0] === 0x7b ? 'utf8' : 'hex')}${body.length > 30 ? ' ...' : ''}`
}

/** How deep brackets nest, whether or not the text is valid: cheap, and no recursion. */
function nestingOf(text: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (quoted) {
      if (code === 0x5c) index++
      else if (code === 0x22) quoted = false
    } else if (code === 0x22) quoted = true
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > deepest) deepest = depth
    } else if (code === 0x7d || code === 0x5d) depth--
  }
  return deepest
}
