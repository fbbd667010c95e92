/** Sync options: an object's own annotation over the application's list. Pure. */
import {
  compareOptionsAnnotation,
  deletionAnnotation,
  helmResourcePolicyAnnotation,
  ignoreHealthcheckAnnotation,
  syncOptionsAnnotation,
} from '../../api/names.ts'
import type { KubeObject } from '../../kube/object.ts'
import { splitList } from './hooks.ts'
import type { ObjectOptions, PruneRules } from './types.ts'

/** `Name=value` items by name; of a repeated name the last wins. */
export type OptionMap = ReadonlyMap<string, string>

/** Items without `=` mean `true`. */
export function parseOptions(items: readonly string[]): OptionMap {
  const options = new Map<string, string>()
  for (const item of items) {
    const equals = item.indexOf('=')
    if (equals < 0) options.set(item.trim(), 'true')
    else options.set(item.slice(0, equals).trim(), item.slice(equals + 1).trim())
  }
  return options
}

/** Keep everything that only a person may delete: we cannot ask yet, so `confirm` keeps as `false` does. */
function allows(value: string | undefined): boolean {
  return value !== 'false' && value !== 'confirm'
}

function propagation(value: string | undefined): ObjectOptions['prunePropagationPolicy'] {
  if (value === 'background') return 'Background'
  return value === 'orphan' ? 'Orphan' : 'Foreground'
}

/** The options of objects that say nothing themselves. Compute once per application. */
export function defaultOptions(application: OptionMap): ObjectOptions {
  return {
    prune: allows(application.get('Prune')),
    pruneLast: application.get('PruneLast') === 'true',
    delete: allows(application.get('Delete')),
    replace: application.get('Replace') === 'true',
    force: application.get('Force') === 'true',
    validate: application.get('Validate') !== 'false',
    skipDryRunOnMissingResource: application.get('SkipDryRunOnMissingResource') === 'true',
    prunePropagationPolicy: propagation(application.get('PrunePropagationPolicy')),
    ignoreHealthcheck: false,
  }
}

/**
 * The options of one object. `defaults` must be defaultOptions(application). `helm.sh/resource-policy: keep` means Delete=false as in
 * Argo CD, and Prune=false as well, because that is what Helm itself does on an upgrade.
 */
export function optionsOf(
  annotations: Readonly<Record<string, string>> | undefined,
  application: OptionMap,
  defaults: ObjectOptions,
): ObjectOptions {
  const own = annotations?.[syncOptionsAnnotation]
  const keep = annotations?.[helmResourcePolicyAnnotation] === 'keep'
  const ignoreHealthcheck = annotations?.[ignoreHealthcheckAnnotation] === 'true'
  if (own === undefined && !keep && !ignoreHealthcheck) return defaults
  const merged = own === undefined ? application : new Map([...application, ...parseOptions(splitList(own))])
  const options = defaultOptions(merged)
  return { ...options, prune: options.prune && !keep, delete: options.delete && !keep, ignoreHealthcheck }
}

/** What a live object's annotations say about its removal; undefined when they say nothing, which is the rule. */
export function pruneRulesOf(object: KubeObject): PruneRules | undefined {
  const { annotations } = object.metadata
  if (annotations === undefined) return undefined
  const own = annotations[syncOptionsAnnotation]
  const policy = annotations[helmResourcePolicyAnnotation]
  const compare = annotations[compareOptionsAnnotation]
  const freely = annotations[deletionAnnotation] === 'allowed'
  if (own === undefined && policy === undefined && compare === undefined && !freely) return undefined
  const options = parseOptions(splitList(own))
  const helm = policy === 'keep' ? `${helmResourcePolicyAnnotation}: keep` : ''
  const keep = keptBy('Prune', options) || helm
  const keepOnRemoval = keptBy('Delete', options) || helm
  const last = options.get('PruneLast') === 'true'
  const ignoreExtraneous = splitList(compare).includes('IgnoreExtraneous')
  const silent = keep === '' && keepOnRemoval === '' && !last && !ignoreExtraneous && !freely
  return silent ? undefined : { keep, keepOnRemoval, last, ignoreExtraneous, freely }
}

/** The option that forbids pruning, or deletion with the application, in words; '' when none does. */
export function keptBy(name: 'Prune' | 'Delete', options: OptionMap): string {
  const value = options.get(name)
  if (value === 'false') return `${name}=false`
  return value === 'confirm' ? `${name}=confirm, which nobody has approved` : ''
}
