/** `resource.customizations` of Argo CD's ConfigMap `argocd-cm`: what users say about kinds. Pure. */
import { load } from 'js-yaml'
import { compileGlob, type Matcher } from '../glob.ts'

export interface ActionDefinition {
  readonly name: string
  /** Lua. */
  readonly action: string
}

export interface CustomActions {
  /** Lua that says which actions an object has. */
  readonly discovery: string
  readonly definitions: readonly ActionDefinition[]
  /** Keep the built-in actions of the kind; those of the user win over them by name. */
  readonly mergeBuiltin: boolean
}

/** All that the settings say about one kind, or about all kinds that match a glob. */
export interface Customization {
  /** `group/Kind`, or `Kind` for core kinds. With a glob: matched against that text. */
  readonly kinds: string
  /** Lua; '' = the built-in check. */
  readonly health: string
  readonly useOpenLibs: boolean
  readonly actions: CustomActions | undefined
}

export interface Customizations {
  readonly exact: ReadonlyMap<string, Customization>
  /** The most specific first. Argo CD takes any that matches; the same one each time is a choice of ours. */
  readonly globs: readonly { readonly matches: Matcher; readonly customization: Customization }[]
}

const prefix = 'resource.customizations'

/** Reads the block form, then the key per kind, which wins field by field (Argo CD). What cannot be read is a problem, the rest counts. */
export function parseCustomizations(data: Readonly<Record<string, string>>, problems: string[]): Customizations {
  const entries = new Map<string, Customization>()
  const change = (kinds: string, fields: Partial<Customization>) =>
    entries.set(kinds, { ...(entries.get(kinds) ?? empty(kinds)), ...fields })

  for (const [kinds, fields] of Object.entries(readMap(data[prefix], prefix, problems))) {
    const where = `${prefix}, ${kinds}`
    if (!isMap(fields)) {
      problems.push(`${where}: wanted is a map, found is ${kindOf(fields)}`)
      continue
    }
    change(kinds, {
      health: textOf(fields['health.lua'], `${where}, health.lua`, problems),
      useOpenLibs: fields['health.lua.useOpenLibs'] === true,
      actions:
        fields['actions'] === undefined ? undefined : parseActions(fields['actions'], `${where}, actions`, problems),
    })
  }
  for (const [key, value] of Object.entries(data)) {
    const split = /^resource\.customizations\.([^.]+)\.(.+)$/.exec(key)
    if (split === null) continue
    const kinds = kindsOf(split[2] ?? '')
    switch (split[1]) {
      case 'health':
        change(kinds, { health: value })
        break
      case 'useOpenLibs': {
        const flag = parseFlag(value)
        if (flag === undefined) problems.push(`${key}: wanted is true or false, found is "${value}"`)
        else change(kinds, { useOpenLibs: flag })
        break
      }
      case 'actions':
        change(kinds, { actions: parseActions(value, key, problems) })
    }
  }
  return arrange([...entries.values()])
}

function hasGlob(text: string): boolean {
  return /[*?[{]/.test(text)
}

function arrange(all: readonly Customization[]): Customizations {
  const exact = all.filter(({ kinds }) => !hasGlob(kinds))
  const globs = all
    .filter(({ kinds }) => hasGlob(kinds))
    .sort((a, b) => literals(b.kinds) - literals(a.kinds) || (a.kinds < b.kinds ? -1 : 1))
  return {
    exact: new Map(exact.map((one) => [one.kinds, one])),
    globs: globs.map((customization) => ({
      matches: compileGlob(customization.kinds) ?? (() => false),
      customization,
    })),
  }
}

/** The customization that has a health check for a kind: the exact one, else the first glob. */
export function healthCustomization(all: Customizations, group: string, kind: string): Customization | undefined {
  const key = keyOf(group, kind)
  const exact = all.exact.get(key)
  if (exact !== undefined && exact.health !== '') return exact
  return all.globs.find(({ matches, customization }) => customization.health !== '' && matches(key))?.customization
}

/** Actions have no globs (Argo CD). */
export function actionsCustomization(all: Customizations, group: string, kind: string): Customization | undefined {
  const exact = all.exact.get(keyOf(group, kind))
  return exact?.actions === undefined ? undefined : exact
}

/** `group/Kind`, and `Kind` for core kinds. */
export function keyOf(group: string, kind: string): string {
  return group === '' ? kind : `${group}/${kind}`
}

/** `argoproj.io_Rollout` -> `argoproj.io/Rollout`; `all` -> every kind. Only the first underscore separates. */
function kindsOf(text: string): string {
  return text === 'all' ? '*/*' : text.replace('_', '/')
}

function parseActions(value: unknown, where: string, problems: string[]): CustomActions | undefined {
  const fields = typeof value === 'string' ? readMap(value, where, problems) : value
  if (!isMap(fields)) {
    problems.push(`${where}: wanted is a map, found is ${kindOf(fields)}`)
    return undefined
  }
  const definitions: ActionDefinition[] = []
  for (const item of Array.isArray(fields['definitions']) ? fields['definitions'] : []) {
    const name = isMap(item) ? item['name'] : undefined
    const action = isMap(item) ? item['action.lua'] : undefined
    if (typeof name !== 'string' || typeof action !== 'string') {
      problems.push(`${where}: a definition lacks its name or its action.lua`)
      continue
    }
    definitions.push({ name, action })
  }
  return {
    discovery: textOf(fields['discovery.lua'], `${where}, discovery.lua`, problems),
    definitions,
    mergeBuiltin: fields['mergeBuiltinActions'] === true,
  }
}

function readMap(text: string | undefined, where: string, problems: string[]): Record<string, unknown> {
  if (text === undefined || text.trim() === '') return {}
  try {
    const value = load(text)
    if (isMap(value)) return value
    if (value !== null && value !== undefined) problems.push(`${where}: wanted is a map, found is ${kindOf(value)}`)
  } catch (error) {
    problems.push(`${where}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
  }
  return {}
}

function textOf(value: unknown, where: string, problems: string[]): string {
  if (typeof value === 'string') return value
  if (value !== undefined && value !== null) problems.push(`${where}: wanted is text, found is ${kindOf(value)}`)
  return ''
}

/** As Go's strconv.ParseBool. */
function parseFlag(text: string): boolean | undefined {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true
  return /^(0|f|F|FALSE|false|False)$/.test(text) ? false : undefined
}

function empty(kinds: string): Customization {
  return { kinds, health: '', useOpenLibs: false, actions: undefined }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  return Array.isArray(value) ? 'a list' : typeof value
}

function literals(glob: string): number {
  return glob.replace(/[*?]/g, '').length
}
