/** RFC 6902 JSON Patch. Pure: returns new data. */
import { StatusError } from '../status-error.ts'
import { clone, type Data, deepEqual, isData } from '../values.ts'

interface Operation {
  op: string
  path: string
  from?: string
  value?: unknown
}

/** Throws a 422 StatusError when an operation cannot be done, as the API server does. */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw new StatusError(
      400,
      'BadRequest',
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    )
  let result = clone(document)
  for (const operation of patch as Operation[]) result = run(result, operation)
  return result
}

function run(document: unknown, operation: Operation): unknown {
  const path = pointer(operation.path)
  switch (operation.op) {
    case 'add':
      return put(document, path, clone(operation.value), 'add')
    case 'replace':
      if (path.length > 0 && read(document, path) === undefined) throw missing('replace', operation.path)
      return put(document, path, clone(operation.value), 'replace')
    case 'remove':
      return remove(document, path, operation.path)
    case 'move': {
      const from = pointer(operation.from ?? '')
      const value = read(document, from)
      if (value === undefined) throw missing('move', operation.from ?? '')
      return put(remove(document, from, operation.from ?? ''), path, value, 'add')
    }
    case 'copy': {
      const value = read(document, pointer(operation.from ?? ''))
      if (value === undefined) throw missing('copy', operation.from ?? '')
      return put(document, path, clone(value), 'add')
    }
    case 'test':
      if (!deepEqual(read(document, path) ?? null, operation.value ?? null)) {
        throw failed(`testing value ${operation.path} failed: test failed`)
      }
      return document
    default:
      throw failed(`Unexpected kind: ${operation.op}`)
  }
}

function pointer(text: string): string[] {
  if (text === '') return []
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function read(document: unknown, path: readonly string[]): unknown {
  let current = document
  for (const step of path) {
    if (Array.isArray(current)) current = current[Number(step)]
    else if (isData(current)) current = current[step]
    else return undefined
  }
  return current
}

/** Changes the (cloned) document in place. */
function put(document: unknown, path: readonly string[], value: unknown, mode: 'add' | 'replace'): unknown {
  const last = path.at(-1)
  if (last === undefined) return value
  const holder = read(document, path.slice(0, -1))
  if (Array.isArray(holder)) {
    const index = last === '-' ? holder.length : Number(last)
    if (!Number.isInteger(index) || index < 0 || index > holder.length) throw missing(mode, `/${path.join('/')}`)
    if (mode === 'add') holder.splice(index, 0, value)
    else holder[index] = value
  } else if (isData(holder)) (holder as Data)[last] = value
  else throw missing(mode, `/${path.join('/')}`)
  return document
}

function remove(document: unknown, path: readonly string[], text: string): unknown {
  const last = path.at(-1) ?? ''
  const holder = read(document, path.slice(0, -1))
  if (Array.isArray(holder) && Number(last) < holder.length) holder.splice(Number(last), 1)
  else if (isData(holder) && last in holder) delete holder[last]
  else throw missing('remove', text)
  return document
}

function missing(verb: string, path: string): StatusError {
  return failed(`${verb} operation does not apply: doc is missing path: ${path}: missing value`)
}

function failed(message: string): StatusError {
  return new StatusError(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${message}`,
    {},
  )
}
