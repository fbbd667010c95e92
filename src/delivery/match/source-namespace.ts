/** One entry of `sourceNamespaces`: a glob, or between slashes a regular expression found anywhere in the name. Pure, but for a time limit. */
import { runInNewContext } from 'node:vm'
import { matchGlob } from '../../api/glob.ts'
import { compileExpression } from './expression.ts'

/** Argo CD reads these expressions with an engine that knows look-around; such a pattern can backtrack without end and gets this long. */
const limitMs = 50
const cacheLimit = 1_000
const answers = new Map<string, boolean>()

/** An expression that does not compile, or does not end in time, matches nothing; the text with its slashes is then tried as a glob, as in Argo CD. */
export function matchSourceNamespace(rule: string, namespace: string): boolean {
  const isExpression = rule.length > 2 && rule.startsWith('/') && rule.endsWith('/')
  return (isExpression && matchesExpression(rule.slice(1, -1), namespace)) || matchGlob(rule, namespace)
}

function matchesExpression(pattern: string, namespace: string): boolean {
  const linear = compileExpression(pattern)
  if (linear !== undefined) return linear(namespace)
  const key = `${pattern}\0${namespace}`
  let answer = answers.get(key)
  if (answer === undefined) {
    answer = backtracking(pattern, namespace)
    if (answers.size >= cacheLimit) answers.clear()
    answers.set(key, answer)
  }
  return answer
}

function backtracking(pattern: string, text: string): boolean {
  try {
    return runInNewContext('new RegExp(pattern, "u").test(text)', { pattern, text }, { timeout: limitMs }) === true
  } catch {
    return false
  }
}
