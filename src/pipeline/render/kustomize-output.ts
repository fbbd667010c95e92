/**
 * Reads what `kustomize build` printed. Kustomize can note on each object which file it came from (`buildMetadata: [originAnnotations]`);
 * the build is asked for that, and the notes become origins and are taken off again. Pure.
 */
import { HalcyonError } from '../../api/errors.ts'
import type { KubeObject } from '../../kube/object.ts'
import { freeze, parseManifest } from './manifest.ts'
import { inside } from './paths.ts'
import type { SourceObject, SourceOutput } from './source-output.ts'

const annotation = 'config.kubernetes.io/origin'
const wish = 'originAnnotations'

/** True when the kustomization itself wants the annotations in its output. */
export function wantsOrigins(kustomization: Readonly<Record<string, unknown>>): boolean {
  const metadata = kustomization['buildMetadata']
  return Array.isArray(metadata) && metadata.includes(wish)
}

/** The same kustomization with the annotations asked for. */
export function askingForOrigins(kustomization: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (wantsOrigins(kustomization)) return { ...kustomization }
  const metadata = kustomization['buildMetadata']
  return { ...kustomization, buildMetadata: [...(Array.isArray(metadata) ? metadata : []), wish] }
}

/** `path`: the kustomization that was built; `keep`: leave the annotations. Throws ManifestInvalid. */
export function readKustomizeOutput(text: string, directory: string, path: string, keep: boolean): SourceOutput {
  const manifest = parseManifest(text)
  if (manifest.failure !== undefined) {
    throw new HalcyonError('ManifestInvalid', `Cannot read the output of ${path}: ${manifest.failure.message}`)
  }
  return { objects: manifest.objects.map(({ object }) => withOrigin(object, directory, path, keep)), warnings: [] }
}

function withOrigin(object: KubeObject, directory: string, fallback: string, keep: boolean): SourceObject {
  const { annotations, ...metadata } = object.metadata
  const note = annotations?.[annotation]
  if (annotations === undefined || note === undefined) return { object, path: fallback }
  const path = originPath(note, directory) ?? fallback
  if (keep) return { object, path }
  const { [annotation]: _note, ...rest } = annotations
  const own = Object.keys(rest).length === 0 ? metadata : { ...metadata, annotations: rest }
  return { object: freeze({ ...object, metadata: own }), path }
}

/** `path: ../base/deploy.yaml`, or for generated objects `configuredIn:`; relative to the directory that was built. */
function originPath(note: string, directory: string): string | undefined {
  if (/^repo: /m.test(note)) return undefined
  const relative = /^(?:path|configuredIn): (.+)$/m.exec(note)?.[1]
  if (relative === undefined) return undefined
  try {
    return inside(directory, relative, relative)
  } catch {
    return undefined
  }
}
