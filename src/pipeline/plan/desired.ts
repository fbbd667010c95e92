/** From rendered manifests to objects ready to be applied: named, placed, tracked, ordered by phase and wave. Pure. */
import { HalcyonError } from '../../api/errors.ts'
import { instanceLabel, trackingAnnotation } from '../../api/names.ts'
import type { SyncPhase } from '../../api/views.ts'
import { digestOf } from '../../kube/canonical.ts'
import { isRecord } from '../../kube/fields.ts'
import {
  type GroupKind,
  groupOf,
  type KubeObject,
  type ObjectMeta,
  type ObjectRef,
  refKey,
  refText,
} from '../../kube/object.ts'
import type { Origin, RenderedObject } from '../render/renderer.ts'
import { withoutFilledIn } from './filled-in.ts'
import { generatedName, hookVerdict } from './hooks.ts'
import { definedBy, isCrd } from './namespaces.ts'
import { defaultOptions, optionsOf, parseOptions } from './options.ts'
import { withSecretData } from './secret-data.ts'
import { trackingId, trackingName } from './tracking.ts'
import type { DesiredObject, ObjectOptions } from './types.ts'
import { comparePlaced, deletePhases, phaseOrder, waveOf } from './waves.ts'

export interface DesiredInput {
  readonly application: { readonly name: string; readonly namespace: string }
  /** Where Applications live by convention; their ids carry no namespace. Default `argocd`. */
  readonly controlNamespace?: string
  readonly destinationNamespace: string
  readonly rendered: readonly RenderedObject[]
  /** What the cluster says of a kind; undefined when it does not serve it. CRDs among the manifests are asked next. */
  readonly isNamespaced: (kind: GroupKind) => boolean | undefined
  readonly syncOptions: readonly string[]
  readonly instance: string
  /** Default `sync`. `deletion`: only the hooks around the removal of the application. */
  readonly of?: 'sync' | 'deletion'
  /** Goes into the names of hooks that have only generateName; default: a digest of the hook. */
  readonly revision?: string
}

export interface DesiredSet {
  /** In the order of a sync, before Namespaces and CRDs are moved. */
  readonly objects: readonly DesiredObject[]
  /** Objects that cannot be placed: neither the cluster nor the manifests know their kind. Not in `objects`. */
  readonly unknownKinds: readonly ObjectRef[]
  /** Keys that are in Git and must be left alone: Skip, hooks that do not belong to this, unknown kinds. */
  readonly untouched: readonly string[]
  /** Some of the hooks belong to the deletion of the application. */
  readonly deletionHooks: boolean
  readonly warnings: readonly string[]
}

/**
 * Throws HalcyonError ManifestInvalid for an object without a name that is not a hook. Of an object that occurs twice the last one
 * counts, with a warning (Argo CD: RepeatedResourceWarning).
 *
 * Left out of what is applied, because a manifest cannot decide it and server-side apply would then own or refuse it: `status`,
 * managedFields, resourceVersion, uid, generation, creationTimestamp, deletionTimestamp and selfLink; and what filled-in.ts names.
 */
export function toDesired(input: DesiredInput): DesiredSet {
  const application = parseOptions(input.syncOptions)
  const context: Context = {
    input,
    tracking: trackingName(input.application, input.controlNamespace),
    optionMap: application,
    defaults: defaultOptions(application),
    scopeOf: scopes(input),
  }
  const objects = new Map<string, DesiredObject>()
  const unknownKinds: ObjectRef[] = []
  const untouched = new Set<string>()
  const warnings: string[] = []
  let deletionHooks = false
  for (const rendered of input.rendered) {
    const shaped = shape(rendered, context)
    deletionHooks ||= shaped.deletionHook
    if (shaped.warning !== '') warnings.push(shaped.warning)
    for (const key of shaped.untouched) untouched.add(key)
    if (shaped.unknown !== undefined) unknownKinds.push(shaped.unknown)
    for (const one of shaped.objects) {
      const id = `${one.hook === undefined ? '' : one.phase} ${one.key}`
      if (objects.has(id)) warnings.push(`${refText(one.ref)} occurs twice; the last one counts`)
      objects.set(id, one)
    }
  }
  return {
    objects: [...objects.values()].sort(comparePlaced),
    unknownKinds,
    untouched: [...untouched],
    deletionHooks,
    warnings,
  }
}

interface Context {
  readonly input: DesiredInput
  readonly tracking: string
  readonly optionMap: ReadonlyMap<string, string>
  readonly defaults: ObjectOptions
  readonly scopeOf: (kind: GroupKind) => boolean | undefined
}

interface Shaped {
  readonly objects: readonly DesiredObject[]
  readonly untouched: readonly string[]
  readonly unknown: ObjectRef | undefined
  readonly deletionHook: boolean
  readonly warning: string
}

const nothing: Shaped = { objects: [], untouched: [], unknown: undefined, deletionHook: false, warning: '' }

/** The cluster's word first; a CRD in the bundle speaks for kinds that are yet to come. */
function scopes(input: DesiredInput): Context['scopeOf'] {
  let bundled: Map<string, boolean> | undefined
  return (kind) => {
    const served = input.isNamespaced(kind)
    if (served !== undefined) return served
    bundled ??= new Map(
      input.rendered
        .filter(({ object }) => isCrd({ group: groupOf(object.apiVersion), kind: object.kind }))
        .map(({ object }) => {
          const defined = definedBy(object)
          return [`${defined.group}/${defined.kind}`, defined.namespaced]
        }),
    )
    return bundled.get(`${kind.group}/${kind.kind}`)
  }
}

