/** The actions of an object: those of the users' settings, those built in, or both. Effects: through the Lua runner. */
import { HalcyonError } from '../../api/errors.ts'
import { actionsCustomization, type Customization, keyOf } from '../../api/settings/customizations.ts'
import type { Settings } from '../../api/settings/settings.ts'
import { groupOf, type KubeObject, refOf, refText } from '../../kube/object.ts'
import type { LuaRunner } from '../../lua/runner.ts'
import type { Clock } from '../../runtime/clock.ts'
import { customKindActions } from './custom-kinds.ts'
import { readDiscovery, readResources, tableOf } from './from-lua.ts'
import type { Action, ActionParameters, BuiltinAction, ImpactedResource } from './types.ts'
import { workloadActions } from './workloads.ts'

export interface ActionContext {
  readonly settings: Settings
  readonly lua: () => LuaRunner
  readonly clock: Clock
}

const builtin: ReadonlyMap<string, readonly BuiltinAction[]> = new Map(
  Object.entries({ ...workloadActions, ...customKindActions }),
)

/** For the reference: the built-in actions by kind. */
export const builtinActions: ReadonlyMap<string, readonly string[]> = new Map(
  [...builtin].map(([kind, actions]) => [kind, actions.map((action) => action.name)]),
)

/**
 * What can be done with the object now. The users' actions replace the built-in ones of the kind, unless they are to be merged; then
 * theirs win by name (Argo CD). Throws ConfigInvalid when the users' script fails.
 */
export async function actionsOf(object: KubeObject, context: ActionContext): Promise<readonly Action[]> {
  const custom = customOf(object, context)
  const own = (builtin.get(keyOf(groupOf(object.apiVersion), object.kind)) ?? []).map((action) =>
    describe(action, object),
  )
  if (custom?.actions === undefined) return own
  const { discovery, mergeBuiltin } = custom.actions
  const script = { source: discovery, openLibs: custom.useOpenLibs }
  const name = `discovery of the actions of ${custom.kinds} in the settings`
  const found =
    discovery.trim() === '' ? [] : readDiscovery(tableOf(await context.lua().run(script, bare(object)), name), name)
  if (!mergeBuiltin) return found
  return [...found, ...own.filter((action) => !found.some((one) => one.name === action.name))]
}

/**
 * What an action would write; nothing is written here. Throws NotFound for an action that the object does not have, UsageInvalid for
 * one that is disabled or lacks a parameter, ConfigInvalid when the users' script fails.
 */
export async function runAction(
  object: KubeObject,
  name: string,
  params: ActionParameters,
  context: ActionContext,
): Promise<readonly ImpactedResource[]> {
  const actions = await actionsOf(object, context)
  const action = actions.find((one) => one.name === name)
  const where = refText(refOf(object))
  if (action === undefined) {
    const names = actions.map((one) => one.name).join(', ')
    throw new HalcyonError(
      'NotFound',
      `Cannot run ${name} on ${where}: ${names === '' ? 'it has no actions' : `its actions are ${names}`}`,
    )
  }
  if (action.disabled) {
    throw new HalcyonError(
      'UsageInvalid',
      `Cannot run ${name} on ${where}: the action is disabled in its present state`,
    )
  }
  const custom = customOf(object, context)
  const definition = custom?.actions?.definitions.find((one) => one.name === name)
  const copy = structuredClone(bare(object))
  if (custom !== undefined && definition !== undefined) {
    const title = `the action ${name} of ${custom.kinds} in the settings`
    const script = { source: definition.action, openLibs: custom.useOpenLibs }
    return readResources(tableOf(await context.lua().run(script, copy, params), title), copy, title)
  }
  // A discovery script may name an action that is defined by us alone.
  const ours = builtin.get(keyOf(groupOf(object.apiVersion), object.kind))?.find((one) => one.name === name)
  if (ours === undefined) {
    throw new HalcyonError('ConfigInvalid', `Cannot run ${name} on ${where}: the settings name it but do not define it`)
  }
  return ours.run(copy, params, context.clock.now())
}

function customOf(object: KubeObject, context: ActionContext): Customization | undefined {
  return actionsCustomization(context.settings.customizations, groupOf(object.apiVersion), object.kind)
}

function describe(action: BuiltinAction, object: KubeObject): Action {
  const params = action.params?.(object)
  return {
    name: action.name,
    disabled: action.disabled?.(object) ?? false,
    ...(params === undefined ? {} : { params }),
  }
}

/** What the server keeps for itself is no part of what an action reads or writes. */
function bare(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
