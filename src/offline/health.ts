/** `halcyon health`: the health of objects in files, under settings from a file. Effects: reads them, runs the users' Lua. */
import { noSettings, type Settings } from '../api/settings/settings.ts'
import type { HealthStatus } from '../api/views.ts'
import type { KubeObject } from '../kube/object.ts'
import { createLuaRunner } from '../lua/runner.ts'
import { createHealthOf } from '../pipeline/observe/custom-health.ts'
import { systemClock } from '../runtime/clock.ts'
import { readObjects } from './files.ts'
import { objectOf, readSettings, settingsOf, withMetadata } from './settings.ts'

export interface HealthAnswer {
  /** Null: the object has no health, so nothing waits for it. */
  readonly status: HealthStatus | null
  readonly message: string
}

export interface NamedHealth extends HealthAnswer {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** In the order of the files and their documents. Throws UsageInvalid, ManifestInvalid or ConfigInvalid. */
export async function healthOfFiles(
  files: readonly string[],
  settingsFile: string | undefined,
): Promise<readonly NamedHealth[]> {
  const settings = await readSettings(settingsFile)
  const objects = (await readObjects(files)).map(withMetadata)
  await using questions = createHealthQuestions()
  // Awaited here: Lua ends with this function.
  return await Promise.all(
    objects.map(async (object) => ({
      kind: object.kind,
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name ?? '',
      ...(await questions.ask(object, settings)),
    })),
  )
}

export interface HealthQuestions extends AsyncDisposable {
  /** `{ object, settings? }`; settings are the data of `argocd-cm`. Throws ManifestInvalid or ConfigInvalid. */
  answer(question: Readonly<Record<string, unknown>>): Promise<HealthAnswer>
  ask(object: KubeObject, settings: Settings): Promise<HealthAnswer>
}

/** One Lua for all questions. `settings` are for questions without their own. */
export function createHealthQuestions(settings: Settings = noSettings): HealthQuestions {
  const lua = createLuaRunner(systemClock)
  async function ask(object: KubeObject, within: Settings): Promise<HealthAnswer> {
    const healthOf = createHealthOf({ settings: () => within, lua: () => lua, clock: systemClock })
    const verdict = await healthOf(object)
    return { status: verdict?.status ?? null, message: verdict?.message ?? '' }
  }
  return {
    answer: async (question) =>
      ask(objectOf(question['object']), settingsOf(question['settings'], 'the question', settings)),
    ask,
    [Symbol.asyncDispose]: () => lua[Symbol.asyncDispose](),
  }
}
