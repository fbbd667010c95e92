/** `halcyon diff`: the plans of one or more applications, as the server prints them. Pure. */

import { plainLine, plainText } from '../../api/verdict/plain.ts'
import type { PlanView } from '../../api/views.ts'
import type { Style } from './style.ts'

/** True when something of the application differs. Hooks alone are no difference: they run with one. */
export function hasDifferences(plan: PlanView): boolean {
  return plan.changes.some((change) => change.action !== 'hook')
}

/** One application: its plan. Several: a heading each, the ones without differences in one line at the end. */
export function diffLines(plans: readonly PlanView[], style: Style): string[] {
  const [only] = plans
  if (plans.length === 1 && only !== undefined) {
    return hasDifferences(only) ? planLines(only, style) : [`${plainLine(only.application)}: no differences`]
  }
  const changed = plans.filter(hasDifferences)
  const lines = changed.flatMap((plan) => [
    style.bold(plainLine(plan.application)),
    ...planLines(plan, style).map((line) => (line === '' ? '' : `  ${line}`)),
    '',
  ])
  const same = plans.length - changed.length
  if (changed.length === 0) return ['No differences.']
  return [...lines, `${changed.length} of ${plans.length} applications differ${same === 0 ? '' : `, ${same} do not`}`]
}

function planLines(plan: PlanView, style: Style): string[] {
  return plainText(plan.text)
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (line.startsWith('+ ')) return style.good(line)
      if (line.startsWith('- ')) return style.bad(line)
      return line.startsWith('~ ') ? style.busy(line) : line
    })
}
