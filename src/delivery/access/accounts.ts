/** Local accounts as argocd-cm lists them. Passwords and tokens are in a Secret and are not read here. Pure. */
import { HalcyonError } from '../../api/errors.ts'

export type Capability = 'login' | 'apiKey'

export interface Account {
  readonly name: string
  readonly enabled: boolean
  readonly capabilities: readonly Capability[]
}

/** Go's strconv.ParseBool. */
const truths: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false])),
}

/**
 * `accounts.<name>: apiKey, login` and `accounts.<name>.enabled`; `admin` exists always, may log in, and is switched by `admin.enabled`. By name.
 * Throws ConfigInvalid for a flag that is no boolean; unknown capabilities and keys are warnings.
 */
export function readAccounts(data: Readonly<Record<string, string>>): {
  readonly accounts: readonly Account[]
  readonly warnings: readonly string[]
} {
  const warnings: string[] = []
  const adminFlag = data['admin.enabled']
  const adminEnabled =
    adminFlag === undefined ? true : Object.hasOwn(truths, adminFlag) ? truths[adminFlag]! : undefined
  if (adminEnabled === undefined)
    warnings.push(`admin.enabled: "${adminFlag}" is no boolean; the account stays enabled`)
  const accounts = new Map<string, Account>([
    ['admin', { name: 'admin', enabled: adminEnabled ?? true, capabilities: ['login'] }],
  ])
  for (const [key, value] of Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!key.startsWith('accounts.')) continue
    const [, name = '', suffix, ...more] = key.split('.')
    if (more.length > 0) {
      warnings.push(`${key}: the name of an account has no dot`)
      continue
    }
    const known = accounts.get(name) ?? { name, enabled: true, capabilities: [] }
    if (suffix === undefined) {
      const found = capabilitiesOf(key, value, warnings)
      accounts.set(name, { ...known, capabilities: [...known.capabilities, ...found] })
    } else if (suffix === 'enabled') accounts.set(name, { ...known, enabled: booleanOf(key, value) })
    else accounts.set(name, known)
  }
  return { accounts: [...accounts.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), warnings }
}

function capabilitiesOf(key: string, value: string, warnings: string[]): Capability[] {
  const words = value.split(',').map((word) => word.trim())
  return words.flatMap((word) => {
    if (word === 'login' || word === 'apiKey') return [word]
    if (word !== '') warnings.push(`${key}: "${word}" is neither login nor apiKey`)
    return []
  })
}

function booleanOf(key: string, value: string): boolean {
  if (Object.hasOwn(truths, value)) return truths[value]!
  throw new HalcyonError('ConfigInvalid', `Cannot read ${key} of argocd-cm: "${value}" is neither true nor false`)
}
