/** `halcyon actions`: what can be done with an object, and what it would write. Effects: reads files, runs the users' Lua. */
import { HalcyonError } from '../api/errors.ts'
import { noSettings, type Settings } from '../api/settings/settings.ts'
import { isRecord } from '../kube/fields.ts'
import type { KubeObject } from '../kube/object.ts'
import { createLuaRunner } from '../lua/runner.ts'
import { type ActionContext, actionsOf, runAction } from '../pipeline/actions/actions.ts'
import type { Action, ActionParameters, ImpactedResource } from '../pipeline/actions/types.ts'
import { systemClock } from '../runtime/clock.ts'
import { readObjects } from './files.ts'
import { objectOf, readSettings, settingsOf, withMetadata } from './settings.ts'

export interface ObjectActions {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly actions: readonly Action[]
}

export async function actionsOfFiles(
  files: readonly string[],
  settingsFile: string | undefined,
): Promise<readonly ObjectActions[]> {
  const { objects, settings } = await read(files, settingsFile)
  await using questions = createActionQuestions()
  const result: ObjectActions[] = []
  for (const object of objects) {
    const { namespace = '', name = '' } = object.metadata
    const actions = await actionsOf(object, questions.context(settings))
    result.push({ kind: object.kind, namespace, name, actions })
  }
  return result
}

/** What an action would write, for every object of the files. Throws as runAction. */
export async function runOnFiles(
  files: readonly string[],
  action: string,
  params: ActionParameters,
  settingsFile: string | undefined,
): Promise<readonly ImpactedResource[]> {
  const { objects, settings } = await read(files, settingsFile)
  await using questions = createActionQuestions()
  const result: ImpactedResource[] = []
  for (const object of objects) result.push(...(await runAction(object, action, params, questions.context(settings))))
  return result
}

async function read(files: readonly string[], settingsFile: string | undefined) {
  const settings = await readSettings(settingsFile)
  return { settings, objects: (await readObjects(files)).map(withMetadata) }
}

/** `settings` are for questions without their own. */
export interface ActionQuestions extends AsyncDisposable {
  /** `{ object, settings? }` -> `{ actions }`; with `run` and `params?` -> `{ resources }`. */
  answer(question: Readonly<Record<string, unknown>>): Promise<unknown>
  context(settings: Settings): ActionContext
}

export function createActionQuestions(settings: Settings = noSettings): ActionQuestions {
  const lua = createLuaRunner(systemClock)
  const context = (within: Settings): ActionContext => ({ settings: within, lua: () => lua, clock: systemClock })
  return {
    async answer(question) {
      const object: KubeObject = objectOf(question['object'])
      const within = context(settingsOf(question['settings'], 'the question', settings))
      const run = question['run']
      if (run === undefined) return { actions: await actionsOf(object, within) }
      if (typeof run !== 'string') throw new HalcyonError('UsageInvalid', 'Cannot read the question: "run" is no text')
      return { resources: await runAction(object, run, paramsOf(question['params']), within) }
    },
    context,
    [Symbol.asyncDispose]: () => lua[Symbol.asyncDispose](),
  }
}

function paramsOf(value: unknown): ActionParameters {
  if (value === undefined) return {}
  if (!isRecord(value)) throw new HalcyonError('UsageInvalid', 'Cannot read the question: "params" is no map')
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]))
}
