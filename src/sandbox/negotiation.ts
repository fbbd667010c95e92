/** What a caller accepts, and which of it the server can make. Pure. */
import { StatusError } from './status-error.ts'

export interface Representation {
  format: 'json' | 'yaml'
  /** '' for objects as they are, else a kind of meta.k8s.io/v1: `Table`, `PartialObjectMetadata`, `PartialObjectMetadataList`. */
  as: string
}

const PLAIN: Representation = { format: 'json', as: '' }
const FORMATS: Record<string, Representation['format']> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/*': 'json',
  '*/*': 'json',
}
const CONVERSIONS = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'])

/** Clients send the same few headers again and again. */
const known = new Map<string, Representation | undefined>()

/** The first of the caller's wishes that can be met; undefined when there is none. */
export function negotiate(accept: string): Representation | undefined {
  if (accept === '') return PLAIN
  if (known.has(accept)) return known.get(accept)
  const choice = choose(accept)
  if (known.size < 200) known.set(accept, choice)
  return choice
}

/** As negotiate, but throws 406: in the words of the real server, which checks the formats first and then the conversion. */
export function requireRepresentation(accept: string): Representation {
  const choice = negotiate(accept)
  if (choice !== undefined) return choice
  if (accept.split(',').some((text) => SERVED.includes(clauseOf(text).type))) {
    throw new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${SERVED.join(', ')}`)
  }
  const streams = ['application/json', 'application/vnd.kubernetes.protobuf'].map((type) => `${type};stream=watch`)
  const available = [...SERVED, ...streams].join(', ')
  throw new StatusError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${available}`, {})
}

/** What the real server serves; of these the sandbox writes no protocol buffers. */
const SERVED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

function choose(accept: string): Representation | undefined {
  const clauses = accept.split(',').map((text, index) => ({ ...clauseOf(text), index }))
  clauses.sort((a, b) => b.quality - a.quality || a.index - b.index)
  for (const { type, parameters } of clauses) {
    const format = FORMATS[type]
    if (format === undefined) continue
    const as = parameters.get('as') ?? ''
    if (as === '') return { format, as }
    // A table for humans is drawn from meta.k8s.io/v1; the beta version has the same fields.
    if (CONVERSIONS.has(as) && parameters.get('g') === 'meta.k8s.io') return { format, as }
  }
  return undefined
}

function clauseOf(text: string): { type: string; parameters: Map<string, string>; quality: number } {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim())
  const parameters = new Map(
    rest.map((part) => {
      const at = part.indexOf('=')
      return at < 0 ? [part, ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()]
    }),
  )
  const quality = Number(parameters.get('q') ?? 1)
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality }
}
