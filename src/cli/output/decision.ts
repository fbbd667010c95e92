/** `halcyon events --decisions`: one automatic decision, one line. Pure. */

import { plainLine } from '../../api/verdict/plain.ts'
import type { DecisionView } from '../../client/client.ts'
import { cut } from './columns.ts'
import { type EventOptions, timeText } from './events.ts'

/** `02:15:07  shop-production  retry  wait  retry 2 of 5`. */
export function decisionLine(decision: DecisionView, options: EventOptions): string {
  const { at, application, rule, outcome, reason } = decision
  const head = `${timeText(at, options)}  ${plainLine(application).padEnd(18)}  ${rule.padEnd(16)}  ${outcome.padEnd(9)}`
  const line = `${head}  ${plainLine(reason)}`.trimEnd()
  return options.width === undefined ? line : cut(line, Math.max(60, options.width))
}
