/** Health of an object as the settings of the users have it: their Lua, else the built-in check. Effects: through the Lua runner. */
import { type Customization, healthCustomization } from '../../api/settings/customizations.ts'
import type { Settings } from '../../api/settings/settings.ts'
import type { HealthStatus } from '../../api/views.ts'
import { isRecord } from '../../kube/fields.ts'
import { groupOf, type KubeObject } from '../../kube/object.ts'
import type { LuaAnswer, LuaRunner } from '../../lua/runner.ts'
import type { Clock } from '../../runtime/clock.ts'
import { healthOrder } from './health/aggregate.ts'
import { deletionHealth, type HealthVerdict, health } from './health/index.ts'

/** At once for what is built in; later for a kind with a script. Undefined: the object has no health. Never throws or rejects. */
export type HealthOf = (object: KubeObject) => HealthVerdict | undefined | Promise<HealthVerdict | undefined>

/** `settings` is asked each time, so that new ones count from the next object on. */
export function createHealthOf(options: {
  readonly settings: () => Settings
  readonly lua: () => LuaRunner
  readonly clock: Clock
}): HealthOf {
  return (object) => {
    const custom = healthCustomization(options.settings().customizations, groupOf(object.apiVersion), object.kind)
    if (custom === undefined) return health(object, options.clock.now())
    return deletionHealth(object) ?? askLua(options.lua(), custom, object)
  }
}

async function askLua(lua: LuaRunner, custom: Customization, object: KubeObject): Promise<HealthVerdict | undefined> {
  const answer = await lua.run({ source: custom.health, openLibs: custom.useOpenLibs }, slim(object))
  return verdictOf(answer, `health of ${custom.kinds} in the settings`)
}

const statuses: ReadonlySet<unknown> = new Set(healthOrder)

/**
 * As Argo CD reads the answer of a script: nil and an empty table mean that the object has no health; a status that is none is Unknown
 * with its words; an error is Unknown. `name` says whose script it is. Pure.
 */
export function verdictOf(answer: LuaAnswer, name: string): HealthVerdict | undefined {
  switch (answer.kind) {
    case 'timedOut':
      return unknown(`${name}: the script did not end in time and is not run for a while`)
    case 'outOfMemory':
      return unknown(`${name}: the script used too much memory`)
    case 'failed':
      return unknown(`${name}: ${answer.message}`)
    case 'value':
      break
  }
  const { value, type } = answer
  if (type === 'nil') return undefined
  if (type !== 'table') return unknown(`${name}: expect table output from Lua script, not ${type}`)
  if (!isRecord(value)) {
    return Array.isArray(value) && value.length === 0 ? undefined : unknown(`${name}: the script returned a list`)
  }
  const { status, message } = value
  if (!statuses.has(status)) {
    return unknown(
      `Lua returned an invalid health status (${name}: ${status === undefined ? 'none' : JSON.stringify(status)})`,
    )
  }
  if (message !== undefined && typeof message !== 'string') {
    return unknown(`${name}: the message is a ${typeof message}, wanted is text`)
  }
  return { status: status as HealthStatus, message: message ?? '' }
}

function unknown(message: string): HealthVerdict {
  return { status: 'Unknown', message }
}

/** Without what makes objects large and no check reads: managed fields, and the schemas of CRDs. */
function slim(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata
  if (object.kind !== 'CustomResourceDefinition') return { ...object, metadata }
  const spec = isRecord(object['spec']) ? object['spec'] : {}
  const versions = Array.isArray(spec['versions']) ? spec['versions'] : []
  const bare = versions.map((version: unknown) => (isRecord(version) ? { ...version, schema: undefined } : version))
  return { ...object, metadata, spec: { ...spec, versions: bare } }
}
