/** RFC 6902 JSON Patch. Pure: returns new data. */
import { badRequest, tooManyOperations, unprocessable } from '../status-error.ts'
import { clone, type Data, deepEqual, isData } from '../values.ts'

interface Operation {
  op: string
  path: string
  from?: string
  value?: unknown
}

/** As the real server's limit. */
const MAX_OPERATIONS = 10_000

/** Throws a 422 StatusError when an operation cannot be done, as the API server does. */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    const got = isData(patch) ? 'object' : typeof patch
    throw badRequest(`error decoding patch: json: cannot unmarshal ${got} into Go value of type []handlers.jsonPatchOp`)
  }
  if (patch.length > MAX_OPERATIONS) throw tooManyOperations(MAX_OPERATIONS, patch.length)
  let result = clone(document)
  for (const operation of patch) result = run(result, checked(operation))
  return result
}

function checked(operation: unknown): Operation {
  if (!isData(operation))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${Array.isArray(operation) ? 'array' : typeof operation} into Go value of type handlers.jsonPatchOp`,
    )
  const { op, path, from } = operation
  if (typeof op !== 'string' || typeof path !== 'string' || (from !== undefined && typeof from !== 'string'))
    throw unprocessable()
  return operation as unknown as Operation
}

function run(document: unknown, operation: Operation): unknown {
  const path = pointer(operation.path)
  switch (operation.op) {
    case 'add':
      return put(document, path, clone(operation.value), 'add')
    case 'replace':
      // The real server's library replaces a field that is not there, but no item.
      if (Array.isArray(read(document, path.slice(0, -1))) && read(document, path) === undefined) throw unprocessable()
      return put(document, path, clone(operation.value), 'replace')
    case 'remove':
      return remove(document, path)
    case 'move': {
      const from = pointer(operation.from ?? '')
      const value = read(document, from)
      if (value === undefined) throw unprocessable()
      return put(remove(document, from), path, value, 'add')
    }
    case 'copy': {
      const value = read(document, pointer(operation.from ?? ''))
      if (value === undefined) throw unprocessable()
      return put(document, path, clone(value), 'add')
    }
    case 'test':
      if (!deepEqual(read(document, path) ?? null, operation.value ?? null)) {
        throw unprocessable()
      }
      return document
    default:
      throw unprocessable()
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
    else if (isData(current) && Object.hasOwn(current, step)) current = current[step]
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
    if (!Number.isInteger(index) || index < 0 || index > holder.length) throw unprocessable()
    if (mode === 'add') holder.splice(index, 0, value)
    else holder[index] = value
  } else if (isData(holder)) (holder as Data)[last] = value
  else throw unprocessable()
  return document
}

function remove(document: unknown, path: readonly string[]): unknown {
  const last = path.at(-1) ?? ''
  const holder = read(document, path.slice(0, -1))
  if (Array.isArray(holder) && /^\d+$/.test(last) && Number(last) < holder.length) holder.splice(Number(last), 1)
  else if (isData(holder) && Object.hasOwn(holder, last)) delete holder[last]
  else throw unprocessable()
  return document
}