function shape(rendered: RenderedObject, context: Context): Shaped {
  const { object, origin } = rendered
  const annotations = stringsOf(object.metadata.annotations)
  const kind = { group: groupOf(object.apiVersion), kind: object.kind }
  const options = optionsOf(annotations, context.optionMap, context.defaults)
  const verdict = hookVerdict(annotations)
  const ownNamespace = object.metadata.namespace ?? ''
  const slot = ownNamespace === '' ? context.input.destinationNamespace : ownNamespace
  const known = context.scopeOf(kind)
  const namespaced = known ?? (options.skipDryRunOnMissingResource ? true : undefined)
  const name = object.metadata.name ?? ''
  if (namespaced === undefined) {
    const ref = { ...kind, namespace: ownNamespace, name }
    return {
      ...nothing,
      untouched: [refKey({ ...ref, namespace: slot }), refKey({ ...ref, namespace: '' })],
      unknown: verdict.kind === 'never' ? undefined : ref,
    }
  }
  const ref: ObjectRef = { ...kind, namespace: namespaced ? slot : '', name }
  if (verdict.kind === 'never') {
    const warning =
      verdict.unknown === undefined ? '' : `${refText(ref)} is not applied: unknown hook type "${verdict.unknown}"`
    return { ...nothing, untouched: [refKey(ref)], warning }
  }
  const place = { ref, slot, origin, options, wave: waveOf(annotations) }
  if (verdict.kind === 'object') {
    if (context.input.of === 'deletion') return nothing
    return { ...nothing, objects: [complete(object, annotations, place, 'Sync', undefined, context)] }
  }
  const { deletePolicies } = verdict
  const wanted = context.input.of === 'deletion' ? deletePhases : phaseOrder
  const phases = verdict.phases.filter((phase) => wanted.includes(phase))
  return {
    ...nothing,
    untouched: phases.length === 0 ? [refKey(ref)] : [],
    deletionHook: verdict.phases.some((phase) => deletePhases.includes(phase)),
    objects: phases.map((phase) => complete(object, annotations, place, phase, { deletePolicies }, context)),
  }
}

interface Place {
  readonly ref: ObjectRef
  readonly slot: string
  readonly origin: Origin
  readonly options: ObjectOptions
  readonly wave: number
}

function complete(
  object: KubeObject,
  annotations: Record<string, string> | undefined,
  place: Place,
  phase: SyncPhase,
  hook: DesiredObject['hook'],
  context: Context,
): DesiredObject {
  const ref = place.ref.name === '' ? { ...place.ref, name: nameOf(object, phase, hook, place, context) } : place.ref
  // Argo CD never marks CRDs: any application may bring the same one, and none may prune it.
  const tracking = isCrd(ref) ? undefined : trackingId(context.tracking, ref, place.slot)
  const ready = appliable(object, annotations, ref, tracking, context.input.instance)
  return {
    ref,
    key: refKey(ref),
    object: ready,
    digest: digestOf(ready),
    phase,
    wave: place.wave,
    hook,
    options: place.options,
    origin: place.origin,
  }
}

function nameOf(
  object: KubeObject,
  phase: SyncPhase,
  hook: DesiredObject['hook'],
  place: Place,
  context: Context,
): string {
  const prefix = object.metadata.generateName ?? ''
  if (hook === undefined || prefix === '') {
    const what = prefix === '' ? 'it has no name' : `it has only generateName "${prefix}", and is not a hook`
    throw new HalcyonError(
      'ManifestInvalid',
      `Cannot plan ${place.ref.kind} of ${context.input.application.name}: ${what} (${place.origin.path}); give it metadata.name`,
    )
  }
  return generatedName(prefix, context.input.revision ?? digestOf(object), phase)
}

function appliable(
  object: KubeObject,
  annotations: Record<string, string> | undefined,
  ref: ObjectRef,
  tracking: string | undefined,
  instance: string,
): KubeObject {
  const { apiVersion, kind, metadata, status: _status, ...rest } = withSecretData(object)
  const ready: ObjectMeta = { name: ref.name }
  if (ref.namespace !== '') ready.namespace = ref.namespace
  for (const field in metadata) {
    if (!serverFields.has(field)) ready[field] = metadata[field]
  }
  ready.labels = { ...stringsOf(metadata.labels), [instanceLabel]: instance }
  if (tracking !== undefined) ready.annotations = { ...annotations, [trackingAnnotation]: tracking }
  else if (annotations !== undefined) ready.annotations = annotations
  return { apiVersion, kind, metadata: ready, ...withoutFilledIn(ref, rest) }
}

/** Set by us or by the server, never by a manifest. */
const serverFields: ReadonlySet<string> = new Set([
  'name',
  'generateName',
  'namespace',
  'labels',
  'annotations',
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
])

/** `labels:` without content is null in YAML. Values of other types stay, so that the server can refuse them by name. */
function stringsOf(map: unknown): Record<string, string> | undefined {
  return isRecord(map) ? (map as Record<string, string>) : undefined
}
