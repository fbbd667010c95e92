/** RFC 7386 JSON Merge Patch. Pure: shares parts with its arguments. */
import { type Data, isData } from '../values.ts'

export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isData(patch)) return patch
  const result: Data = isData(document) ? { ...document } : {}
  for (const key in patch) {
    if (patch[key] === null) delete result[key]
    else result[key] = applyMergePatch(result[key], patch[key])
  }
  return result
}
