/** What is wrong with a policy: what Argo CD refuses, and what it takes silently though nobody can have meant it. Pure. */

import { compileGlob } from '../../api/glob.ts'
import { compileExpression } from '../match/expression.ts'
import { builtinPolicy } from './builtin.ts'
import type { MatchMode } from './enforcer.ts'
import type { LineOrigin, PermissionLine, PolicyLine } from './policy-line.ts'
import type { AccessSettings } from './settings.ts'
import { resourceActions, vocabularyProblem } from './vocabulary.ts'

export interface PolicyFinding {
  /** `error`: the policy is refused. `warning`: it is taken, and this line does less than it seems to. */
  readonly severity: 'error' | 'warning'
  readonly origin: LineOrigin
  readonly message: string
}

/** In the order of the lines. */
export function validatePolicy(settings: Pick<AccessSettings, 'lines' | 'problems' | 'matchMode'>): PolicyFinding[] {
  const errors = settings.problems.map(({ origin, message }) => ({ severity: 'error' as const, origin, message }))
  const subjects = new Set(
    [...builtinPolicy, ...settings.lines].flatMap((line) => (line.kind === 'p' ? [line.subject] : [line.member])),
  )
  const warnings = settings.lines.flatMap((line) =>
    warningsOf(line, subjects, settings.matchMode).map((message) => ({
      severity: 'warning' as const,
      origin: line.origin,
      message,
    })),
  )
  const place = ({ origin }: PolicyFinding) => origin.line
  const sources = [...new Set([...settings.lines, ...settings.problems].map(({ origin }) => origin.source))]
  return [...errors, ...warnings].sort(
    (a, b) => sources.indexOf(a.origin.source) - sources.indexOf(b.origin.source) || place(a) - place(b),
  )
}

function warningsOf(line: PolicyLine, subjects: ReadonlySet<string>, mode: MatchMode): string[] {
  if (line.kind === 'g') return subjects.has(line.role) ? [] : [`no line gives "${line.role}" anything`]
  const found: string[] = []
  if (line.effect !== 'allow' && line.effect !== 'deny')
    found.push(`the effect "${line.effect}" is neither allow nor deny, so the line does nothing`)
  for (const pattern of [line.resource, line.action, line.object]) {
    if (pattern !== pattern.trim()) found.push(`"${pattern}" ends in a space, which has to match too`)
    if (mode === 'regex' ? compileExpression(pattern) === undefined : compileGlob(pattern) === undefined)
      found.push(
        `"${pattern}" is no ${mode === 'regex' ? 'regular expression; every request that reaches it is refused' : 'glob'}`,
      )
  }
  if (mode === 'glob') found.push(...wordWarnings(line))
  return found
}

/** Words without a pattern in them can be compared with what exists. */
function wordWarnings({ resource, action }: PermissionLine): string[] {
  if (isPattern(resource)) return []
  if (!Object.hasOwn(resourceActions, resource)) return [vocabularyProblem(resource, 'get') ?? '']
  const verb = action.split('/')[0] ?? ''
  if (isPattern(verb)) return []
  const problem = vocabularyProblem(resource, action)
  // accounts can be read by the built-in role, and certificates updated, though `rbac can` knows neither.
  const isBuiltin = builtinPolicy.some(
    (line) => line.kind === 'p' && line.resource === resource && line.action === action,
  )
  return problem === undefined || isBuiltin ? [] : [problem]
}

function isPattern(word: string): boolean {
  return /[*?[\]{}\\]/.test(word)
}
