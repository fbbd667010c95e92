/** Puts the sources of one application together: of the same object the last one wins, with a warning. Pure. */
import { refKey, refOf, refText } from '../../kube/object.ts'
import type { RenderedObject, RenderResult, RenderWarning } from './renderer.ts'
import type { RenderedSource } from './source-output.ts'

/** The order is that of the sources; a repeated object keeps the place of its last occurrence. */
export function combine(
  sources: readonly RenderedSource[],
  destinationNamespace: string,
): Pick<RenderResult, 'objects' | 'warnings' | 'tools' | 'cached'> {
  const warnings: RenderWarning[] = sources.flatMap((source) => source.warnings)
  const byKey = new Map<string, RenderedObject>()
  const repeated = new Map<string, number>()
  let unnamed = 0
  for (const { index, objects } of sources) {
    for (const { object, path } of objects) {
      const ref = refOf(object)
      // An object without a name gets a new one at every creation, so it never repeats.
      const key =
        ref.name === '' ? `#${unnamed++}` : refKey({ ...ref, namespace: ref.namespace || destinationNamespace })
      if (byKey.delete(key)) repeated.set(key, (repeated.get(key) ?? 1) + 1)
      byKey.set(key, { object, origin: { source: index, path } })
    }
  }
  for (const [key, times] of repeated) {
    const { object, origin } = byKey.get(key)!
    warnings.push({
      reason: 'RepeatedResource',
      message: `${refText(refOf(object))} is declared ${times} times; the one in ${origin.path} wins`,
    })
  }
  return {
    objects: [...byKey.values()],
    warnings,
    tools: sources.map((source) => source.tool),
    cached: sources.every((source) => source.cached),
  }
}
