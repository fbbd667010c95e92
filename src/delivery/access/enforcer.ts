/**
 * Decides RBAC requests by policy lines: casbin's model as Argo CD uses it, read once and then looked up. Pure. Why not casbin itself:
 * docs/adr/0020-access-rules-are-evaluated-here.md; a property test compares the two.
 */

import { compileGlob, type Matcher } from '../../api/glob.ts'
import { compileExpression } from '../match/expression.ts'
import type { LineOrigin, MemberLine, PermissionLine, PolicyLine } from './policy-line.ts'

export type MatchMode = 'glob' | 'regex'

export interface AccessRequest {
  readonly resource: string
  readonly action: string
  readonly object: string
}

export interface AccessDecision {
  readonly allowed: boolean
  /** The line that decided; undefined when none matched. */
  readonly line?: LineOrigin
  readonly because: string
}

export interface Enforcer {
  /** Deny beats allow, whatever the order; without a matching line the answer is no. */
  decide(subject: string, request: AccessRequest): AccessDecision
  /** Whether a `g` line names it as a member: groups that none names are not looked at (Argo CD). */
  isMember(name: string): boolean
  /** Whether a `p` line that matches the request names the subject itself. */
  namesItself(subject: string, request: AccessRequest): boolean
}

interface Rule {
  readonly line: PermissionLine
  readonly resource: Matcher | undefined
  readonly action: Matcher | undefined
  readonly object: Matcher | undefined
}

/** casbin follows members of members so far. */
const deepest = 10
const rememberedSubjects = 10_000

export function createEnforcer(lines: readonly PolicyLine[], mode: MatchMode): Enforcer {
  const compile = compiler(mode)
  const rules: Rule[] = lines
    .filter((line) => line.kind === 'p')
    .map((line) => ({
      line,
      resource: compile(line.resource),
      action: compile(line.action),
      object: compile(line.object),
    }))
  const rolesOf = groupMembers(lines.filter((line) => line.kind === 'g'))
  const remembered = new Map<string, Map<string, readonly Rule[]>>()

  /** The lines of a subject and all its roles, in order; those of another resource left out when that is certain. */
  function rulesFor(subject: string, resource: string): readonly Rule[] {
    let ofSubject = remembered.get(subject)
    if (ofSubject === undefined) {
      if (remembered.size >= rememberedSubjects) remembered.clear()
      ofSubject = new Map()
      remembered.set(subject, ofSubject)
    }
    let found = ofSubject.get(resource)
    if (found === undefined) {
      const names = reachable(subject, rolesOf)
      found = rules.filter((rule) => names.has(rule.line.subject) && rule.resource?.(resource) !== false)
      if (ofSubject.size >= 100) ofSubject.clear()
      ofSubject.set(resource, found)
    }
    return found
  }

  return {
    decide(subject, request) {
      let allowed: Rule | undefined
      for (const rule of rulesFor(subject, request.resource)) {
        const matches = applies(rule, request)
        if (matches === undefined) return broken(rule)
        if (!matches) continue
        if (rule.line.effect === 'deny') return decided(false, rule)
        if (rule.line.effect === 'allow') allowed ??= rule
      }
      if (allowed !== undefined) return decided(true, allowed)
      return {
        allowed: false,
        because: `no line lets ${subject} ${request.action} ${request.resource} ${request.object}`,
      }
    },
    isMember: (name) => rolesOf.has(name),
    namesItself: (subject, request) =>
      rules.some((rule) => rule.line.subject === subject && applies(rule, request) === true),
  }
}

/** Undefined: an expression that does not compile was reached, which casbin answers with an error. */
function applies(rule: Rule, request: AccessRequest): boolean | undefined {
  if (rule.resource === undefined) return undefined
  if (!rule.resource(request.resource)) return false
  if (rule.action === undefined) return undefined
  if (!rule.action(request.action)) return false
  return rule.object?.(request.object)
}

function decided(allowed: boolean, { line }: Rule): AccessDecision {
  const { origin } = line
  return {
    allowed,
    line: origin,
    because: `${origin.source}:${origin.line} ${allowed ? 'allows' : 'denies'} it: ${origin.text}`,
  }
}

function broken({ line }: Rule): AccessDecision {
  const { origin } = line
  return {
    allowed: false,
    line: origin,
    because: `${origin.source}:${origin.line} holds a regular expression that does not compile: ${origin.text}`,
  }
}

/** Globs have no separators here: a star takes slashes too. An invalid glob matches nothing; an invalid expression is undefined. */
function compiler(mode: MatchMode): (pattern: string) => Matcher | undefined {
  const known = new Map<string, Matcher | undefined>()
  return (pattern) => {
    if (!known.has(pattern))
      known.set(pattern, mode === 'regex' ? compileExpression(pattern) : (compileGlob(pattern) ?? (() => false)))
    return known.get(pattern)
  }
}

function groupMembers(lines: readonly MemberLine[]): ReadonlyMap<string, readonly string[]> {
  const roles = new Map<string, string[]>()
  for (const { member, role } of lines) {
    const known = roles.get(member)
    if (known === undefined) roles.set(member, [role])
    else known.push(role)
  }
  return roles
}

function reachable(subject: string, rolesOf: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const names = new Set([subject])
  let latest = [subject]
  for (let depth = 0; depth < deepest && latest.length > 0; depth++) {
    latest = latest.flatMap((name) => rolesOf.get(name) ?? []).filter((role) => !names.has(role))
    for (const role of latest) names.add(role)
  }
  return names
}
