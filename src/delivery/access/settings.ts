/** RBAC settings as the ConfigMap argocd-rbac-cm holds them. Pure. */
import { load } from 'js-yaml'
import { HalcyonError, messageOf } from '../../api/errors.ts'
import type { MatchMode } from './enforcer.ts'
import { type LineProblem, type PolicyLine, parsePolicy } from './policy-line.ts'

export interface AccessSettings {
  readonly lines: readonly PolicyLine[]
  readonly problems: readonly LineProblem[]
  /** '' = none. */
  readonly defaultRole: string
  readonly matchMode: MatchMode
  /** OIDC claims that hold groups. */
  readonly scopes: readonly string[]
}

/** `policy.csv` first, then every `policy.<x>.csv` in the order of its key; any matchMode but `regex` is glob. Throws ConfigInvalid for scopes. */
export function readAccessSettings(data: Readonly<Record<string, string>>): AccessSettings {
  const more = Object.keys(data).filter((key) => /^policy\..*\.csv$/s.test(key) && key !== 'policy.csv')
  const keys = [...(data['policy.csv'] === undefined ? [] : ['policy.csv']), ...more.sort()]
  const parsed = keys.map((key) => parsePolicy(data[key] ?? '', key))
  return {
    lines: parsed.flatMap((one) => one.lines),
    problems: parsed.flatMap((one) => one.problems),
    defaultRole: data['policy.default'] ?? '',
    matchMode: data['policy.matchMode'] === 'regex' ? 'regex' : 'glob',
    scopes: readScopes(data['scopes']),
  }
}

function readScopes(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return ['groups']
  let value: unknown
  try {
    value = load(text)
  } catch (error) {
    throw new HalcyonError('ConfigInvalid', `Cannot read scopes of argocd-rbac-cm: ${messageOf(error)}`, {
      cause: error,
    })
  }
  if (typeof value === 'string') return [value]
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw new HalcyonError('ConfigInvalid', 'Cannot read scopes of argocd-rbac-cm: wanted is a list of claims')
}
