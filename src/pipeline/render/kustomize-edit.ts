/**
 * The Application's Kustomize overrides written into a kustomization, with the meaning of the `kustomize edit` commands that Argo CD runs:
 * a prefix or namespace is replaced, not stacked; images and replicas are matched by name; labels are added. Pure.
 */
import type { KustomizeSource } from '../../api/application.ts'
import { type BuildEnvironment, substitute } from './environment.ts'
import { isRecord } from './manifest.ts'

type Kustomization = Record<string, unknown>

export interface KustomizeImage {
  readonly name: string
  readonly newName?: string
  readonly newTag?: string
  readonly digest?: string
}

/** A new kustomization. `components` are those that exist. Throws Error with a message as `kustomize edit` would give. */
export function applyOverrides(
  original: Kustomization,
  overrides: KustomizeSource,
  components: readonly string[],
  environment: BuildEnvironment,
): Kustomization {
  const edited: Kustomization = { ...original }
  if (overrides.namePrefix) edited['namePrefix'] = overrides.namePrefix
  if (overrides.nameSuffix) edited['nameSuffix'] = overrides.nameSuffix
  if (overrides.images?.length) setImages(edited, overrides.images, environment)
  if (overrides.replicas?.length) setReplicas(edited, overrides.replicas)
  addLabels(edited, overrides, environment)
  addAnnotations(edited, overrides, environment)
  if (overrides.namespace) edited['namespace'] = overrides.namespace
  if (overrides.patches?.length) edited['patches'] = [...list(edited['patches']), ...overrides.patches]
  if (components.length > 0) edited['components'] = [...new Set([...list(edited['components']), ...components])]
  return edited
}

function setImages(edited: Kustomization, images: readonly string[], environment: BuildEnvironment): void {
  const byName = new Map<string, KustomizeImage>()
  for (const text of images) {
    const image = parseImage(substitute(text, environment))
    byName.set(image.name, image)
  }
  const kept: unknown[] = []
  for (const existing of list(edited['images'])) {
    const wanted = isRecord(existing) ? byName.get(String(existing['name'])) : undefined
    if (wanted === undefined || !isRecord(existing)) kept.push(existing)
    else byName.set(wanted.name, keepAsterisks(wanted, existing))
  }
  edited['images'] = [...kept, ...byName.values()].sort((a, b) => compareNames(a, b))
}

/** `[old=]new[:tag|@digest]`, `name:tag`, `name@digest`. Throws on a name alone, as kustomize does. */
export function parseImage(text: string): KustomizeImage {
  const equals = text.indexOf('=')
  const value = text.slice(equals + 1)
  const { name, tag, digest } = splitImage(value)
  const rest = { ...(tag === undefined ? {} : { newTag: tag }), ...(digest === undefined ? {} : { digest }) }
  if (equals >= 0) return { name: text.slice(0, equals), newName: name, ...rest }
  if (tag === undefined && digest === undefined) throw new Error(`invalid image ${text}: want [old=]new[:tag|@digest]`)
  return { name, ...rest }
}

function splitImage(text: string): { name: string; tag?: string; digest?: string } {
  const at = text.indexOf('@')
  if (at >= 0) {
    const { name, tag } = splitImage(text.slice(0, at))
    return { name, ...(tag === undefined ? {} : { tag }), digest: text.slice(at + 1) }
  }
  const tagged = /^(.*):([a-zA-Z0-9._-]*|\*)$/.exec(text)
  return tagged === null ? { name: text } : { name: tagged[1]!, tag: tagged[2]! }
}

/** `*` keeps what the kustomization says already. */
function keepAsterisks(wanted: KustomizeImage, existing: Record<string, unknown>): KustomizeImage {
  const result: Record<string, unknown> = { ...wanted }
  for (const field of ['newName', 'newTag', 'digest']) {
    if (result[field] !== '*') continue
    if (existing[field] === undefined) delete result[field]
    else result[field] = existing[field]
  }
  return result as unknown as KustomizeImage
}

function setReplicas(edited: Kustomization, replicas: NonNullable<KustomizeSource['replicas']>): void {
  const byName = new Map(list(edited['replicas']).map((entry) => [isRecord(entry) ? String(entry['name']) : '', entry]))
  for (const { name, count } of replicas) {
    const number = Number(count)
    if (!Number.isInteger(number) || number < 0) throw new Error(`invalid replica count ${count} for ${name}`)
    byName.set(name, { name, count: number })
  }
  edited['replicas'] = [...byName.values()].sort((a, b) => compareNames(a, b))
}

function addLabels(edited: Kustomization, overrides: KustomizeSource, environment: BuildEnvironment): void {
  const wanted = mapValues(overrides.commonLabels ?? {}, (value) => substitute(value, environment))
  if (Object.keys(wanted).length === 0) return
  const force = overrides.forceCommonLabels === true
  if (!overrides.labelWithoutSelector) {
    if (overrides.labelIncludeTemplates) throw new Error('labelIncludeTemplates needs labelWithoutSelector')
    edited['commonLabels'] = addPairs(edited['commonLabels'], wanted, force, 'label')
    return
  }
  const includeTemplates = overrides.labelIncludeTemplates === true
  const labels = list(edited['labels'])
  const index = labels.findIndex(
    (entry) =>
      isRecord(entry) &&
      !entry['includeSelectors'] &&
      Boolean(entry['includeTemplates']) === includeTemplates &&
      entry['fields'] === undefined,
  )
  const existing = labels[index]
  const pairs = addPairs(isRecord(existing) ? existing['pairs'] : undefined, wanted, force, 'label')
  const entry = { ...(isRecord(existing) ? existing : {}), pairs, ...(includeTemplates ? { includeTemplates } : {}) }
  edited['labels'] = index < 0 ? [...labels, entry] : labels.with(index, entry)
}

function addAnnotations(edited: Kustomization, overrides: KustomizeSource, environment: BuildEnvironment): void {
  const raw = overrides.commonAnnotations ?? {}
  if (Object.keys(raw).length === 0) return
  const wanted = overrides.commonAnnotationsEnvsubst ? mapValues(raw, (value) => substitute(value, environment)) : raw
  edited['commonAnnotations'] = addPairs(
    edited['commonAnnotations'],
    wanted,
    overrides.forceCommonAnnotations === true,
    'annotation',
  )
}

function addPairs(
  existing: unknown,
  wanted: Record<string, string>,
  force: boolean,
  what: string,
): Record<string, unknown> {
  const pairs = isRecord(existing) ? existing : {}
  if (!force) {
    const clash = Object.keys(wanted).find((key) => key in pairs)
    if (clash !== undefined) throw new Error(`${what} ${clash} already in kustomization file`)
  }
  return { ...pairs, ...wanted }
}

function mapValues(record: Readonly<Record<string, string>>, map: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function compareNames(a: unknown, b: unknown): number {
  const left = nameOf(a)
  const right = nameOf(b)
  return left < right ? -1 : left > right ? 1 : 0
}

function nameOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'name' in value ? String(value.name) : ''
}
