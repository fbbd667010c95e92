/** What action scripts return, as Argo CD reads it. Pure. */
import { HalcyonError } from '../../api/errors.ts'
import { isRecord } from '../../kube/fields.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { LuaAnswer } from '../../lua/runner.ts'
import type { Action, ImpactedResource } from './types.ts'

/** The table that a script returned. Throws ConfigInvalid, naming the script. */
export function tableOf(answer: LuaAnswer, name: string): unknown {
  if (answer.kind === 'value' && answer.type === 'table') return answer.value
  throw invalid(name, problemOf(answer))
}

function problemOf(answer: LuaAnswer): string {
  switch (answer.kind) {
    case 'timedOut':
      return 'the script did not end in time'
    case 'outOfMemory':
      return 'the script used too much memory'
    case 'failed':
      return answer.message
    case 'value':
      return `expect table output from Lua script, not ${answer.type}`
  }
}

/** `{ name: { disabled, displayName, iconClass, params } }`; a plain empty table is an action that is enabled. By name. */
export function readDiscovery(table: unknown, name: string): readonly Action[] {
  if (Array.isArray(table) && table.length === 0) return []
  if (!isRecord(table)) throw invalid(name, 'it returned a list, wanted are actions by name')
  return Object.entries(table)
    .map(([action, value]): Action => {
      const fields = isRecord(value) ? value : {}
      const { displayName, iconClass, params } = fields
      return {
        name: action,
        disabled: fields['disabled'] === true,
        ...(typeof displayName === 'string' && { displayName }),
        ...(typeof iconClass === 'string' && { iconClass }),
        ...(Array.isArray(params) && { params: params.filter(isRecord).map(readParameter) }),
      }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function readParameter(fields: Record<string, unknown>): { name: string; default: string } {
  const preset = fields['default']
  return { name: String(fields['name'] ?? ''), default: preset === undefined ? '' : String(preset) }
}

/** The object itself, or a list of `{ operation, resource }`. Empty tables that were maps before are maps again. */
export function readResources(table: unknown, before: KubeObject, name: string): readonly ImpactedResource[] {
  const items: readonly unknown[] = Array.isArray(table) ? table : [{ operation: 'patch', resource: table }]
  return items.map((item): ImpactedResource => {
    const operation = isRecord(item) ? item['operation'] : undefined
    const resource = isRecord(item) ? item['resource'] : undefined
    if (operation !== 'patch' && operation !== 'create') {
      throw invalid(name, `an operation is ${JSON.stringify(operation) ?? 'missing'}, wanted is patch or create`)
    }
    if (!isObject(resource)) throw invalid(name, 'what it returned is no Kubernetes object')
    return { operation, resource: operation === 'patch' ? (restoreMaps(resource, before) as KubeObject) : resource }
  })
}

function isObject(value: unknown): value is KubeObject {
  return (
    isRecord(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    isRecord(value['metadata'])
  )
}

/** Lua knows no difference between an empty list and an empty map: what was a map stays one. */
function restoreMaps(after: unknown, before: unknown): unknown {
  if (Array.isArray(after)) {
    if (after.length === 0 && isRecord(before)) return before
    return Array.isArray(before) ? after.map((item, index) => restoreMaps(item, before[index])) : after
  }
  if (!isRecord(after) || !isRecord(before)) return after
  return Object.fromEntries(Object.entries(after).map(([key, value]) => [key, restoreMaps(value, before[key])]))
}

function invalid(name: string, detail: string): HalcyonError {
  return new HalcyonError('ConfigInvalid', `Cannot use ${name}: ${detail}`)
}
