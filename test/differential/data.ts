/** Small helpers over JSON data, shared by the differential test. Pure. */

export type Data = Record<string, unknown>

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `over` laid over `base`: maps are joined, everything else is replaced, null removes. New data. */
export function layered(base: unknown, over: unknown): unknown {
  if (!isData(base) || !isData(over)) return structuredClone(over)
  const result: Data = structuredClone(base)
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete result[key]
    else result[key] = key in result ? layered(result[key], value) : structuredClone(value)
  }
  return result
}

export function metadataOf(body: Data): Data {
  const metadata = body['metadata']
  return isData(metadata) ? metadata : {}
}
