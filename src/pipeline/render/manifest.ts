/** One manifest file to Kubernetes objects, by Argo CD's rules for what is and is not a manifest. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import { parseYaml, YamlError } from '../../kube/yaml.ts'

/** A line (1-based) and what is to say about it; the caller adds the path. */
export interface Remark {
  readonly line: number
  readonly message: string
}

export interface ManifestObject {
  readonly object: KubeObject
  readonly line: number
}

/** `failure` set: the file is broken. `stray` set: it is YAML, but no manifest, and is left out. Objects are frozen: they are shared. */
export interface Manifest {
  readonly objects: readonly ManifestObject[]
  readonly warnings: readonly Remark[]
  readonly failure?: Remark
  readonly stray?: Remark
}

const skipMarker = '# +argocd:skip-file-rendering'
export const lfsMessage = 'it is a pointer of Git LFS, and the content it stands for is not in the repository'
const nothing: Manifest = { objects: [], warnings: [] }

/**
 * Reads a file of a Directory source. As in Argo CD a document without kind is an error only when the file looks like a manifest;
 * unlike Argo CD a file that does not parse at all is always an error, because leaving it out would delete what it declared before.
 */
export function readManifest(bytes: Buffer): Manifest {
  const text = decode(bytes)
  if (text.includes(skipMarker)) return nothing
  if (isLfsPointer(bytes)) return { ...nothing, failure: { line: 1, message: lfsMessage } }
  const manifest = parseManifest(text)
  if (manifest.failure === undefined || !manifest.notAnObject) return manifest
  const looksLikeOne = text.includes('apiVersion:') && text.includes('kind:') && text.includes('metadata:')
  if (manifest.objects.length > 0 || looksLikeOne) return manifest
  return { objects: [], warnings: [], stray: manifest.failure }
}

/** What Git LFS leaves in the repository instead of a big file. */
export function isLfsPointer(bytes: Buffer): boolean {
  return (
    bytes.length < 1024 && bytes.subarray(0, 43).toString('latin1') === 'version https://git-lfs.github.com/spec/v1\n'
  )
}

/** Reads rendered output, where every document must be an object. Stops at the first that is not (`failure`). */
export function parseManifest(text: string): Manifest & { readonly notAnObject?: boolean } {
  let parsed: ReturnType<typeof parseYaml>
  try {
    parsed = parseYaml(text)
  } catch (error) {
    if (error instanceof YamlError) return { ...nothing, failure: { line: error.line, message: error.message } }
    throw error
  }
  const objects: ManifestObject[] = []
  for (const { value, line } of parsed.documents) {
    const problem = flatten(value, line, objects)
    if (problem !== undefined) {
      return { objects, warnings: parsed.warnings, failure: { line, message: problem }, notAnObject: true }
    }
  }
  return { objects, warnings: parsed.warnings }
}

/** Adds the object, or the items of a list; returns what is wrong with it. */
function flatten(value: unknown, line: number, into: ManifestObject[]): string | undefined {
  if (!isRecord(value)) return 'the document is not a Kubernetes object'
  const { kind, apiVersion, items } = value
  if (typeof kind !== 'string' || kind === '') return 'the document is not a Kubernetes object: kind is missing'
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    return `the ${kind} is not a Kubernetes object: apiVersion is missing`
  }
  if (kind.endsWith('List') && (Array.isArray(items) || items === null) && value['spec'] === undefined) {
    return flattenList(items ?? [], kind, apiVersion, line, into)
  }
  // A kustomization is configuration of the renderer, not an object; a recursive Directory source meets it.
  if (apiVersion.startsWith('kustomize.config.k8s.io/')) return undefined
  const metadata = value['metadata']
  if (!isRecord(metadata)) return `the ${kind} has no metadata`
  if (!isName(metadata['name']) && !isName(metadata['generateName'])) return `the ${kind} has no metadata.name`
  into.push({ object: freeze(value) as KubeObject, line })
  return undefined
}

function flattenList(
  items: unknown[],
  kind: string,
  apiVersion: string,
  line: number,
  into: ManifestObject[],
): string | undefined {
  for (const item of items) {
    // Items of a typed list (ConfigMapList) may leave out what the list already says.
    const typed = isRecord(item) && kind !== 'List' ? { apiVersion, kind: kind.slice(0, -4), ...item } : item
    const problem = flatten(typed, line, into)
    if (problem !== undefined) return `an item of the ${kind}: ${problem}`
  }
  return undefined
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Freezes JSON data all the way down: one parsed blob serves many applications. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const child of Object.values(value)) freeze(child)
  return Object.freeze(value)
}

/** UTF-8, or UTF-16 when a byte order mark says so. */
export function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2)
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(bytes.subarray(2, bytes.length & ~1))
      .swap16()
      .toString('utf16le')
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.toString('utf8', 3)
  return bytes.toString('utf8')
}
